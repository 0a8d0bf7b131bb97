/// What a Kubernetes node is to be told of itself, as the Go agent does: `--provider-id` and the labels of its zone and
/// region, in the `KUBELET_EXTRA_ARGS` that kubeadm's unit of the kubelet reads.
public struct KubeletIdentity: Equatable, Sendable {
    /// `PROVIDER_ID`.
    public var providerID: String?
    /// `FAILURE_DOMAIN`, which becomes `topology.kubernetes.io/zone`.
    public var zone: String?
    /// `REGION`, which becomes `topology.kubernetes.io/region`.
    public var region: String?

    /// An identity from its parts.
    public init(providerID: String? = nil, zone: String? = nil, region: String? = nil) {
        self.providerID = providerID
        self.zone = zone
        self.region = region
    }
}

/// Writing it into an installed system.
struct KubeletArguments {
    private static let variable = "KUBELET_EXTRA_ARGS"
    private static let zoneLabel = "topology.kubernetes.io/zone"
    private static let regionLabel = "topology.kubernetes.io/region"
    /// Where kubeadm's packages look: Debian's and Red Hat's.
    private static let debianFile = "/etc/default/kubelet"
    private static let rpmFile = "/etc/sysconfig/kubelet"
    /// Where earlier versions of the Go agent put two files. Only for a unit that reads them: to a kubelet with
    /// `--config-dir` they would be broken configuration.
    private static let dropIns = "/etc/kubernetes/kubelet.conf.d"
    private static let units = [
        "/etc/systemd/system/kubelet.service", "/usr/lib/systemd/system/kubelet.service",
        "/lib/systemd/system/kubelet.service",
    ]

    let identity: KubeletIdentity

    private var providerArgument: String? { identity.providerID.map { "--provider-id=\($0)" } }

    private var labels: [String] {
        [identity.zone.map { "\(Self.zoneLabel)=\($0)" }, identity.region.map { "\(Self.regionLabel)=\($0)" }]
            .compactMap { $0 }
    }

    func write(_ editor: inout RootEditor) throws(TargetSystemError) {
        guard providerArgument != nil || !labels.isEmpty else { return }
        let file = file(in: editor.root)
        let isThere = try editor.editText(file) { environment($0) }
        if !isThere { try editor.write(environment(""), to: file) }
        guard readsDropIns(editor.root) else { return }
        if let providerArgument {
            try editor.write(Self.assignment([providerArgument]), to: "\(Self.dropIns)/10-caprf-provider-id.conf")
        }
        if !labels.isEmpty {
            try editor.write(
                Self.assignment(["--node-labels=\(labels.joined(separator: ","))"]),
                to: "\(Self.dropIns)/20-caprf-node-labels.conf")
        }
    }

    private func file(in root: RootDirectory) -> String {
        for file in [Self.debianFile, Self.rpmFile] where root.status(file)?.isRegular == true { return file }
        return root.status("/etc/sysconfig")?.isDirectory == true ? Self.rpmFile : Self.debianFile
    }

    private func readsDropIns(_ root: RootDirectory) -> Bool {
        let files = Self.units.flatMap { unit in
            [unit] + ((try? root.list(unit + ".d")) ?? []).map { "\(unit).d/\($0)" }
        }
        return files.contains { file in
            (root.text(file) ?? "").split(whereSeparator: \.isNewline).contains {
                $0.hasPrefix("EnvironmentFile=") && $0.contains(Self.dropIns)
            }
        }
    }

    /// The environment file with these arguments instead of earlier ones; arguments and labels of the image stay.
    func environment(_ text: String) -> String {
        var lines: [String] = []
        var isPlaced = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.drop(while: \.isWhitespace)
            if words.hasPrefix(Self.variable + "=") {
                let value = words.dropFirst(Self.variable.utf8.count + 1).filter { $0 != "\"" && $0 != "'" }
                lines.append(Self.variableLine(merged(into: value)))
                isPlaced = true
            } else {
                lines.append(String(line))
            }
        }
        if !isPlaced {
            if lines.last == "" { lines.removeLast() }
            lines += [Self.variableLine(merged(into: "")), ""]
        }
        return lines.joined(separator: "\n")
    }

    private func merged(into value: String) -> [String] {
        let nodeLabels = "--node-labels="
        var arguments: [String] = []
        var kept: [String] = []
        for argument in value.split(whereSeparator: \.isWhitespace) {
            if argument.hasPrefix("--provider-id="), identity.providerID != nil { continue }
            guard argument.hasPrefix(nodeLabels) else {
                arguments.append(String(argument))
                continue
            }
            kept += argument.dropFirst(nodeLabels.utf8.count).split(separator: ",").map(String.init).filter { label in
                !labels.contains { $0.prefix { $0 != "=" } == label.prefix { $0 != "=" } }
            }
        }
        if let providerArgument { arguments.append(providerArgument) }
        let all = kept + labels
        if !all.isEmpty { arguments.append(nodeLabels + all.joined(separator: ",")) }
        return arguments
    }

    private static func variableLine(_ arguments: [String]) -> String {
        "\(variable)=\"\(arguments.joined(separator: " "))\""
    }

    private static func assignment(_ arguments: [String]) -> String {
        variableLine(arguments) + "\n"
    }
}
