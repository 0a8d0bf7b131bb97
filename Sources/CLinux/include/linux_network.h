// Sockets of the kernel's network control plane: netlink and packet sockets.
// Each function returns what the system call returns: -1 with errno set on failure.
#ifndef MARTLET_LINUX_NETWORK_H
#define MARTLET_LINUX_NETWORK_H

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// The messages are written and read field by field; these are the sizes and offsets relied on.
_Static_assert(sizeof(struct nlmsghdr) == 16, "netlink message header");
_Static_assert(sizeof(struct nlattr) == 4, "netlink attribute header");
_Static_assert(sizeof(struct nlmsgerr) == 20, "netlink error: errno and the refused header");
_Static_assert(sizeof(struct ifinfomsg) == 16, "rtnetlink link header");
_Static_assert(sizeof(struct ifaddrmsg) == 8, "rtnetlink address header");
_Static_assert(sizeof(struct ifa_cacheinfo) == 16, "address lifetimes");
_Static_assert(sizeof(struct rtmsg) == 12, "rtnetlink route header");
_Static_assert(sizeof(struct nduseroptmsg) == 16, "header of a router's options");
_Static_assert(sizeof(struct sock_filter) == 8, "classic BPF instruction");
_Static_assert(sizeof(struct packet_mreq) == 16, "membership of a packet socket");

// Joins netlink multicast groups (a bit mask, 0 for none) and lets the kernel choose the port id.
static inline int martlet_netlink_bind(int fd, uint32_t groups) {
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
    return bind(fd, (struct sockaddr *)&address, sizeof address);
}

static inline int martlet_netlink_port(int fd, uint32_t *port) {
    struct sockaddr_nl address = {0};
    socklen_t length = sizeof address;
    int result = getsockname(fd, (struct sockaddr *)&address, &length);
    *port = address.nl_pid;
    return result;
}

static inline ssize_t martlet_netlink_send(int fd, const void *bytes, size_t length) {
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    return sendto(fd, bytes, length, 0, (struct sockaddr *)&kernel, sizeof kernel);
}

// Receives one datagram. sender: its port id, 0 for the kernel. Returns its full length, even when the buffer is less.
static inline ssize_t martlet_netlink_receive(int fd, void *bytes, size_t length, int flags, uint32_t *sender) {
    struct sockaddr_nl from = {0};
    socklen_t fromLength = sizeof from;
    ssize_t result = recvfrom(fd, bytes, length, flags | MSG_TRUNC, (struct sockaddr *)&from, &fromLength);
    *sender = from.nl_pid;
    return result;
}

// Binds a packet socket to one interface and one EtherType (host byte order), which starts reception.
static inline int martlet_packet_bind(int fd, int interfaceIndex, uint16_t etherType) {
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(etherType), .sll_ifindex = interfaceIndex};
    return bind(fd, (struct sockaddr *)&address, sizeof address);
}

// Sends one packet to a 6-byte Ethernet address; the kernel writes the Ethernet header.
static inline ssize_t martlet_packet_send(int fd, int interfaceIndex, uint16_t etherType, const uint8_t *destination,
                                          const void *bytes, size_t length) {
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(etherType),
                                  .sll_ifindex = interfaceIndex,
                                  .sll_halen = ETH_ALEN};
    memcpy(address.sll_addr, destination, ETH_ALEN);
    return sendto(fd, bytes, length, 0, (struct sockaddr *)&address, sizeof address);
}

// Receives one packet without waiting. status: TP_STATUS_* bits when PACKET_AUXDATA is on, else 0.
// Returns the packet's full length, even when the buffer is less.
static inline ssize_t martlet_packet_receive(int fd, void *bytes, size_t length, uint32_t *status) {
    union {
        struct cmsghdr header;
        uint8_t bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
    } control;
    struct iovec vector = {.iov_base = bytes, .iov_len = length};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    *status = 0;
    ssize_t result = recvmsg(fd, &message, MSG_TRUNC | MSG_DONTWAIT);
    if (result < 0) return result;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == SOL_PACKET && part->cmsg_type == PACKET_AUXDATA &&
            part->cmsg_len >= CMSG_LEN(sizeof(struct tpacket_auxdata))) {
            struct tpacket_auxdata data;
            memcpy(&data, CMSG_DATA(part), sizeof data);
            *status = data.tp_status;
        }
    }
    return result;
}

// Has the interface take in what is sent to a 6-byte multicast address: PACKET_ADD_MEMBERSHIP of packet(7).
static inline int martlet_packet_join(int fd, int interfaceIndex, const uint8_t *group) {
    struct packet_mreq membership = {
        .mr_ifindex = interfaceIndex, .mr_type = PACKET_MR_MULTICAST, .mr_alen = ETH_ALEN};
    memcpy(membership.mr_address, group, ETH_ALEN);
    return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, sizeof membership);
}

// Attaches a classic BPF program: SO_ATTACH_FILTER of socket(7).
static inline int martlet_attach_filter(int fd, const struct sock_filter *instructions, uint16_t count) {
    struct sock_fprog program = {.len = count, .filter = (struct sock_filter *)instructions};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

// bind(2) and sendto(2) for IPv4. Address and port in host byte order.
static inline int martlet_ipv4_bind(int fd, uint32_t host, uint16_t port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = htonl(host)}};
    return bind(fd, (struct sockaddr *)&address, sizeof address);
}
static inline ssize_t martlet_ipv4_send(int fd, uint32_t host, uint16_t port, const void *bytes, size_t length) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = htonl(host)}};
    return sendto(fd, bytes, length, 0, (struct sockaddr *)&address, sizeof address);
}

// The same for IPv6. Address in network order, port in host byte order; scope: the interface of a link-local address.
static inline int martlet_ipv6_bind(int fd, const uint8_t *host, uint16_t port, uint32_t scope) {
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = scope};
    memcpy(&address.sin6_addr, host, sizeof address.sin6_addr);
    return bind(fd, (struct sockaddr *)&address, sizeof address);
}
static inline ssize_t martlet_ipv6_send(int fd, const uint8_t *host, uint16_t port, uint32_t scope, const void *bytes,
                                        size_t length) {
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = scope};
    memcpy(&address.sin6_addr, host, sizeof address.sin6_addr);
    return sendto(fd, bytes, length, 0, (struct sockaddr *)&address, sizeof address);
}
// Receives one datagram without waiting. host: the sender's address. Returns the datagram's full length, even when the
// buffer is less.
static inline ssize_t martlet_ipv6_receive(int fd, void *bytes, size_t length, uint8_t *host) {
    struct sockaddr_in6 from = {0};
    socklen_t fromLength = sizeof from;
    ssize_t result =
        recvfrom(fd, bytes, length, MSG_TRUNC | MSG_DONTWAIT, (struct sockaddr *)&from, &fromLength);
    memcpy(host, &from.sin6_addr, sizeof from.sin6_addr);
    return result;
}

// connect(2) to an address that getaddrinfo(3) gave.
static inline int martlet_connect(int fd, const void *address, size_t length) {
    return connect(fd, (const struct sockaddr *)address, (socklen_t)length);
}

// Names the calling thread as ps(1) shows it; at most 15 bytes count.
static inline int martlet_name_thread(const char *name) { return prctl(PR_SET_NAME, name); }

// unshare(2) and setns(2) with CLONE_NEWNET, which <sched.h> hides without _GNU_SOURCE: for the calling thread only.
static inline int martlet_unshare_network(void) { return (int)syscall(SYS_unshare, 0x40000000); }
static inline int martlet_enter_network(int fd) { return (int)syscall(SYS_setns, fd, 0x40000000); }

#endif
