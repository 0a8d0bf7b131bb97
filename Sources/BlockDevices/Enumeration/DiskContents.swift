import Glibc
import LinuxSystem

/// What is on a disk and its partitions by their magic bytes, read for people: in an error, in `martlet disks`.
public struct DiskContents: Sendable, Equatable {
    /// Signatures by the kernel's name of the disk or partition.
    public var signatures: [String: [Signature]] = [:]
    /// Why not everything could be looked at; `nil` when it was.
    public var gap: String?

    /// Nothing known.
    public init() {}

    /// The disks with what is on them. Reads each disk and its partitions through its driver.
    ///
    /// - Parameters:
    ///   - timeout: for each disk or partition to answer; the rest of a disk that does not is left out.
    ///   - budget: for all of them; disks after that are not looked at.
    public static func reading(
        _ disks: [Disk], timeout: Duration = .seconds(10), budget: Duration = .seconds(40)
    ) -> [Disk] {
        let clock = ContinuousClock()
        let deadline = clock.now + budget
        return disks.map { disk in
            var disk = disk
            if disk.sizeBytes > 0 {
                disk.contents = read(disk, timeout: timeout) { clock.now < deadline }
            }
            return disk
        }
    }

    private static func read(_ disk: Disk, timeout: Duration, isInTime: () -> Bool) -> DiskContents {
        var contents = DiskContents()
        let paths = [(disk.name, disk.devicePath)] + disk.partitions.map { ($0.name, $0.devicePath) }
        for (name, path) in paths {
            guard isInTime() else {
                contents.gap = "not looked at: there was no time left"
                return contents
            }
            do {
                contents.signatures[name] = try watched("probe", device: path, timeout: timeout) {
                    try Signatures.all(on: path)
                }
            } catch {
                if case .failed(let cause)? = error as? SignatureError, cause.errno.rawValue == ENOMEDIUM {
                    return contents
                }
                contents.gap = String(describing: error)
                // A device that does not answer will not answer for its partitions either.
                if error is StuckCallError { return contents }
            }
        }
        return contents
    }
}

extension DiskTable {
    /// For each disk with something on it, one line for the disk and one for each partition: signatures, size, and what
    /// stands on it. Empty when there is nothing to say.
    public static func contents(_ disks: [Disk]) -> String {
        disks.flatMap(lines).joined(separator: "\n")
    }

    private static func lines(_ disk: Disk) -> [String] {
        var lines: [String] = []
        func add(_ name: String, _ facts: [String]) {
            if !facts.isEmpty { lines.append("\(name): \(facts.joined(separator: ", "))") }
        }
        func onIt(_ name: String, _ holders: [Holder]) -> [String] {
            (disk.contents?.signatures[name] ?? []).map(text) + holders.map { "held by \($0.displayName)" }
        }
        add(disk.name, onIt(disk.name, disk.holders) + [disk.contents?.gap].compactMap { $0 })
        for partition in disk.partitions {
            add(
                partition.name,
                [size(partition.sizeBytes)] + onIt(partition.name, partition.holders)
                    + disk.uses.filter { $0.device == partition.name }.map(\.description))
        }
        return lines
    }

    /// Labels come from the disk and must not steer a terminal.
    private static func text(_ signature: Signature) -> String {
        let label = String(
            signature.label.map {
                $0.isNewline || $0.unicodeScalars.contains { $0.value < 32 || $0.value == 127 } ? "?" : $0
            })
        return label.isEmpty ? signature.type : "\(signature.type) \"\(label)\""
    }
}
