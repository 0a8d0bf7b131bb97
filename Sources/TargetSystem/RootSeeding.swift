import Diagnostics
import LinuxSystem
import SystemPackage

/// What is to be put into the installed system before it boots for the first time.
public struct SeedOrder: Equatable, Sendable {
    /// `HOSTNAME`.
    public var hostname: String?
    /// The NoCloud instance id; empty for one that is made up.
    public var instanceID: String
    /// `PROVISION_ID`.
    public var provisionID: String?
    /// `CLOUDINIT_ENABLED`: whether a seed is written.
    public var seedsCloudInit: Bool
    /// The seed.
    public var seed: NoCloudSeed
    /// Directories of this machine whose contents are copied into the root, such as `/deploy/files` and its alias
    /// `/deploy/file-system`, in order. One that does not exist is passed over.
    public var fileTrees: [String]

    /// An order from its parts.
    public init(
        hostname: String? = nil, instanceID: String = "", provisionID: String? = nil, seedsCloudInit: Bool = true,
        seed: NoCloudSeed = NoCloudSeed(), fileTrees: [String] = []
    ) {
        self.hostname = hostname
        self.instanceID = instanceID
        self.provisionID = provisionID
        self.seedsCloudInit = seedsCloudInit
        self.seed = seed
        self.fileTrees = fileTrees
    }
}

/// What seeding did.
public struct SeedReport: Equatable, Sendable {
    /// Paths in the installed system that were written, and trees that were copied.
    public fileprivate(set) var written: [String] = []
    /// What may keep the installed system from using it, one sentence each.
    public fileprivate(set) var warnings: [String] = []
}

extension MountedRoot {
    private static let cloudDirectory = "/var/lib/cloud"
    private static let seedDirectory = "/var/lib/cloud/seed/nocloud"

    /// Puts everything ordered into the root. May be repeated: what an earlier seed left is replaced.
    ///
    /// The seed belongs to root, with 0700 for its directories and 0600 for its files. Without cloud-init, be it by
    /// order or in the image, the host name goes to `/etc/hostname`.
    public func seed(_ order: SeedOrder) throws(TargetSystemError) -> SeedReport {
        var report = SeedReport()
        for tree in order.fileTrees where Files.exists(tree) {
            var copying = FileTree(tree, into: directory)
            try copying.copy()
            report.warnings += copying.warnings
            report.written.append("\(copying.written) files of \(tree)")
        }
        var namesHost = !order.seedsCloudInit
        if order.seedsCloudInit {
            let inspection = CloudInitInspection(directory)
            namesHost = !inspection.isInstalled
            report.warnings += inspection.warnings
            try writeSeed(order, &report)
        }
        if namesHost, let hostname = order.hostname {
            try write(Array("\(hostname)\n".utf8), to: "/etc/hostname", mode: 0o644, &report)
        }
        if let provisionID = order.provisionID {
            try attempt("making the directory of \(Self.provisionIDPath)") { () throws(SystemCallError) in
                try directory.makeDirectories("/var/lib/martlet", mode: 0o700)
            }
            try write(Array("\(provisionID)\n".utf8), to: Self.provisionIDPath, mode: 0o600, &report)
        }
        return report
    }

    private func writeSeed(_ order: SeedOrder, _ report: inout SeedReport) throws(TargetSystemError) {
        let instanceID = order.instanceID.isEmpty ? Self.madeUpInstanceID() : order.instanceID
        let seed = NoCloudFiles(order.seed, instanceID: instanceID, hostname: order.hostname)
        report.warnings += seed.warnings
        try attempt("replacing \(Self.seedDirectory)") { () throws(SystemCallError) in
            try directory.makeDirectories(Self.cloudDirectory)
            try directory.makeDirectories("\(Self.cloudDirectory)/seed", mode: 0o700)
            try directory.setDirectoryAttributes("\(Self.cloudDirectory)/seed", mode: 0o700, owner: .root)
            // Never its contents through a link: that could be any directory of the image.
            try directory.remove(Self.seedDirectory)
            try directory.makeDirectories(Self.seedDirectory, mode: 0o700)
        }
        for file in seed.files {
            try write(file.contents, to: "\(Self.seedDirectory)/\(file.name)", mode: 0o600, &report)
        }
    }

    private func write(
        _ bytes: [UInt8], to path: String, mode: UInt32, _ report: inout SeedReport
    ) throws(TargetSystemError) {
        try attempt("writing \(path)") { () throws(SystemCallError) in
            try directory.write(bytes, to: path, mode: mode)
        }
        report.written.append(path)
    }

    private func attempt(
        _ action: String, _ body: () throws(SystemCallError) -> Void
    ) throws(TargetSystemError) {
        do {
            try body()
        } catch {
            throw .file(action, error)
        }
    }

    /// Unlike that of any other machine or run, so that cloud-init takes this for a new instance.
    private static func madeUpInstanceID() -> String {
        var generator = SystemRandomNumberGenerator()
        return "martlet-" + String(generator.next(), radix: 16) + String(generator.next(), radix: 16)
    }
}
