import ImageTrust
import Testing

private func digest(_ pieces: [[UInt8]]) -> [UInt8] {
    var hash = BLAKE2b()
    for piece in pieces { piece.withUnsafeBytes { hash.update($0) } }
    return hash.finalize()
}

private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

@Suite struct BLAKE2bTests {
    /// RFC 7693, appendix A.
    @Test func theExampleOfTheStandard() {
        #expect(
            hex(digest([Array("abc".utf8)]))
                == "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")
    }

    @Test(arguments: [0, 1, 127, 128, 129, 255, 256, 257, 1000, 4096, 70_001])
    func everyLengthIsHashedAsTheRealToolDoes(length: Int) throws {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }
        let workshop = try Workshop()
        try workshop.write(bytes, to: "x")
        #expect(hex(digest([bytes])) == String(try workshop.shell("b2sum x").prefix(128)))
    }

    @Test(arguments: [1, 5, 64, 127, 128, 129, 300]) func piecesOfAnyLengthMakeNoDifference(piece: Int) {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        let pieces = stride(from: 0, to: bytes.count, by: piece).map {
            Array(bytes[$0..<min($0 + piece, bytes.count)])
        }
        #expect(digest(pieces) == digest([bytes]))
    }
}
