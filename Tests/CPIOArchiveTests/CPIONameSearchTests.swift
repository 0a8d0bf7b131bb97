import Testing

@testable import CPIOArchive

@Suite struct CPIONameSearchTests {
    private static func archive(_ paths: [String], zeros: Int = 0) throws -> [UInt8] {
        var writer = CPIOWriter()
        for path in paths {
            try writer.append(
                CPIOEntry(path: path, content: .file(Array(repeating: 0x30, count: path.utf8.count * 37))))
        }
        return writer.finish() + [UInt8](repeating: 0, count: zeros)
    }

    private func search(_ name: String, in bytes: [UInt8], pieces: Int) -> CPIONameSearch {
        var search = CPIONameSearch(name)
        var rest = bytes[...]
        while !rest.isEmpty, !search.isFound, !search.isBroken {
            let used = rest.prefix(pieces).withUnsafeBytes { search.take($0) }
            rest = rest.dropFirst(used)
        }
        return search
    }

    @Test(arguments: [1, 7, 110, 4096, 1 << 20])
    func `a name is found in any of several archives, however they are fed`(pieces: Int) throws {
        let bytes =
            try Self.archive(["kernel/x86/microcode.bin"], zeros: 300)
            + Self.archive(["init", "usr/sbin/mdadm", "usr/lib/z"])
        for name in ["microcode.bin", "init", "mdadm", "z"] {
            #expect(search(name, in: bytes, pieces: pieces).isFound, "\(name)")
        }
        for name in ["mdad", "sbin", "usr/sbin/mdadm", "mdadm2"] {
            let missed = search(name, in: bytes, pieces: pieces)
            #expect(!missed.isFound && !missed.isBroken && missed.isBetween, "\(name)")
        }
    }

    @Test func `the caller can stop behind each archive`() throws {
        let first = try Self.archive(["a"])
        let bytes = first + [0x1f, 0x8b, 8]
        var search = CPIONameSearch("b")
        let used = bytes.withUnsafeBytes { search.take($0, stopsAtTrailer: true) }
        #expect(search.isBetween && !search.isBroken)
        #expect(bytes[used..<first.count].allSatisfy { $0 == 0 })
    }

    @Test func `what is no archive is broken, and half of one is not complete`() throws {
        let bytes = try Self.archive(["a"])
        for length in 1..<110 { #expect(!search("b", in: Array(bytes[..<length]), pieces: 16).isBetween) }
        for position in [0, 5, 54, 94] {
            var changed = bytes
            changed[position] = UInt8(ascii: "x")
            #expect(search("b", in: changed, pieces: 16).isBroken)
        }
    }

    @Test func `no bytes make it trap`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            var bytes = NewcFormat.magic
            bytes += (0..<104).map { _ in "0123456789abcdefF+-".utf8.randomElement(using: &generator) ?? 0 }
            bytes += (0..<400).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = search("x", in: bytes, pieces: 50)
        }
    }
}
