import Diagnostics
import YAML

/// A file in Netplan's format, version 2 (https://netplan.readthedocs.io/en/stable/netplan-yaml/), as Netplan has it under
/// the key `network`, or as cloud-init's `network-config` has it without.
///
/// Understood are Ethernet NICs, bonds, VLANs and bridges with addresses, routes, name servers and DHCP. What has no
/// meaning while a machine is provisioned is passed over; what cannot be done, and every unknown key, is a warning.
public struct NetplanFile: Equatable, Sendable {
    /// The network that the file asks for.
    public let configuration: NetworkConfiguration
    /// What is left out, or doubtful; each begins with the path and the line.
    public let warnings: [String]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - text: its contents.
    ///   - path: where it lies, for messages.
    /// - Throws: `NetworkConfigurationError` with every value that is not allowed, each with its line; with what
    ///   contradicts between links only when there is no such value.
    public init(parsing text: some Collection<UInt8>, path: String) throws(NetworkConfigurationError) {
        let findings = NetplanFindings(path: path)
        let source = NetworkSource.netplan(path)
        let root: YAMLNode?
        do throws(YAMLError) {
            root = try YAMLNode(parsing: text)
        } catch {
            throw NetworkConfigurationError(source: source, problems: [error.description])
        }
        guard let root, !root.isNull else {
            throw NetworkConfigurationError(source: source, problems: ["the file is empty"])
        }
        var links: [LinkConfiguration] = []
        if var body = Self.body(of: root, findings), Self.isVersion2(&body) {
            links = NetplanDevices(&body).links
            body.ignore("renderer")
            body.leaveOut("openvswitch")
            body.finish()
        }
        guard findings.problemCount == 0 else {
            throw NetworkConfigurationError(source: source, problems: findings.problems)
        }
        configuration = try NetworkConfiguration(source: source, links: links)
        warnings = findings.warnings
    }

    /// The mapping that holds the version and the devices.
    private static func body(of root: YAMLNode, _ findings: NetplanFindings) -> NetplanMapping? {
        guard var file = NetplanMapping(root, called: "the file", findings) else { return nil }
        guard let network = file.take("network") else { return file }
        file.finish()
        return NetplanMapping(network.value, called: network.key, findings)
    }

    private static func isVersion2(_ body: inout NetplanMapping) -> Bool {
        let instead = "write version: 2 with ethernets, bonds, vlans and bridges"
        let version = body.take("version")
        // cloud-init's first version has a list there, or the word "disabled".
        let config = body.take("config")
        if let first = config ?? version, config != nil || first.value.integer(Int.self) == 1 {
            body.findings.problem(first.line, "version 1 of the network configuration is not understood: \(instead)")
            return false
        }
        guard let version else {
            body.findings.problem(body.line, "there is no \"version\": \(instead)")
            return false
        }
        return body.findings.value(version.value, "version", mustBe: "2") { $0.integer(Int.self) == 2 ? 2 : nil } != nil
    }
}
