import Glibc
import LinuxSystem

/// A file of which one sector cannot be written: another, shown by FUSE, with the faults of QEMU's blkdebug between them
/// (qemu-storage-daemon(1); QEMU documentation, docs/devel/blkdebug). Needs root.
final class FaultyFile: Sendable {
    private let shown: TemporaryFile
    private let daemon: pid_t

    /// - Parameters:
    ///   - file: the bytes.
    ///   - sector: of 512 bytes.
    ///   - isOnce: whether the sector is well after the first failure.
    init(_ file: TemporaryFile, failing sector: Int, isOnce: Bool) throws {
        shown = try TemporaryFile([])
        let fault = [
            "event=none", "iotype=write", "errno=\(EIO)", "sector=\(sector)", "once=\(isOnce ? "on" : "off")",
        ]
        let program = "/usr/bin/qemu-storage-daemon"
        let null = try Descriptor.open("/dev/null", O_RDWR)
        let error = Descriptor(owning: try systemCall("dup") { dup(2) }, name: "stderr")
        daemon = try ChildProcess.spawn(
            program,
            arguments: [
                program, "--blockdev", "driver=file,node-name=file,discard=unmap,filename=\(file.path)",
                "--blockdev",
                "driver=blkdebug,node-name=faulty,discard=unmap,image=file"
                    + fault.map { ",inject-error.0.\($0)" }.joined(),
                "--export", "type=fuse,id=export,node-name=faulty,mountpoint=\(shown.path),writable=on",
            ], environment: [], streams: [.descriptor(null), .descriptor(null), .descriptor(error)])
        // What FUSE shows is as long as the file.
        for _ in 0..<1000 {
            var facts = stat()
            if stat(shown.path, &facts) == 0, facts.st_size > 0 { break }
            usleep(10_000)
        }
    }

    deinit {
        kill(daemon, SIGTERM)
        _ = try? systemCall("waitpid") { waitpid(daemon, nil, 0) }
    }

    var path: String { shown.path }
    func open() throws -> Descriptor { try shown.open() }
}
