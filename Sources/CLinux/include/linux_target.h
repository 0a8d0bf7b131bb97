// What work on a mounted file system needs and Swift cannot import as it stands.
#ifndef MARTLET_LINUX_TARGET_H
#define MARTLET_LINUX_TARGET_H

#include <fcntl.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

// O_PATH, which <fcntl.h> hides without _GNU_SOURCE; the same on every architecture but alpha, parisc and sparc.
static const int MARTLET_O_PATH = 010000000;

// syncfs(2), hidden without _GNU_SOURCE.
static inline int martlet_syncfs(int fd) { return (int)syscall(SYS_syncfs, fd); }

static inline ssize_t martlet_fgetxattr(int fd, const char *name, void *value, size_t size) {
    return fgetxattr(fd, name, value, size);
}
static inline int martlet_fsetxattr(int fd, const char *name, const void *value, size_t size) {
    return fsetxattr(fd, name, value, size, 0);
}

// Mount flags as umount2(2) and mount(2) take them, whatever type the headers give them.
static const unsigned long MARTLET_MS_NOSUID = MS_NOSUID;
static const unsigned long MARTLET_MS_NODEV = MS_NODEV;
static const unsigned long MARTLET_MS_NOATIME = MS_NOATIME;
static const unsigned long MARTLET_MS_RDONLY = MS_RDONLY;
static const int MARTLET_UMOUNT_NOFOLLOW = UMOUNT_NOFOLLOW;

#endif
