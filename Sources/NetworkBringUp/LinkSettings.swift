import LinuxSystem

/// What the kernel does with a link by itself (ip-sysctl.rst).
enum LinkSettings {
    /// Prepares a link for being configured.
    ///
    /// - Parameter heedsRouters: whether the kernel makes addresses and routes of routers' announcements (`accept_ra`).
    static func prepare(_ link: String, heedsRouters: Bool) {
        // Without IPv6 there is nothing to set.
        try? Files.write(heedsRouters ? "1" : "0", to: "/proc/sys/net/ipv6/conf/\(link)/accept_ra")
        // An address that is replaced by another of its network must not take that one along when it goes.
        try? Files.write("1", to: "/proc/sys/net/ipv4/conf/\(link)/promote_secondaries")
    }
}
