// openat2(2) flags for paths that come from outside and must stay below a directory.
#ifndef MARTLET_LINUX_BENEATH_H
#define MARTLET_LINUX_BENEATH_H

#include <linux/openat2.h>
#include <stdint.h>

// Below the directory, links included, and no jumping through /proc/PID/fd and the like.
static const uint64_t MARTLET_RESOLVE_BENEATH = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;

#endif
