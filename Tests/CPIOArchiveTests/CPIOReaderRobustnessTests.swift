import Testing

@testable import CPIOArchive

@Suite struct CPIOReaderRobustnessTests {
    static func sample() throws -> [UInt8] {
        var writer = CPIOWriter()
        for entry in CPIORoundTripTests.everyKind.dropLast() { try writer.append(entry) }
        return writer.finish()
    }

    @Test func `every truncation is an error, but for the padding after the trailer`() throws {
        let bytes = try Self.sample()
        let trailerEnd = bytes.count - 3
        for length in 1..<bytes.count {
            if length >= trailerEnd {
                #expect(try CPIOReader.entries(of: Array(bytes[..<length])).count == 9)
            } else {
                #expect(throws: CPIOError.self, "\(length) bytes") {
                    try CPIOReader.entries(of: Array(bytes[..<length]))
                }
            }
        }
    }

    @Test func `no byte changed makes the reader trap`() throws {
        let bytes = try Self.sample()
        var refused = 0
        for position in bytes.indices {
            for value: UInt8 in [0, 0x2F, UInt8(ascii: "F"), 0xFF] {
                var damaged = bytes
                damaged[position] = value
                do { _ = try CPIOReader.entries(of: damaged) } catch { refused += 1 }
            }
        }
        #expect(refused > bytes.count)
    }

    @Test(arguments: [
        ([UInt8](repeating: 0x28, count: 200), CPIOError.Reason.badMagic),
        (Array("070707000000".utf8), .badMagic),
        (Array("07070".utf8), .truncated),
        (Array("070701".utf8) + Array("0000000G".utf8), .badNumber),
    ])
    func `what is no newc archive is named as such`(bytes: [UInt8], reason: CPIOError.Reason) {
        #expect(throws: CPIOError(reason, at: reason == .badNumber ? 6 : 0)) { try CPIOReader.entries(of: bytes) }
    }

    @Test func `an archive without its trailer is an error`() throws {
        var writer = CPIOWriter()
        try writer.append(CPIOEntry(path: "abc", content: .file([])))
        let bytes = Array(writer.finish().prefix(116))
        #expect(throws: CPIOError(.noTrailer, at: 116)) { try CPIOReader.entries(of: bytes) }
    }

    @Test func `nothing and only zeros hold no entries`() throws {
        #expect(try CPIOReader.entries(of: []).isEmpty)
        #expect(try CPIOReader.entries(of: [0, 0, 0, 0, 0]).isEmpty)
    }
}
