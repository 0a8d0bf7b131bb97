// Block device requests. Redeclared instead of <linux/fs.h>, whose <linux/mount.h> clashes with glibc's <sys/mount.h>.
#ifndef MARTLET_LINUX_BLOCK_H
#define MARTLET_LINUX_BLOCK_H

#include <errno.h>
#include <linux/blkpg.h>
#include <linux/dm-ioctl.h>
#include <linux/loop.h>
#include <linux/major.h>
#include <linux/raid/md_u.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

// <linux/fs.h>: size in bytes (uint64_t *), zeroed range (uint64_t[2]: start and length in bytes), disk sequence
// number (uint64_t *), write back and drop the page cache (no argument).
#define MARTLET_BLKGETSIZE64_REQUEST _IOR(0x12, 114, size_t)
#define MARTLET_BLKZEROOUT_REQUEST _IO(0x12, 127)
#define MARTLET_BLKGETDISKSEQ_REQUEST _IOR(0x12, 128, uint64_t)
#define MARTLET_BLKFLSBUF_REQUEST _IO(0x12, 97)

static const unsigned long MARTLET_BLKGETSIZE64 = MARTLET_BLKGETSIZE64_REQUEST;
static const unsigned long MARTLET_BLKZEROOUT = MARTLET_BLKZEROOUT_REQUEST;
static const unsigned long MARTLET_BLKGETDISKSEQ = MARTLET_BLKGETDISKSEQ_REQUEST;
static const unsigned long MARTLET_BLKFLSBUF = MARTLET_BLKFLSBUF_REQUEST;
// <linux/dm-ioctl.h>: makes a device without a table, gives it one, and puts that to use; struct dm_ioctl *.
static const unsigned long MARTLET_DM_DEV_CREATE = DM_DEV_CREATE;
static const unsigned long MARTLET_DM_TABLE_LOAD = DM_TABLE_LOAD;
static const unsigned long MARTLET_DM_DEV_SUSPEND = DM_DEV_SUSPEND;
// <linux/raid/md_u.h>: stops an array; no argument.
static const unsigned long MARTLET_STOP_ARRAY = STOP_ARRAY;

_Static_assert(MARTLET_BLKGETSIZE64_REQUEST == 0x80081272, "BLKGETSIZE64");
_Static_assert(MARTLET_BLKZEROOUT_REQUEST == 0x127f, "BLKZEROOUT");
_Static_assert(MARTLET_BLKGETDISKSEQ_REQUEST == 0x80081280, "BLKGETDISKSEQ");
_Static_assert(MARTLET_BLKFLSBUF_REQUEST == 0x1261, "BLKFLSBUF");
_Static_assert(STOP_ARRAY == 0x932, "STOP_ARRAY");
_Static_assert(DM_DEV_REMOVE == 0xc138fd04, "DM_DEV_REMOVE");
_Static_assert(DM_DEV_CREATE == 0xc138fd03, "DM_DEV_CREATE");
_Static_assert(DM_DEV_SUSPEND == 0xc138fd06, "DM_DEV_SUSPEND");
_Static_assert(DM_TABLE_LOAD == 0xc138fd09, "DM_TABLE_LOAD");
_Static_assert(sizeof(struct dm_ioctl) == 312, "device-mapper requests begin with a 312-byte dm_ioctl");
_Static_assert(sizeof(struct dm_target_spec) == 40, "a table's line begins with a 40-byte dm_target_spec");
_Static_assert(sizeof(struct loop_config) == 304, "LOOP_CONFIGURE takes a 304-byte loop_config");
_Static_assert(BLKPG == 0x1269, "BLKPG");
_Static_assert(sizeof(struct blkpg_partition) == 152, "BLKPG takes a 152-byte blkpg_partition");
_Static_assert(sizeof(struct blkpg_ioctl_arg) == 24, "BLKPG takes a 24-byte blkpg_ioctl_arg");

// ioctl(BLKPG) on a whole disk. operation: BLKPG_ADD_PARTITION, BLKPG_DEL_PARTITION or BLKPG_RESIZE_PARTITION.
// start and length in bytes; both are ignored by BLKPG_DEL_PARTITION.
static inline int martlet_blkpg(int fd, int operation, int number, int64_t start, int64_t length) {
    struct blkpg_partition partition = {.start = start, .length = length, .pno = number};
    struct blkpg_ioctl_arg argument = {.op = operation, .datalen = sizeof partition, .data = &partition};
    return ioctl(fd, BLKPG, &argument);
}

// ioctl(DM_DEV_REMOVE) on /dev/mapper/control: removes the device-mapper device of this name.
static inline int martlet_dm_remove(int fd, const char *name) {
    struct dm_ioctl argument = {.version = {4, 0, 0}, .data_size = sizeof argument};
    if (strlen(name) >= sizeof argument.name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(argument.name, name);
    return ioctl(fd, DM_DEV_REMOVE, &argument);
}

// <linux/loop.h>: the number of a free device (no argument), on /dev/loop-control; letting go of the file (no argument).
static const unsigned long MARTLET_LOOP_CTL_GET_FREE = LOOP_CTL_GET_FREE;
static const unsigned long MARTLET_LOOP_CLR_FD = LOOP_CLR_FD;

// ioctl(LOOP_CONFIGURE) on a loop device. blockSize: of a logical sector, in bytes. flags: LO_FLAGS_*. The file is let go
// when the last descriptor of the device is closed: a process that is killed leaves nothing held.
static inline int martlet_loop_configure(int loop, int file, uint32_t blockSize, uint32_t flags) {
    struct loop_config config = {.fd = (uint32_t)file, .block_size = blockSize, .info = {.lo_flags = flags | LO_FLAGS_AUTOCLEAR}};
    return ioctl(loop, LOOP_CONFIGURE, &config);
}
static const uint32_t MARTLET_LOOP_PARTITIONS = LO_FLAGS_PARTSCAN;
static const uint32_t MARTLET_LOOP_DIRECT = LO_FLAGS_DIRECT_IO;

#endif
