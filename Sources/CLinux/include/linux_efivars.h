// Inode flags: efivarfs marks most variables immutable, so that `rm -rf` cannot brick a machine. Redeclared for the same
// reason as in linux_block.h.
#ifndef MARTLET_LINUX_EFIVARS_H
#define MARTLET_LINUX_EFIVARS_H

#include <sys/ioctl.h>

// <linux/fs.h>: declared with a long, but the kernel reads and writes an int.
#define MARTLET_FS_IOC_GETFLAGS_REQUEST _IOR('f', 1, long)
#define MARTLET_FS_IOC_SETFLAGS_REQUEST _IOW('f', 2, long)
#define MARTLET_FS_IMMUTABLE_FLAG 0x10

static const unsigned long MARTLET_FS_IOC_GETFLAGS = MARTLET_FS_IOC_GETFLAGS_REQUEST;
static const unsigned long MARTLET_FS_IOC_SETFLAGS = MARTLET_FS_IOC_SETFLAGS_REQUEST;
static const int MARTLET_FS_IMMUTABLE_FL = MARTLET_FS_IMMUTABLE_FLAG;

_Static_assert(MARTLET_FS_IOC_GETFLAGS_REQUEST == 0x80086601, "FS_IOC_GETFLAGS");
_Static_assert(MARTLET_FS_IOC_SETFLAGS_REQUEST == 0x40086602, "FS_IOC_SETFLAGS");

#endif
