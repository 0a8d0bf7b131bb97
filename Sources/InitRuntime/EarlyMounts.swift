import Glibc
import LinuxSystem

/// The virtual file systems every later program takes for granted.
///
/// `/proc` itself is mounted before the Swift runtime starts (`early_proc.c`). `/sys/firmware/efi/efivars` follows once
/// its module is loaded.
enum EarlyMounts {
    private struct Entry {
        let type: String
        let target: String
        let flags: UInt
        let options: String
    }

    private static let table: [Entry] = [
        Entry(type: "sysfs", target: "/sys", flags: UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC), options: ""),
        Entry(type: "devtmpfs", target: "/dev", flags: UInt(MS_NOSUID), options: "mode=0755"),
        Entry(
            type: "devpts", target: "/dev/pts", flags: UInt(MS_NOSUID | MS_NOEXEC), options: "mode=0620,ptmxmode=0666"),
        Entry(type: "tmpfs", target: "/run", flags: UInt(MS_NOSUID | MS_NODEV), options: "mode=0755,size=25%"),
        Entry(type: "tmpfs", target: "/tmp", flags: UInt(MS_NOSUID | MS_NODEV), options: "mode=1777,size=25%"),
    ]

    /// Mounts them all. Failures are returned, not thrown: a machine without `/dev/pts` can still be provisioned.
    static func mountAll() -> [SystemCallError] {
        var failures: [SystemCallError] = []
        for entry in table {
            do throws(SystemCallError) {
                try Files.makeDirectories(entry.target)
                try Mounts.mount(
                    entry.type, at: entry.target, type: entry.type, flags: entry.flags, options: entry.options)
            } catch {
                // EBUSY: it is mounted there already.
                if error.errno != .resourceBusy { failures.append(error) }
            }
        }
        do throws(SystemCallError) {
            try Files.makeDirectories(RunFiles.directory, mode: 0o700)
        } catch {
            failures.append(error)
        }
        return failures
    }
}
