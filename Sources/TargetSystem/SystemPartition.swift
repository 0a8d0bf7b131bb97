import Glibc
import LinuxSystem
import Synchronization

/// The EFI system partition of the disk that was written, whether the installed system mounts it or not.
///
/// One owner: `close` ends it, and must come before `MountedRoot.unmount`. All calls block.
public final class SystemPartition: Sendable {
    private static let chunk = 1 << 20

    /// Every path of the partition goes through here.
    public let directory: RootDirectory
    /// `nil` when the root's mount is used, and once it is unmounted.
    private let own: Mutex<MountedFileSystem?>

    private init(directory: RootDirectory, own: MountedFileSystem?) {
        self.directory = directory
        self.own = Mutex(own)
    }

    deinit {
        // Only after a failure, as with the root.
        try? close()
    }

    /// Opens the partition where the root has it mounted, or else mounts it for writing.
    ///
    /// - Parameters:
    ///   - root: the installed system.
    ///   - mountPoint: a directory of this machine, made when it is missing.
    /// - Throws: `noFileSystem`, `mountFailed`.
    public static func open(
        _ partition: TargetPartition, of root: MountedRoot, at mountPoint: String, loadModule: ModuleLoading
    ) throws(TargetSystemError) -> SystemPartition {
        do throws(SystemCallError) {
            if let mounted = root.mountsByDepth.first(where: { $0.partition.devicePath == partition.devicePath }) {
                return SystemPartition(directory: try RootDirectory(mounted.hostPath), own: nil)
            }
            try Files.makeDirectories(mountPoint)
        } catch {
            throw .file("opening the EFI system partition", error)
        }
        let own = try MountedFileSystem.mount(
            partition, at: Files.resolved(mountPoint), as: "the EFI system partition", readOnly: false, subvolume: nil,
            loadModule: loadModule)
        do {
            return SystemPartition(directory: try RootDirectory(own.hostPath), own: own)
        } catch {
            try? own.unmount()
            throw .file("opening the EFI system partition", error)
        }
    }

    /// What is in a directory; nothing when there is none.
    public func names(in path: String) -> [String] {
        (try? directory.list(path.isEmpty ? "/" : path)) ?? []
    }

    /// Copies a file, making the directories above the copy. The copy appears whole or not at all.
    ///
    /// - Parameter root: where the file is; the partition itself when that is not said.
    public func copy(
        _ source: String, of root: RootDirectory? = nil, to destination: String
    ) throws(TargetSystemError) {
        let file: Descriptor
        do throws(SystemCallError) {
            file = try (root ?? directory).open(source, O_RDONLY)
        } catch {
            throw .file("copying \(source) to \(destination) of the EFI system partition", error)
        }
        try copy(file, to: destination)
    }

    /// The same of a file that is open for reading.
    func copy(_ file: Descriptor, to destination: String) throws(TargetSystemError) {
        try make(destination, from: file.name) { copy throws(SystemCallError) in
            var offset: UInt64 = 0
            while true {
                let bytes = try file.readBytes(count: Self.chunk, at: offset)
                try Self.append(bytes, to: copy)
                offset += UInt64(bytes.count)
                if bytes.count < Self.chunk { return }
            }
        }
    }

    /// Makes or replaces a text file, and the directories above it.
    public func write(_ text: String, to destination: String) throws(TargetSystemError) {
        try make(destination, from: "text") { copy throws(SystemCallError) in
            try Self.append(Array(text.utf8), to: copy)
        }
    }

    private func make(
        _ destination: String, from source: String, fill: (Descriptor) throws(SystemCallError) -> Void
    ) throws(TargetSystemError) {
        do throws(SystemCallError) {
            try directory.makeDirectories(destination.split(separator: "/").dropLast().joined(separator: "/"))
            try directory.replace(destination, mode: 0o755, owner: .root, fill: fill)
        } catch {
            throw .file("copying \(source) to \(destination) of the EFI system partition", error)
        }
    }

    private static func append(_ bytes: [UInt8], to file: Descriptor) throws(SystemCallError) {
        let outcome = bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemCallError) in try file.writeAll(buffer) }
        }
        try outcome.get()
    }

    /// Lets go of the partition; flushes and unmounts it if it was mounted for this. May be called again after a failure,
    /// and after success does nothing.
    ///
    /// - Throws: `unmountFailed`; `flushFailed` when data did not reach the disk, though it is unmounted.
    public func close() throws(TargetSystemError) {
        directory.close()
        guard let mounted = own.withLock({ $0 }) else { return }
        do throws(TargetSystemError) {
            try mounted.unmount()
        } catch {
            if case .flushFailed = error { own.withLock { $0 = nil } }
            throw error
        }
        own.withLock { $0 = nil }
    }
}
