import ByteCoding

/// The way from the machine to a file, node by node (UEFI specification 10.2).
///
/// The nodes are what one instance has before its end node. A boot entry that begins with the partition and not with the
/// machine's root bridge is in short form: the firmware looks for that partition on every disk (3.1.2).
public struct DevicePath: Hashable, Sendable {
    /// From the outermost node to the file.
    public let nodes: [DevicePathNode]

    /// A path of these nodes.
    public init(_ nodes: [DevicePathNode]) {
        self.nodes = nodes
    }

    /// The short form of a path to a file on a partition.
    ///
    /// - Parameter file: from the root of the file system, with backslashes.
    public init(_ partition: HardDriveNode, file: String) {
        nodes = [.hardDrive(partition), .file(file)]
    }

    /// The partition that the path leads through: the last one it names.
    public var partition: HardDriveNode? {
        nodes.reversed().lazy.compactMap { node in
            if case .hardDrive(let partition) = node { partition } else { nil }
        }.first
    }

    /// The file that it leads to, which may be told in several nodes; empty for none.
    public var file: String {
        let parts = nodes.compactMap { node in
            if case .file(let part) = node { part } else { nil }
        }
        return "\\" + parts.flatMap { $0.split(separator: "\\") }.joined(separator: "\\")
    }

    /// Whether both lead to one file of one partition; firmware ignores case in names.
    public func leadsWhere(_ other: DevicePath) -> Bool {
        guard let partition, let theirs = other.partition else { return false }
        // An MBR's signature is that of the whole disk.
        guard partition.signature == theirs.signature, partition.number == theirs.number else { return false }
        return file.lowercased() == other.file.lowercased()
    }

    /// The bytes, with the end node.
    public var encoded: [UInt8] {
        nodes.flatMap(\.encoded) + DevicePathNode.end.encoded
    }

    /// Reads the first instance of a path; what follows its end is not looked at.
    ///
    /// - Throws: when a node is longer than what there is, or shorter than its own header.
    public init(parsing bytes: ArraySlice<UInt8>) throws(ByteReadError) {
        var reader = ByteReader(bytes)
        var nodes: [DevicePathNode] = []
        while !reader.isAtEnd {
            let node = try DevicePathNode(reading: &reader)
            if node.isEnd { break }
            nodes.append(node)
        }
        self.nodes = nodes
    }
}
