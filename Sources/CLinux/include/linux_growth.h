// Requests that grow a mounted file system. Redeclared: the kernel exports no header for ext4's, <xfs/xfs_fs.h> comes with
// XFS's own development package, and <linux/btrfs.h> includes <linux/fs.h>, which clashes with glibc's <sys/mount.h>.
#ifndef MARTLET_LINUX_GROWTH_H
#define MARTLET_LINUX_GROWTH_H

#include <stdint.h>
#include <sys/ioctl.h>

// fs/ext4/ext4.h: the new length in blocks of the file system (uint64_t *).
#define MARTLET_EXT4_IOC_RESIZE_FS_REQUEST _IOW('f', 16, uint64_t)
static const unsigned long MARTLET_EXT4_IOC_RESIZE_FS = MARTLET_EXT4_IOC_RESIZE_FS_REQUEST;
_Static_assert(MARTLET_EXT4_IOC_RESIZE_FS_REQUEST == 0x40086610, "EXT4_IOC_RESIZE_FS");

// fs/xfs/libxfs/xfs_fs.h: struct xfs_fsop_geom_v1, which every kernel still answers.
struct martlet_xfs_geometry {
    uint32_t blocksize, rtextsize, agblocks, agcount, logblocks, sectsize, inodesize, imaxpct;
    uint64_t datablocks, rtblocks, rtextents, logstart;
    uint8_t uuid[16];
    uint32_t sunit, swidth;
    int32_t version;
    uint32_t flags, logsectsize, rtsectsize, dirblocksize;
};
// struct xfs_growfs_data: the new length in blocks, and the most of it that may hold inodes, in per cent.
struct martlet_xfs_growth {
    uint64_t newblocks;
    uint32_t imaxpct;
};
#define MARTLET_XFS_IOC_FSGEOMETRY_V1_REQUEST _IOR('X', 100, struct martlet_xfs_geometry)
#define MARTLET_XFS_IOC_FSGROWFSDATA_REQUEST _IOW('X', 110, struct martlet_xfs_growth)
static const unsigned long MARTLET_XFS_IOC_FSGEOMETRY_V1 = MARTLET_XFS_IOC_FSGEOMETRY_V1_REQUEST;
static const unsigned long MARTLET_XFS_IOC_FSGROWFSDATA = MARTLET_XFS_IOC_FSGROWFSDATA_REQUEST;
_Static_assert(sizeof(struct martlet_xfs_geometry) == 112, "XFS_IOC_FSGEOMETRY_V1 fills a 112-byte xfs_fsop_geom_v1");
_Static_assert(sizeof(struct martlet_xfs_growth) == 16, "XFS_IOC_FSGROWFSDATA takes a 16-byte xfs_growfs_data");
_Static_assert(MARTLET_XFS_IOC_FSGEOMETRY_V1_REQUEST == 0x80705864, "XFS_IOC_FSGEOMETRY_V1");
_Static_assert(MARTLET_XFS_IOC_FSGROWFSDATA_REQUEST == 0x4010586e, "XFS_IOC_FSGROWFSDATA");

// <linux/btrfs.h>: struct btrfs_ioctl_vol_args. The name says which device and how large: "max" is all of device 1.
struct martlet_btrfs_resize {
    int64_t fd;
    char name[4088];
};
#define MARTLET_BTRFS_IOC_RESIZE_REQUEST _IOW(0x94, 3, struct martlet_btrfs_resize)
_Static_assert(sizeof(struct martlet_btrfs_resize) == 4096, "BTRFS_IOC_RESIZE takes a 4096-byte btrfs_ioctl_vol_args");
_Static_assert(MARTLET_BTRFS_IOC_RESIZE_REQUEST == 0x50009403, "BTRFS_IOC_RESIZE");

// ioctl(BTRFS_IOC_RESIZE): grows device 1 of a file system to the length of its partition.
static inline int martlet_btrfs_grow(int fd) {
    struct martlet_btrfs_resize argument = {.name = "1:max"};
    return ioctl(fd, MARTLET_BTRFS_IOC_RESIZE_REQUEST, &argument);
}

#endif
