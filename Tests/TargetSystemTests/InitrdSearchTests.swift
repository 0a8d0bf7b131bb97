import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import TargetSystem

/// Archives made by cpio(1) and the compressors themselves.
@Suite struct InitrdSearchTests {
    /// Makes an archive of some files, and puts it through a filter of the shell.
    private static func archive(_ names: [String], _ filter: String, in scratch: Scratch) throws -> String {
        let tree = try Scratch()
        for name in names { try tree.write(String(repeating: name, count: 5000), to: name) }
        let file = "\(scratch.path)/\(UUID().uuidString)"
        try run("sh", "-c", "cd '\(tree.path)' && find . | cpio --quiet -o -H newc | \(filter) > '\(file)'")
        return file
    }

    private static func find(_ name: String, in parts: [String], _ scratch: Scratch) throws -> InitrdSearch.Outcome {
        let whole = "\(scratch.path)/initrd"
        try run("sh", ["-c", "cat \"$@\" > \(whole)", "sh"] + parts)
        return try InitrdSearch.find(name, in: Descriptor.open(whole, O_RDONLY))
    }

    private static let microcode = ["kernel/x86/microcode/GenuineIntel.bin"]
    private static let system = ["init", "usr/lib/modules/raid1.ko", "usr/sbin/mdadm", "usr/bin/zz"]

    @Test(arguments: ["cat", "gzip", "xz --check=crc32", "zstd -19", "zstd | tee", "lz4 -l -9", "lz4"])
    func aFileIsFoundByItsNameAlone(filter: String) throws {
        let scratch = try Scratch()
        let file = try Self.archive(Self.system, filter, in: scratch)
        #expect(try Self.find("mdadm", in: [file], scratch) == .found)
        #expect(try Self.find("zz", in: [file], scratch) == .found)
        #expect(try Self.find("mdadm.conf", in: [file], scratch) == .absent)
        #expect(try Self.find("sbin", in: [file], scratch) == .found)
    }

    @Test(arguments: ["cat", "gzip", "zstd", "lz4 -l"])
    func theMainArchiveLiesBehindThatOfTheMicrocode(filter: String) throws {
        let scratch = try Scratch()
        let early = try Self.archive(Self.microcode, "cat", in: scratch)
        let main = try Self.archive(Self.system, filter, in: scratch)
        let overlay = try Self.archive(["etc/mdadm.conf"], "cat", in: scratch)
        #expect(try Self.find("mdadm", in: [early, early, main], scratch) == .found)
        #expect(try Self.find("GenuineIntel.bin", in: [early, main], scratch) == .found)
        #expect(try Self.find("lvm", in: [early, main], scratch) == .absent)
        if filter == "cat" { #expect(try Self.find("mdadm.conf", in: [early, main, overlay], scratch) == .found) }
    }

    @Test func whatCannotBeReadIsSaidAndNotTakenForAbsent() throws {
        let scratch = try Scratch()
        let early = try Self.archive(Self.microcode, "cat", in: scratch)
        let odd = "\(scratch.path)/odd"
        try Data([0x02, 0x21, 0x4c, 0x18] + [UInt8](repeating: 7, count: 4000)).write(to: URL(fileURLWithPath: odd))
        for parts in [[odd], [early, odd]] {
            guard case .unknown = try Self.find("mdadm", in: parts, scratch) else {
                Issue.record("an archive of an unknown kind was taken for one")
                continue
            }
        }
        for filter in ["cat", "gzip", "zstd", "xz --check=crc32", "lz4 -l"] {
            let cut = try Self.archive(Self.system, "\(filter) | head -c 300", in: scratch)
            guard case .unknown = try Self.find("lvm", in: [cut], scratch) else {
                Issue.record("\(filter): half an archive was taken for one")
                continue
            }
        }
        #expect(try Self.find("mdadm", in: ["/dev/null"], scratch) == .absent)
    }
}
