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
// Of a symbolic link itself: lsetxattr(2).
static inline int martlet_lsetxattr(const char *path, const char *name, const void *value, size_t size) {
    return lsetxattr(path, name, value, size, 0);
}

// unshare(2) with CLONE_NEWNS, which <sched.h> hides without _GNU_SOURCE: gives the calling thread a mount namespace, and
// with it a root and a working directory, of its own. chroot(2) is hidden as well.
static inline int martlet_unshare_mounts(void) { return (int)syscall(SYS_unshare, 0x20000); }
static inline int martlet_chroot(const char *path) { return (int)syscall(SYS_chroot, path); }

// Mount flags as umount2(2) and mount(2) take them, whatever type the headers give them.
static const unsigned long MARTLET_MS_NOSUID = MS_NOSUID;
static const unsigned long MARTLET_MS_NODEV = MS_NODEV;
static const unsigned long MARTLET_MS_NOATIME = MS_NOATIME;
static const unsigned long MARTLET_MS_RDONLY = MS_RDONLY;
static const unsigned long MARTLET_MS_NOEXEC = MS_NOEXEC;
static const unsigned long MARTLET_MS_BIND = MS_BIND;
// Makes all mounts below one private: what is mounted below it later is seen nowhere else.
static const unsigned long MARTLET_MS_ALL_PRIVATE = MS_REC | MS_PRIVATE;
static const int MARTLET_UMOUNT_NOFOLLOW = UMOUNT_NOFOLLOW;

#endif
