// Private flags and modules of network cards: ioctl(SIOCETHTOOL) of netdevice(7) with the commands of <linux/ethtool.h>.
// Each function returns what the system call returns: -1 with errno set on failure.
#ifndef MARTLET_LINUX_ETHTOOL_H
#define MARTLET_LINUX_ETHTOOL_H

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

// The commands are written and read field by field; these are the sizes and offsets relied on.
_Static_assert(sizeof(struct ifreq) == 40, "interface request of a 64-bit kernel");
_Static_assert(sizeof(struct ethtool_sset_info) == 16, "string set sizes: command, reserved, 64-bit mask");
_Static_assert(sizeof(struct ethtool_gstrings) == 12, "string set: command, set, count");
_Static_assert(sizeof(struct ethtool_value) == 8, "value: command, data");
_Static_assert(sizeof(struct ethtool_modinfo) == 44, "module: command, kind, length, reserved");
_Static_assert(sizeof(struct ethtool_eeprom) == 16, "memory: command, magic, offset, length");
_Static_assert(ETH_GSTRING_LEN == 32, "length of a string, with its NULs");

// Hands one ethtool command, which begins with its number, to an interface's driver; the answer replaces it.
static inline int martlet_ethtool(int fd, const char *interface, void *command) {
    struct ifreq request = {0};
    size_t length = strlen(interface);
    if (length >= sizeof request.ifr_name) {
        errno = ENODEV;
        return -1;
    }
    memcpy(request.ifr_name, interface, length);
    request.ifr_data = command;
    return ioctl(fd, SIOCETHTOOL, &request);
}

#endif
