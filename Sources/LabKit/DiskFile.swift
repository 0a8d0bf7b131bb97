import Crypto
import Foundation
import Glibc

/// The backing file of a machine's disk: raw and sparse.
public struct DiskFile: Sendable {
    /// Where it lies.
    public let path: String

    private static let chunk = 1 << 20
    /// lseek(2)'s SEEK_DATA, which glibc hides without _GNU_SOURCE.
    private static let seekData: Int32 = 3

    /// An existing file.
    public init(existing path: String) {
        self.path = path
    }

    /// Makes an empty disk of so many bytes.
    public init(creating path: String, bytes: Int) throws {
        self.path = path
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure("make", path) }
        defer { close(descriptor) }
        guard ftruncate(descriptor, bytes) == 0 else { throw Self.failure("size", path) }
    }

    private static func failure(_ what: String, _ path: String) -> LabFailure {
        LabFailure("cannot \(what) the disk \(path): \(String(cString: strerror(errno)))")
    }

    /// Its size in bytes.
    public var size: Int {
        get throws {
            var status = stat()
            guard stat(path, &status) == 0 else { throw Self.failure("look at", path) }
            return Int(status.st_size)
        }
    }

    /// Fills it with data of somebody else's: no two MiB alike, and none of it zero.
    public func fill(seed: UInt64) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        var generator = SplitMix(state: seed)
        var block = Data(capacity: Self.chunk)
        while block.count < Self.chunk {
            withUnsafeBytes(of: generator.next()) { block.append(contentsOf: $0) }
        }
        for index in 0..<(try size / Self.chunk) {
            withUnsafeBytes(of: UInt64(index).bigEndian) { block.replaceSubrange(0..<8, with: $0) }
            try handle.write(contentsOf: block)
        }
    }

    /// So many bytes at an offset; fewer at the end.
    public func bytes(at offset: Int, count: Int) throws -> [UInt8] {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(offset))
        return Array(try handle.read(upToCount: count) ?? Data())
    }

    /// Writes bytes at an offset.
    public func write(_ bytes: [UInt8], at offset: Int) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: Data(bytes))
    }

    /// A SHA-256 that is equal for two disks only if their sizes and all their bytes are: over the place and content of
    /// every MiB that is not zero. Holes cost nothing.
    ///
    /// - Parameter ignoring: byte ranges taken for zero, such as a superblock that may change.
    public func fingerprint(ignoring: [Range<Int>] = []) throws -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure("read", path) }
        defer { close(descriptor) }
        let size = try size
        var hash = SHA256()
        withUnsafeBytes(of: UInt64(size)) { hash.update(bufferPointer: $0) }
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        let zero = [UInt8](repeating: 0, count: Self.chunk)
        var offset = 0
        while offset < size {
            let data = lseek(descriptor, offset, Self.seekData)
            if data < 0 { break }
            offset = data / Self.chunk * Self.chunk
            let count = pread(descriptor, &buffer, Self.chunk, offset)
            guard count > 0 else { throw Self.failure("read", path) }
            for range in ignoring {
                for position in range.clamped(to: offset..<offset + count) { buffer[position - offset] = 0 }
            }
            if memcmp(buffer, zero, count) != 0 {
                withUnsafeBytes(of: UInt64(offset)) { hash.update(bufferPointer: $0) }
                buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            }
            offset += count
        }
        return hash.finalize().map { String(format: "%02x", $0) }.joined()
    }

    /// The SHA-256 of all its bytes in hexadecimal, as sha256sum(1) prints it.
    public func sha256() throws -> String {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        var hash = SHA256()
        while let data = try handle.read(upToCount: Self.chunk), !data.isEmpty { hash.update(data: data) }
        return hash.finalize().map { String(format: "%02x", $0) }.joined()
    }

    /// Whether there are zeroes alone where an MBR, a GPT and its backup would be: the first 34 and the last 33 sectors of
    /// 512 bytes (UEFI 2.10, 5.3.2).
    public var hasNoPartitionTable: Bool {
        get throws {
            let ends = try bytes(at: 0, count: 34 * 512) + bytes(at: size - 33 * 512, count: 33 * 512)
            return ends.allSatisfy { $0 == 0 }
        }
    }

    /// What sgdisk(8) finds wrong with its partition table; empty when nothing is.
    public func partitionTableProblems() async throws -> String {
        let report = try await HostTool.run(["sgdisk", "--verify", path])
        return report.contains("No problems found") ? "" : report
    }
}

/// The SplitMix64 generator: a fixed stream for each seed.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
