// syslog(2), which glibc calls klogctl: the kernel's ring buffer.
#ifndef MARTLET_LINUX_LOG_H
#define MARTLET_LINUX_LOG_H

#include <sys/klog.h>

// SYSLOG_ACTION_SIZE_BUFFER: bytes of the whole buffer.
static inline int martlet_kernel_log_size(void) { return klogctl(10, 0, 0); }
// SYSLOG_ACTION_READ_ALL: the newest messages that fit.
static inline int martlet_kernel_log_read(char *buffer, int length) { return klogctl(3, buffer, length); }

#endif
