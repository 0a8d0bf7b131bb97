import Foundation
import LabKit
import Testing

@Suite struct DiskFileTests {
    private func withDisk(_ body: (DiskFile) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "disk-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(DiskFile(creating: path, bytes: 8 << 20))
    }

    @Test func theFingerprintIsOfTheBytesNotOfTheHoles() throws {
        try withDisk { disk in
            let empty = try disk.fingerprint()
            try disk.write([UInt8](repeating: 0, count: 3 << 20), at: 1 << 20)
            #expect(try disk.fingerprint() == empty)
            try disk.write([1], at: 5 << 20)
            let one = try disk.fingerprint()
            #expect(one != empty)
            try disk.write([0], at: 5 << 20)
            try disk.write([1], at: (5 << 20) + 1)
            #expect(try disk.fingerprint() != one)
        }
    }

    @Test func aRangeToIgnoreMayChange() throws {
        try withDisk { disk in
            try disk.fill(seed: 1)
            let before = try disk.fingerprint(ignoring: [4096..<8192])
            let exact = try disk.fingerprint()
            try disk.write([9, 9, 9], at: 8189)
            #expect(try disk.fingerprint(ignoring: [4096..<8192]) == before)
            #expect(try disk.fingerprint() != exact)
            try disk.write([9], at: 8192)
            #expect(try disk.fingerprint(ignoring: [4096..<8192]) != before)
        }
    }

    @Test func aPartitionTableAtEitherEndIsSeen() throws {
        try withDisk { disk in
            #expect(try disk.hasNoPartitionTable)
            try disk.write([0x55, 0xAA], at: 510)
            #expect(try !disk.hasNoPartitionTable)
            try disk.write([0, 0], at: 510)
            try disk.write(Array("EFI PART".utf8), at: (8 << 20) - 512)
            #expect(try !disk.hasNoPartitionTable)
        }
    }

    @Test func fillingLeavesNothingZeroAndNoTwoMiBAlike() throws {
        try withDisk { disk in
            try disk.fill(seed: 7)
            let starts = try (0..<8).map { try disk.bytes(at: $0 << 20, count: 16) }
            #expect(Set(starts).count == 8)
            #expect(try !disk.hasNoPartitionTable)
        }
    }
}
