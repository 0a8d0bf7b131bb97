import Foundation
import Glibc
import LinuxSystem
import Testing

@Suite struct MemoryTests {
    /// Twenty gigabytes, of which 64 MiB are noise. The disk is a sparse file.
    private static let image = """
        truncate -s 20G table
        sgdisk --new=1:1M:0 --typecode=1:8304 table > /dev/null
        pack() { zstd -q; }
        head -c 256M /dev/zero | pack > zeros
        head -c 1M table | pack > image.zst
        for frame in $(seq 79); do cat zeros; done >> image.zst
        head -c 64M /dev/urandom | pack >> image.zst
        head -c 190M /dev/zero | pack >> image.zst
        tail -c 1M table | pack >> image.zst
        rm table zeros
        truncate -s 21G disk
        """

    /// The budget is 96 MiB and the window of the image's compression, which is 2 MiB here.
    @Test(.timeLimit(.minutes(2))) func anImageOfTwentyGibibytesTakesNoMoreMemoryThanASmallOne() throws {
        let directory = try TemporaryDirectory()
        try directory.shell(Self.image)
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let martlet = package.appendingPathComponent(".build/debug/martlet").standardized.path
        let null = try Descriptor.open("/dev/null", O_RDWR)
        let pid = try ChildProcess.spawn(
            martlet, arguments: [martlet, "write", "--yes", directory.path + "/image.zst", directory.path + "/disk"],
            environment: [], streams: [.descriptor(null), .descriptor(null), .descriptor(null)])
        var status: Int32 = 0
        var peak = 0
        // Not its rusage: in that a program begins with the peak of the one that started it.
        while try systemCall("waitpid", "", { waitpid(pid, &status, WNOHANG) }) == 0 {
            let line = try Files.readText("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            peak = max(peak, line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0)
            usleep(20_000)
        }
        #expect(status == 0)
        #expect((20 << 10..<(96 + 2) << 10).contains(peak), "KiB")
        #expect(try directory.shell("sgdisk --verify disk").contains("No problems found"))
        // What is not zero, and little else, has room on the disk.
        let used = try #require(
            Int(directory.shell("du -m disk | cut -f 1").trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect((64...80).contains(used), "MiB")
    }
}
