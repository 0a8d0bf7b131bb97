// What kexec_file_load(2) needs beside the call itself.
#ifndef MARTLET_LINUX_KEXEC_H
#define MARTLET_LINUX_KEXEC_H

#include <linux/kexec.h>
#include <linux/memfd.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(KEXEC_FILE_NO_INITRAMFS == 4, "kexec_file_load(2) without an initial RAM disk");

static const unsigned long MARTLET_KEXEC_NO_INITRAMFS = KEXEC_FILE_NO_INITRAMFS;

// memfd_create(2), which <sys/mman.h> hides without _GNU_SOURCE. Always with MFD_CLOEXEC.
static inline int martlet_memfd_create(const char *name) { return (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC); }

#endif
