// Calls for writing disk images that Swift cannot reach by itself: fcntl(2) is variadic, and fallocate(2) is declared
// only with _GNU_SOURCE.
#ifndef MARTLET_LINUX_STORAGE_H
#define MARTLET_LINUX_STORAGE_H

#include <fcntl.h>
#include <linux/falloc.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// <linux/fs.h>, which clashes with glibc's <sys/mount.h>: logical sector size (int *), physical one (unsigned int *),
// re-read the partition table (no argument).
static const unsigned long MARTLET_BLKSSZGET = _IO(0x12, 104);
static const unsigned long MARTLET_BLKPBSZGET = _IO(0x12, 123);
static const unsigned long MARTLET_BLKRRPART = _IO(0x12, 95);
_Static_assert(_IO(0x12, 104) == 0x1268, "BLKSSZGET");
_Static_assert(_IO(0x12, 123) == 0x127b, "BLKPBSZGET");
_Static_assert(_IO(0x12, 95) == 0x125f, "BLKRRPART");

static inline int martlet_get_status_flags(int fd) { return fcntl(fd, F_GETFL); }
static inline int martlet_set_status_flags(int fd, int flags) { return fcntl(fd, F_SETFL, flags); }

// fallocate(2) that deallocates a range, which reads as zeros afterwards.
static inline int martlet_punch_hole(int fd, int64_t offset, int64_t length) {
    return (int)syscall(SYS_fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
}

#endif
