// What PID 1 needs of process, signal and reboot calls and Swift cannot import as it stands.
#ifndef MARTLET_LINUX_PROCESS_H
#define MARTLET_LINUX_PROCESS_H

#include <fcntl.h>
#include <linux/input.h>
#include <linux/reboot.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(sizeof(struct signalfd_siginfo) == 128, "signalfd(2) delivers 128-byte records");
_Static_assert(sizeof(struct input_event) == 24, "evdev delivers 24-byte events on 64-bit machines");

// POSIX_SPAWN_SETSID, which <spawn.h> hides without _GNU_SOURCE.
static inline int martlet_spawn_setsid(void) { return 0x80; }

static inline int martlet_signalfd(const sigset_t *signals) {
    return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

// Reads one signal: 1 and its number, or -1 with errno.
static inline int martlet_read_signal(int fd, int *number) {
    struct signalfd_siginfo information;
    ssize_t length = read(fd, &information, sizeof information);
    if (length != (ssize_t)sizeof information) return -1;
    *number = (int)information.ssi_signo;
    return 1;
}

static inline int martlet_pipe(int ends[2]) { return (int)syscall(SYS_pipe2, ends, O_CLOEXEC); }
static inline int martlet_socketpair(int ends[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}
static inline int martlet_set_nonblocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags == -1 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

static inline int martlet_reboot(int command) {
    return (int)syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command, 0);
}
static const int MARTLET_REBOOT_RESTART = (int)LINUX_REBOOT_CMD_RESTART;
static const int MARTLET_REBOOT_POWER_OFF = (int)LINUX_REBOOT_CMD_POWER_OFF;
static const int MARTLET_REBOOT_KEXEC = (int)LINUX_REBOOT_CMD_KEXEC;
static const int MARTLET_REBOOT_CAD_OFF = (int)LINUX_REBOOT_CMD_CAD_OFF;

// Whether the next waiting events of an evdev device hold a press of its power key. Never blocks if the device does not.
static inline int martlet_power_key_pressed(int fd) {
    struct input_event events[16];
    int pressed = 0;
    ssize_t length;
    while ((length = read(fd, events, sizeof events)) > 0)
        for (size_t i = 0; i < (size_t)length / sizeof events[0]; i++)
            if (events[i].type == EV_KEY && events[i].code == KEY_POWER && events[i].value == 1) pressed = 1;
    return pressed;
}

#endif
