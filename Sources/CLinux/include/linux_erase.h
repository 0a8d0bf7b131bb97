// Commands that are handed to a drive as they are: NVMe admin commands and SCSI commands (ATA's within them).
#ifndef MARTLET_LINUX_ERASE_H
#define MARTLET_LINUX_ERASE_H

#include <linux/nvme_ioctl.h>
#include <scsi/sg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

_Static_assert(sizeof(struct nvme_passthru_cmd) == 72, "NVME_IOCTL_ADMIN_CMD takes a 72-byte nvme_passthru_cmd");
_Static_assert(offsetof(struct nvme_passthru_cmd, cdw10) == 40, "nvme_passthru_cmd.cdw10");
_Static_assert(offsetof(struct nvme_passthru_cmd, timeout_ms) == 64, "nvme_passthru_cmd.timeout_ms");
_Static_assert(NVME_IOCTL_ID == 0x4e40, "NVME_IOCTL_ID");
_Static_assert(offsetof(struct nvme_passthru_cmd, result) == 68, "nvme_passthru_cmd.result");
_Static_assert(NVME_IOCTL_ADMIN_CMD == 0xc0484e41, "NVME_IOCTL_ADMIN_CMD");
_Static_assert(NVME_IOCTL_RESCAN == 0x4e46, "NVME_IOCTL_RESCAN");
_Static_assert(SG_IO == 0x2285, "SG_IO");
#if __SIZEOF_POINTER__ == 8
_Static_assert(sizeof(struct sg_io_hdr) == 88, "SG_IO takes an 88-byte sg_io_hdr");
_Static_assert(offsetof(struct sg_io_hdr, status) == 64, "sg_io_hdr.status");
#endif

// ioctl(NVME_IOCTL_ID) on a namespace's block device: its namespace identifier.
static inline int martlet_nvme_namespace(int fd) { return ioctl(fd, NVME_IOCTL_ID); }

// ioctl(NVME_IOCTL_RESCAN) on a controller's character device: begins to look for its namespaces anew.
static inline int martlet_nvme_rescan(int fd) { return ioctl(fd, NVME_IOCTL_RESCAN); }

// ioctl(NVME_IOCTL_ADMIN_CMD). data: what the controller is to fill or, by the opcode's lowest bit, to read, or NULL.
// timeout in milliseconds. result: dword 0 of the completion.
// Returns 0, the NVMe status of a command that the controller refused, or -1 with errno set.
static inline int martlet_nvme_admin(int fd, uint8_t opcode, uint32_t nsid, uint32_t cdw10, uint32_t cdw11, void *data,
                                     uint32_t length, uint32_t timeout, uint32_t *result) {
    struct nvme_passthru_cmd command = {.opcode = opcode,
                                        .nsid = nsid,
                                        .addr = (uint64_t)(uintptr_t)data,
                                        .data_len = length,
                                        .cdw10 = cdw10,
                                        .cdw11 = cdw11,
                                        .timeout_ms = timeout};
    int status = ioctl(fd, NVME_IOCTL_ADMIN_CMD, &command);
    *result = command.result;
    return status;
}

// How a command that SG_IO carried out ended.
struct martlet_scsi_result {
    uint8_t status;
    uint8_t sense_length;
    uint16_t host_status;
    uint16_t driver_status;
    uint32_t residue;
};

// ioctl(SG_IO). direction: SG_DXFER_NONE, SG_DXFER_TO_DEV or SG_DXFER_FROM_DEV. timeout in milliseconds.
static inline int martlet_scsi(int fd, const void *command, uint8_t command_length, int direction, void *data,
                               uint32_t length, void *sense, uint8_t sense_length, uint32_t timeout,
                               struct martlet_scsi_result *result) {
    struct sg_io_hdr header = {.interface_id = 'S',
                               .dxfer_direction = direction,
                               .cmd_len = command_length,
                               .mx_sb_len = sense_length,
                               .dxfer_len = length,
                               .dxferp = data,
                               .cmdp = (unsigned char *)command,
                               .sbp = (unsigned char *)sense,
                               .timeout = timeout};
    int outcome = ioctl(fd, SG_IO, &header);
    result->status = header.status;
    result->sense_length = header.sb_len_wr;
    result->host_status = header.host_status;
    result->driver_status = header.driver_status;
    result->residue = header.resid < 0 ? 0 : (uint32_t)header.resid;
    return outcome;
}

#endif
