// IDENTIFY DEVICE through the SCSI layer: ATA PASS-THROUGH(16) of SAT-4 (12.2.3) by ioctl(SG_IO), sg(4).
#ifndef MARTLET_LINUX_ATA_H
#define MARTLET_LINUX_ATA_H

#include <errno.h>
#include <scsi/sg.h>
#include <stdint.h>
#include <sys/ioctl.h>

_Static_assert(sizeof(struct sg_io_hdr) == 88, "SG_IO takes an 88-byte sg_io_hdr on a 64-bit kernel");
_Static_assert(SG_IO == 0x2285, "SG_IO");

// Reads the 512 bytes of identify data. Returns -1 with errno set when the disk is no ATA disk, refuses or fails.
static inline int martlet_ata_identify(int fd, void *data, unsigned timeout_milliseconds) {
    // Protocol PIO data-in; transfer length in the sector count, in blocks, from the device; one block.
    unsigned char command[16] = {0x85, 4 << 1, 0x0e, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xec, 0};
    unsigned char sense[32] = {0};
    struct sg_io_hdr request = {
        .interface_id = 'S',
        .dxfer_direction = SG_DXFER_FROM_DEV,
        .cmd_len = sizeof command,
        .mx_sb_len = sizeof sense,
        .dxfer_len = 512,
        .dxferp = data,
        .cmdp = command,
        .sbp = sense,
        .timeout = timeout_milliseconds,
    };
    if (ioctl(fd, SG_IO, &request) < 0) return -1;
    if (request.status || request.host_status || request.driver_status || request.resid) {
        errno = EIO;
        return -1;
    }
    return 0;
}

#endif
