// System calls that Swift cannot reach by itself: variadic ones, and those without a glibc wrapper.
// Each returns what the system call returns: -1 with errno set on failure.
#ifndef MARTLET_LINUX_SYSCALLS_H
#define MARTLET_LINUX_SYSCALLS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

_Static_assert(sizeof(struct open_how) == 24, "openat2(2) takes a 24-byte open_how");

// ioctl(2) whose argument is a pointer, an integer, or nothing.
static inline int martlet_ioctl_pointer(int fd, unsigned long request, void *argument) {
    return ioctl(fd, request, argument);
}
static inline int martlet_ioctl_integer(int fd, unsigned long request, unsigned long argument) {
    return ioctl(fd, request, argument);
}

static inline int martlet_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static inline int martlet_openat(int directory, const char *path, int flags, mode_t mode) {
    return openat(directory, path, flags, mode);
}

// openat2(2): glibc 2.36 has no wrapper. resolve: RESOLVE_* flags of <linux/openat2.h>.
static inline int martlet_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

// finit_module(2): no glibc wrapper. parameters: the module's options, "" for none.
static inline int martlet_finit_module(int fd, const char *parameters, int flags) {
    return (int)syscall(SYS_finit_module, fd, parameters, flags);
}

// kexec_file_load(2). initrd: -1 with KEXEC_FILE_NO_INITRAMFS in flags. length counts the final NUL.
static inline int martlet_kexec_file_load(int kernel, int initrd, unsigned long length, const char *commandLine,
                                          unsigned long flags) {
    return (int)syscall(SYS_kexec_file_load, kernel, initrd, length, commandLine, flags);
}

// sched_getaffinity(2): the processors that this thread may run on; 1 when the kernel does not say.
static inline int martlet_usable_processors(void) {
    unsigned long mask[1024 / sizeof(unsigned long)];
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    int count = 0;
    for (long word = 0; word < bytes / (long)sizeof *mask; word++) count += __builtin_popcountl(mask[word]);
    return count > 0 ? count : 1;
}

static inline unsigned int martlet_major(uint64_t device) { return major((dev_t)device); }
static inline unsigned int martlet_minor(uint64_t device) { return minor((dev_t)device); }
static inline uint64_t martlet_makedev(unsigned int majorNumber, unsigned int minorNumber) {
    return makedev(majorNumber, minorNumber);
}

// Macros with casts or arguments, which Swift does not import.
static const uint64_t MARTLET_RESOLVE_IN_ROOT = RESOLVE_IN_ROOT;
static const unsigned int MARTLET_S_IFMT = S_IFMT;

// O_DIRECT, which <fcntl.h> hides without _GNU_SOURCE (and Swift's Glibc module is built without it).
#if defined(__x86_64__)
static const int MARTLET_O_DIRECT = 040000;
#elif defined(__aarch64__)
static const int MARTLET_O_DIRECT = 0200000;
#endif

#endif
