import BlockDevices
import CLinux
import Diagnostics
import Glibc
import InitRuntime
import LinuxSystem
import NetworkBringUp
import ProvisioningAPI

/// What `DEBUG_URL` gets when a run has failed: kernel log, disks, links, addresses, routes, arrays, the agent's log.
enum DiagnosticReport {
    static func collect(_ services: Services?) async -> String {
        let parts: [(String, @Sendable () throws -> String)] = [
            ("agent log", { try Files.readText(RunFiles.log, limit: 8 << 20) }),
            ("status", { try Files.readText(RunFiles.status) }),
            ("kernel command line", { commandLine() }),
            ("disks", { DiskTable.text(try BlockSysfs().disks()) }),
            ("network", { try NetworkReport.text() }),
            ("/proc/mdstat", { try Files.readText("/proc/mdstat") }),
            ("/proc/mounts", { try Files.readText("/proc/mounts") }),
            ("/proc/partitions", { try Files.readText("/proc/partitions") }),
            ("/proc/modules", { try Files.readText("/proc/modules") }),
            ("/proc/meminfo", { try Files.readText("/proc/meminfo") }),
            ("kernel log", { KernelLog.text() }),
        ]
        var report = "martlet \(Version.current)\n"
        for (title, read) in parts {
            let text: String
            do {
                // A disk that does not answer must not keep the report from going out.
                text = try await offPool("report") {
                    try watched(title, device: "this machine", timeout: .seconds(10), read)
                }
            } catch {
                text = "(\(error.explanation))"
            }
            report += "\n==== \(title)\n\(text)\n"
        }
        return services?.console.scrub(report) ?? report
    }

    /// The kernel's arguments without values that may hold secrets.
    static func commandLine() -> String {
        KernelArguments.current().all.map { name, value in
            value.map { "\(name)=\(maskedURL($0))" } ?? name
        }.joined(separator: " ")
    }
}

/// The kernel's ring buffer: klogctl(3).
enum KernelLog {
    static func text() -> String {
        let size = martlet_kernel_log_size()
        guard size > 0 else { return "" }
        var bytes = [UInt8](repeating: 0, count: Int(size))
        let length = bytes.withUnsafeMutableBytes { buffer in
            martlet_kernel_log_read(
                buffer.assumingMemoryBound(to: CChar.self).baseAddress, Int32(clamping: buffer.count))
        }
        return String(decoding: bytes.prefix(Int(max(length, 0))), as: UTF8.self)
    }
}
