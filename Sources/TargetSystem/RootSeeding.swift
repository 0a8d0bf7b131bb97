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
    /// `RESET_MACHINE_ID`.
    public var resetsMachineID: Bool
    /// `dns_resolver`: addresses.
    public var nameServers: [String]
    /// What the kubelet is told.
    public var kubelet: KubeletIdentity
    /// `MACHINE_EXTRA_KERNEL_PARAMS`; empty for none.
    public var kernelParameters: String
    /// The mirror that the system lies on, with RAID_LEVEL.
    public var mirror: SystemMirror?
    /// Directories of this machine whose contents are copied into the root, such as `/deploy/files` and its alias
    /// `/deploy/file-system`, in order. One that does not exist is passed over.
    public var fileTrees: [String]

    /// An order from its parts.
    public init(
        hostname: String? = nil, instanceID: String = "", provisionID: String? = nil, seedsCloudInit: Bool = true,
        seed: NoCloudSeed = NoCloudSeed(), resetsMachineID: Bool = true, nameServers: [String] = [],
        kubelet: KubeletIdentity = KubeletIdentity(), kernelParameters: String = "", mirror: SystemMirror? = nil,
        fileTrees: [String] = []
    ) {
        self.hostname = hostname
        self.instanceID = instanceID
        self.provisionID = provisionID
        self.seedsCloudInit = seedsCloudInit
        self.seed = seed
        self.resetsMachineID = resetsMachineID
        self.nameServers = nameServers
        self.kubelet = kubelet
        self.kernelParameters = kernelParameters
        self.mirror = mirror
        self.fileTrees = fileTrees
    }
}

extension MountedRoot {
    /// Puts everything ordered into the root. May be repeated: what an earlier seed left is replaced.
    ///
    /// What the image remembers of the machine it was made on goes first, then come the operator's files, and then what
    /// is ordered by name, which has the last word.
    public func seed(_ order: SeedOrder) throws(TargetSystemError) -> SeedReport {
        try RootSeeding(directory).seed(order)
    }
}

/// What `MountedRoot.seed` does, on any directory that holds a root.
struct RootSeeding {
    private static let cloudDirectory = "/var/lib/cloud"
    private static let seedDirectory = "/var/lib/cloud/seed/nocloud"
    /// What cloud-init keeps of the instance it ran on, its once-only marks included.
    private static let oldInstance = ["data", "instance", "instances", "sem"]
    /// Behind every other file of its folder: the last list of datasources counts.
    private static let datasourceFile = "/etc/cloud/cloud.cfg.d/zz-martlet.cfg"

    private let root: RootDirectory

    init(_ root: RootDirectory) {
        self.root = root
    }

    func seed(_ order: SeedOrder) throws(TargetSystemError) -> SeedReport {
        var editor = RootEditor(root)
        if order.resetsMachineID { try FreshIdentity.reset(&editor) }
        for name in Self.oldInstance {
            try editor.remove("\(Self.cloudDirectory)/\(name)", because: "it is of the instance that the image ran as")
        }
        let hostKeys = FreshIdentity.hostKeys(of: root)
        for tree in order.fileTrees where Files.exists(tree) {
            var copying = FileTree(tree, into: root)
            try copying.copy()
            editor.report.warnings += copying.warnings
            editor.report.written.append("\(copying.written) files of \(tree)")
        }
        var cloudInit: CloudInitInspection?
        if order.seedsCloudInit {
            try pinDatasource(&editor)
            let inspection = CloudInitInspection(root)
            cloudInit = inspection
            editor.report.warnings += inspection.warnings
            try writeSeed(order, &editor)
        }
        FreshIdentity.judgeHostKeys(hostKeys, cloudInit: cloudInit, &editor)
        if let hostname = order.hostname { try HostNaming.set(hostname, &editor) }
        try NameServerSettings.set(
            order.nameServers, networkConfig: order.seedsCloudInit ? order.seed.networkConfig : nil, &editor)
        try KubeletArguments(identity: order.kubelet).write(&editor)
        var parameters = order.kernelParameters
        if let mirror = order.mirror.map(MirrorSettings.init) {
            try mirror.write(&editor)
            parameters += " " + mirror.kernelParameters(of: root)
        }
        try KernelParameterSettings.set(parameters, &editor)
        try stamp(order, &editor)
        if SecurityLabels.areUsed(by: root), root.hasUnlabelled.load(ordering: .relaxed) {
            try SecurityLabels.orderRelabelling(&editor, because: "SELinux labels are missing on new files")
        }
        return editor.report
    }

    private func stamp(_ order: SeedOrder, _ editor: inout RootEditor) throws(TargetSystemError) {
        guard let provisionID = order.provisionID else { return }
        try editor.attempt("making the directory of \(MountedRoot.provisionIDPath)") { () throws(SystemCallError) in
            try root.makeDirectories("/var/lib/martlet", mode: 0o700)
        }
        try editor.write("\(provisionID)\n", to: MountedRoot.provisionIDPath, mode: 0o600)
    }

    /// One datasource and its fallback: cloud-init then asks no network for another.
    private func pinDatasource(_ editor: inout RootEditor) throws(TargetSystemError) {
        guard root.status("/etc/cloud")?.isDirectory == true else { return }
        // On one line: ds-identify reads no other form.
        try editor.write(
            "# This machine's seed lies in \(Self.seedDirectory).\ndatasource_list: [ NoCloud, None ]\n",
            to: Self.datasourceFile)
    }

    /// The seed belongs to root, with 0700 for its directories and 0600 for its files.
    private func writeSeed(_ order: SeedOrder, _ editor: inout RootEditor) throws(TargetSystemError) {
        let instanceID = order.instanceID.isEmpty ? Self.madeUpInstanceID() : order.instanceID
        let seed = NoCloudFiles(order.seed, instanceID: instanceID, hostname: order.hostname)
        editor.report.warnings += seed.warnings
        try editor.attempt("replacing \(Self.seedDirectory)") { () throws(SystemCallError) in
            try root.makeDirectories(Self.cloudDirectory)
            try root.makeDirectories("\(Self.cloudDirectory)/seed", mode: 0o700)
            try root.setDirectoryAttributes("\(Self.cloudDirectory)/seed", mode: 0o700, owner: .root)
            // Never its contents through a link: that could be any directory of the image.
            try root.remove(Self.seedDirectory)
            try root.makeDirectories(Self.seedDirectory, mode: 0o700)
        }
        for file in seed.files {
            try editor.write(file.contents, to: "\(Self.seedDirectory)/\(file.name)", mode: 0o600)
        }
    }

    /// Unlike that of any other machine or run, so that cloud-init takes this for a new instance.
    private static func madeUpInstanceID() -> String {
        var generator = SystemRandomNumberGenerator()
        return "martlet-" + String(generator.next(), radix: 16) + String(generator.next(), radix: 16)
    }
}
