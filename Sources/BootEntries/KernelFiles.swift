/// Kernels and initial RAM disks by their file names, for a system whose boot loader configuration cannot be read.
public enum KernelFiles {
    private static let kernelPrefixes = ["vmlinuz-", "vmlinux-", "kernel-", "Image-"]

    /// The newest kernel of a directory and the initial RAM disk of the same version.
    ///
    /// - Parameter names: the files of one directory. Rescue kernels and backups do not count.
    /// - Returns: `nil` when there is no kernel; the RAM disk is `nil` when none has the kernel's version.
    public static func newest(among names: [String]) -> (kernel: String, initrd: String?)? {
        var best: (kernel: String, version: String)?
        for name in names {
            guard let prefix = kernelPrefixes.first(where: { name.hasPrefix($0) }) else { continue }
            let version = String(name.dropFirst(prefix.count))
            guard !version.isEmpty, !isPassedOver(version) else { continue }
            if let best, VersionOrder.compare(version, best.version) <= 0 { continue }
            best = (name, version)
        }
        guard let best else { return nil }
        let candidates = [
            "initrd.img-\(best.version)", "initramfs-\(best.version).img", "initrd-\(best.version)",
            "initrd-\(best.version).img", "initramfs-\(best.version)",
        ]
        return (best.kernel, candidates.first { names.contains($0) })
    }

    private static func isPassedOver(_ version: String) -> Bool {
        version.contains("rescue")
            || [".old", ".bak", "~", ".hmac", ".dpkg-new", ".dpkg-tmp", ".rpmsave", ".rpmnew", ".gz", ".xz"]
                .contains { version.hasSuffix($0) }
    }
}
