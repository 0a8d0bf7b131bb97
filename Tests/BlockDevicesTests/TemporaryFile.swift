import Glibc
import LinuxSystem

/// A file of zeros in /tmp that stands for a device, removed with its last owner.
final class TemporaryFile: Sendable {
    let path: String
    let descriptor: Descriptor

    init(bytes: Int) throws {
        var template = Array("/tmp/martlet-disk-XXXXXX".utf8CString)
        let raw = try systemCall("mkstemp") { mkstemp(&template) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        descriptor = Descriptor(owning: raw, name: path)
        try systemCall("ftruncate", path) { ftruncate(raw, bytes) }
    }

    deinit {
        unlink(path)
    }
}

extension Descriptor {
    func write(_ bytes: [UInt8], at offset: UInt64) throws {
        try bytes.withUnsafeBytes { try writeAll($0, at: offset) }
    }

    /// Fills a range with a byte that is not zero.
    func fill(from start: UInt64, count: Int) throws {
        try write([UInt8](repeating: 0xa5, count: count), at: start)
    }
}

/// The first 34 sectors of a volume that libblkid takes for ISO 9660 with this label (ECMA-119 8.4).
func isoVolume(label: String) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 40 << 10)
    func put(_ text: String, at offset: Int) {
        bytes.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    bytes[32768] = 1
    put("CD001", at: 32769)
    bytes[32774] = 1
    put(label + String(repeating: " ", count: 32 - label.utf8.count), at: 32808)
    // The set's terminator.
    bytes[34816] = 255
    put("CD001", at: 34817)
    bytes[34822] = 1
    return bytes
}

/// The first page of a swap space of 64 pages (mkswap(8)): version, last page and magic.
func swapHeader() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    bytes[1024] = 1
    bytes[1028] = 63
    bytes.replaceSubrange(4086..<4096, with: Array("SWAPSPACE2".utf8))
    return bytes
}

extension Collection where Element == UInt8 {
    /// Whether every byte is this one: memcmp(3) of the bytes with themselves shifted by one, fast in a debug build too.
    func isAll(_ byte: UInt8) -> Bool {
        withContiguousStorageIfAvailable { buffer in
            guard let base = buffer.baseAddress, let first = buffer.first else { return true }
            return first == byte && memcmp(base, base + 1, buffer.count - 1) == 0
        } ?? allSatisfy { $0 == byte }
    }
}
