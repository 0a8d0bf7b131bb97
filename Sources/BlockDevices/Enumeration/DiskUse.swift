import LinuxSystem

/// A use of a disk that forbids writing it.
public struct DiskUse: Sendable, Equatable, CustomStringConvertible {
    /// How it is used.
    public enum Kind: Sendable, Equatable {
        /// Mounted at this path.
        case mount(at: String)
        /// Swap space.
        case swap
    }

    /// The device that is used: the disk, a partition, or what is stacked on them, such as `sda1`.
    public let device: String
    /// How.
    public let kind: Kind

    /// A use.
    public init(device: String, kind: Kind) {
        self.device = device
        self.kind = kind
    }

    /// Such as `sda1 is mounted at /mnt`.
    public var description: String {
        switch kind {
        case .mount(let path): "\(device) is mounted at \(path)"
        case .swap: "\(device) is swap space"
        }
    }
}

/// What is mounted and what is swap: proc(5) `self/mountinfo` and `swaps`.
struct UseTable {
    private var mountsByNumber: [DeviceNumber: [String]] = [:]
    private var mountsByName: [String: [String]] = [:]
    private var swaps: Set<String> = []

    init(procRoot: String) {
        readMounts((try? Files.readText(procRoot + "/self/mountinfo")) ?? "")
        let lines = ((try? Files.readText(procRoot + "/swaps")) ?? "").split(separator: "\n").dropFirst()
        for line in lines {
            if let path = line.split(whereSeparator: \.isWhitespace).first { swaps.insert(nodeName(path)) }
        }
    }

    /// `36 35 98:0 /root /mountpoint options [tags] - type source super-options`.
    private mutating func readMounts(_ text: String) {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 6, let separator = fields.firstIndex(of: "-") else { continue }
            let path = unescaped(fields[4])
            if let number = DeviceNumber(fields[2]) { mountsByNumber[number, default: []].append(path) }
            // btrfs mounts have a number of their own, which only the source ties to a disk.
            let source = fields.dropFirst(separator + 2).first ?? ""
            if source.hasPrefix("/dev/") { mountsByName[nodeName(source), default: []].append(path) }
        }
    }

    /// Mounts and swap spaces on a disk, its partitions and everything stacked on them.
    func uses(of disk: Disk) -> [DiskUse] {
        var devices = [(disk.name, disk.name, disk.number)]
        devices += disk.partitions.map { ($0.name, $0.name, $0.device) }
        for holder in disk.allHolders {
            var node = holder.name
            if case .deviceMapper(let mapped, _) = holder.kind { node = "mapper/" + mapped }
            devices.append((holder.name, node, holder.device))
            devices += holder.partitions.map { ($0.name, $0.name, $0.device) }
        }
        return devices.flatMap { name, node, number -> [DiskUse] in
            var paths = number.flatMap { mountsByNumber[$0] } ?? []
            for known in Set([name, node]) {
                paths += (mountsByName[known] ?? []).filter { !paths.contains($0) }
            }
            let isSwap = swaps.contains(name) || swaps.contains(node)
            return paths.map { DiskUse(device: name, kind: .mount(at: $0)) }
                + (isSwap ? [DiskUse(device: name, kind: .swap)] : [])
        }
    }
}

/// A device path without `/dev/`.
private func nodeName(_ path: some StringProtocol) -> String {
    path.hasPrefix("/dev/") ? String(path.dropFirst(5)) : String(path)
}

/// mountinfo writes blank, tab, newline and backslash as three octal digits after a backslash.
private func unescaped(_ field: Substring) -> String {
    var result = ""
    var rest = field
    while let character = rest.popFirst() {
        if character == "\\", let code = UInt8(rest.prefix(3), radix: 8) {
            result.append(Character(UnicodeScalar(code)))
            rest = rest.dropFirst(3)
        } else {
            result.append(character)
        }
    }
    return result
}
