// A static Swift program aborts before main when /proc is not mounted: its runtime asks /proc/self for its path and
// its arguments. PID 1 of an initramfs starts with nothing mounted, so /proc is mounted here, before the runtime's
// own constructors run. For every other process this does nothing.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

__attribute__((constructor(101))) static void mount_proc_for_swift_runtime(void) {
    if (getpid() != 1) return;
    mkdir("/proc", 0555);
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
}
