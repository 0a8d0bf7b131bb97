import CLinux
import Glibc
import LinuxSystem

/// The surroundings of a command in the installed system: a chroot with the kernel's file systems, in a mount namespace
/// that ends with its last process, so that nothing stays mounted whatever the command does.
struct HookNamespace: Sendable {
    /// Directories that the kernel's file systems are mounted at.
    static let mountPoints = ["/proc", "/sys", "/dev", "/run"]
    private static let resolverFile = "/etc/resolv.conf"

    /// Where the root is mounted, free of symbolic links.
    let mountPoint: String
    /// The name servers of this machine, as resolv.conf(5); `nil` for none.
    let resolver: [UInt8]?
    /// Where the installed system's `/etc/resolv.conf` points, if it is a link.
    let resolverLink: String?

    /// Moves the calling thread into the installed system. The thread is good for nothing but starting a program then.
    func enter() throws(SystemCallError) {
        try systemCall("unshare", "CLONE_NEWNS") { martlet_unshare_mounts() }
        try systemCall("mount", "/ as private") { mount(nil, "/", nil, UInt(MARTLET_MS_ALL_PRIVATE), nil) }
        // By its path, for a descriptor would still lead into the former namespace.
        try systemCall("chroot", mountPoint) { martlet_chroot(mountPoint) }
        try systemCall("chdir", "/") { chdir("/") }
        // From here on every link of the image leads to the image.
        let quiet = UInt(MARTLET_MS_NOSUID | MARTLET_MS_NOEXEC | MARTLET_MS_NODEV)
        try Mounts.mount("proc", at: "/proc", type: "proc", flags: quiet)
        try Mounts.mount("sysfs", at: "/sys", type: "sysfs", flags: quiet)
        try Mounts.mount("devtmpfs", at: "/dev", type: "devtmpfs", flags: UInt(MARTLET_MS_NOSUID))
        try Mounts.mount(
            "tmpfs", at: "/run", type: "tmpfs", flags: UInt(MARTLET_MS_NOSUID | MARTLET_MS_NODEV), options: "mode=755")
        mountExtras(quiet)
        if let resolver { placeResolver(resolver) }
    }

    /// What many programs do without, and not every kernel or machine has.
    private func mountExtras(_ quiet: UInt) {
        try? Files.makeDirectories("/dev/pts")
        try? Mounts.mount(
            "devpts", at: "/dev/pts", type: "devpts", flags: UInt(MARTLET_MS_NOSUID), options: "gid=5,mode=620")
        let variables = "/sys/firmware/efi/efivars"
        if Files.exists(variables) { try? Mounts.mount("efivarfs", at: variables, type: "efivarfs", flags: quiet) }
    }

    /// Over the installed system's file, or where its link into `/run` leads; the disk keeps what it has. A link to
    /// nowhere else has no place for it, and then names are not resolved.
    private func placeResolver(_ bytes: [UInt8]) {
        let own = "/run/martlet-resolv.conf"
        if let target = resolverLink.map(Self.absolute), target.hasPrefix("/run/") {
            let folder = "/" + target.split(separator: "/").dropLast().joined(separator: "/")
            try? Files.makeDirectories(folder)
            try? Files.write(bytes, to: target, mode: 0o644)
        } else if Files.exists(Self.resolverFile), (try? Files.write(bytes, to: own, mode: 0o644)) != nil {
            try? Mounts.mount(own, at: Self.resolverFile, type: "none", flags: UInt(MARTLET_MS_BIND))
        }
    }

    /// A link's target in `/etc` as a path from the root, without `.` and `..`.
    static func absolute(_ target: String) -> String {
        var components: [Substring] = target.hasPrefix("/") ? [] : ["etc"]
        for component in target.split(separator: "/") where component != "." {
            if component == ".." { _ = components.popLast() } else { components.append(component) }
        }
        return "/" + components.joined(separator: "/")
    }
}
