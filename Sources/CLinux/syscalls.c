// Every function of this target is a static inline in a header; SwiftPM needs one translation unit.
#include "linux_syscalls.h"
