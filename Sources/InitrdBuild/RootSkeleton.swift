import CPIOArchive

/// The directories, nodes and small files that every initramfs has.
enum RootSkeleton {
    /// Mount points and places that are written to at run time.
    private static let directories: [(path: String, permissions: UInt32)] = [
        ("bin", 0o755), ("sbin", 0o755), ("dev", 0o755), ("etc/ssl/certs", 0o755), ("lib/firmware", 0o755),
        ("mnt", 0o755), ("newroot", 0o755), ("proc", 0o555), ("root", 0o700), ("run", 0o755), ("sys", 0o555),
        ("tmp", 0o1777), ("usr/bin", 0o755), ("usr/sbin", 0o755), ("var/lib/cloud/seed/nocloud", 0o755),
        ("var/log", 0o755), ("var/tmp", 0o1777),
        // An overlay or iPXE can only put a file into a directory that is there.
        ("deploy", 0o700), ("deploy/nocloud", 0o700),
    ]

    private static let files: [(path: String, text: String)] = [
        ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"),
        ("etc/group", "root:x:0:\n"),
        ("etc/hostname", "martlet\n"),
        ("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"),
        ("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
        (
            "etc/profile",
            """
            export PATH=/usr/sbin:/usr/bin:/sbin:/bin
            export HOME=/root
            export PS1='martlet# '
            export SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
            cd "$HOME"

            """
        ),
    ]

    static func entries(modificationTime: UInt32) -> [CPIOEntry] {
        directories.map { directory in
            CPIOEntry(
                path: directory.path, content: .directory, permissions: directory.permissions,
                modificationTime: modificationTime)
        }
            + files.map { file in
                CPIOEntry(path: file.path, content: .file(Array(file.text.utf8)), modificationTime: modificationTime)
            }
            + [
                // The kernel opens /dev/console for PID 1 before anything can mount devtmpfs.
                CPIOEntry(
                    path: "dev/console", content: .characterDevice(major: 5, minor: 1), permissions: 0o600,
                    modificationTime: modificationTime),
                CPIOEntry(
                    path: "dev/null", content: .characterDevice(major: 1, minor: 3), permissions: 0o666,
                    modificationTime: modificationTime),
            ]
    }
}
