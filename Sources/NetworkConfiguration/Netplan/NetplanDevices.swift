import Diagnostics
import NetworkTypes
import YAML

/// The links that a file declares.
struct NetplanDevices {
    private enum Section: String, CaseIterable {
        case ethernets, bonds, vlans, bridges
    }

    private struct Device {
        var link: LinkConfiguration
        let line: Int
        /// Every value of it could be read.
        let isSound: Bool
    }

    /// The types of devices that the agent does not make, and what one of them is called.
    private static let unsupportedTypes: KeyValuePairs = [
        "wifis": "Wi-Fi device", "modems": "modem", "tunnels": "tunnel", "vrfs": "VRF",
        "dummy-devices": "dummy device", "virtual-ethernets": "virtual Ethernet device",
        "nm-devices": "device of NetworkManager",
    ]

    private let findings: NetplanFindings
    private var devices: [Device] = []
    /// Devices that are left out, by their names, and what they are.
    private var leftOut: [String: String] = [:]

    /// Reads the sections of the body; problems and warnings go to its findings.
    init(_ body: inout NetplanMapping) {
        findings = body.findings
        for (type, noun) in Self.unsupportedTypes { leaveOut(body.take(type), noun) }
        let sections = Section.allCases.compactMap { section in
            body.take(section.rawValue).map { (section, $0) }
        }
        // The order of the file is the order of preference.
        for (section, entry) in sections.sorted(by: { $0.1.line < $1.1.line }) {
            for device in Self.devices(entry, findings) { read(device, section) }
        }
        resolveReferences()
        for device in devices where device.isSound {
            for problem in device.link.problems { findings.problem(device.line, problem) }
        }
    }

    /// The links, in the order of the file; those that it takes for granted come last.
    var links: [LinkConfiguration] { devices.map(\.link) }

    private static func devices(_ section: YAMLEntry, _ findings: NetplanFindings) -> [YAMLEntry] {
        var mapping = NetplanMapping(section.value, called: section.key, findings)
        return mapping?.takeAll().filter { entry in
            if entry.key == "renderer" { return false }
            if NetplanMapping.isName(entry.key) { return true }
            findings.problem(entry.line, "\(quotedText(entry.key)) is no name for a device")
            return false
        } ?? []
    }

    private mutating func leaveOut(_ section: YAMLEntry?, _ noun: String) {
        guard let section else { return }
        for device in Self.devices(section, findings) {
            findings.warn(device.line, "\(noun) \(device.key) is not supported and is left out")
            leftOut[device.key] = noun
        }
    }

    private mutating func read(_ entry: YAMLEntry, _ section: Section) {
        let before = findings.problemCount
        // What cannot be read is declared all the same: what lies upon it is not to blame.
        var link = LinkConfiguration(name: entry.key, kind: .physical(.name(entry.key)))
        if var mapping = NetplanMapping(entry.value, called: entry.key, findings) {
            link.kind =
                switch section {
                case .ethernets: nic(&mapping, id: entry.key)
                case .bonds: .bond(BondParameters(netplan: &mapping), members: members(&mapping))
                case .vlans: vlan(&mapping, entry) ?? link.kind
                case .bridges: .bridge(BridgeParameters(netplan: &mapping), members: members(&mapping))
                }
            link.addressing = NetplanAddressing.read(from: &mapping)
            readCommon(&mapping, into: &link)
            mapping.finish()
        }
        devices.append(Device(link: link, line: entry.line, isSound: findings.problemCount == before))
    }

    private func nic(_ mapping: inout NetplanMapping, id: String) -> LinkKind {
        mapping.leaveOut(
            "link", "virtual-function-count", "embedded-switch-mode", "delay-virtual-functions-rebind",
            "infiniband-mode")
        let line = mapping.take("set-name")?.line
        let newName = mapping.name("set-name", mustBe: "a link's name")
        guard var match = mapping.mapping("match") else {
            if let line, let newName, newName != id, !mapping.has("match") {
                findings.warn(line, "Netplan itself refuses set-name without match")
            }
            return .physical(.name(id), newName: newName)
        }
        var wanted = NICMatch()
        wanted.name = match.name("name", mustBe: "a name or a pattern such as enp*")
        wanted.mac = match.mac("macaddress")
        wanted.drivers =
            match.value("driver", mustBe: "a driver's name or a list of such names") { node in
                node.stringOrStrings.flatMap { $0.allSatisfy(NetplanMapping.isName) ? $0 : nil }
            } ?? []
        // A misspelt key must not turn one NIC into all of them.
        if wanted == NICMatch(), !match.isEmpty {
            findings.problem(match.line, "match has none of name, macaddress and driver")
        }
        match.finish()
        return .physical(wanted == NICMatch() ? .everyPhysicalNIC : .matching(wanted), newName: newName)
    }

    private func members(_ mapping: inout NetplanMapping) -> [String] {
        mapping.list("interfaces", mustBe: "the name of a link", NetplanMapping.name)
    }

    private func vlan(_ mapping: inout NetplanMapping, _ entry: YAMLEntry) -> LinkKind? {
        for key in ["id", "link"] where !mapping.has(key) {
            findings.problem(entry.line, "VLAN \(entry.key) has no \"\(key)\"")
        }
        let id: UInt16? = mapping.integer("id", in: 1...4094)
        let parent = mapping.name("link", mustBe: "the name of a link")
        guard let id, let parent else { return nil }
        return .vlan(id: id, parent: parent)
    }

    private func readCommon(_ mapping: inout NetplanMapping, into link: inout LinkConfiguration) {
        link.mtu = mapping.integer("mtu", in: 576...65535)
        link.mac = mapping.mac("macaddress")
        link.isOptional = mapping.bool("optional") ?? false
        let line = mapping.take("activation-mode")?.line
        if mapping.choice("activation-mode", among: ["manual": true, "off": true]) == true, let line {
            findings.warn(line, "activation-mode is not supported: the link comes up, but nothing waits for it")
            link.isOptional = true
        }
        mapping.ignore(
            "renderer", "networkmanager", "wakeonlan", "critical", "optional-addresses", "emit-lldp", "ignore-carrier",
            "ipv6-privacy", "ipv6-address-generation", "receive-checksum-offload", "transmit-checksum-offload",
            "tcp-segmentation-offload", "tcp6-segmentation-offload", "generic-segmentation-offload",
            "generic-receive-offload", "large-receive-offload", "neigh-suppress", "hairpin", "port-mac-learning")
        mapping.leaveOut("auth", "openvswitch", "routing-policy", "ra-overrides", "ipv6-address-token", "ipv6-mtu")
    }
}

extension NetplanDevices {
    /// Makes every link that another lies upon one that is there.
    private mutating func resolveReferences() {
        for index in devices.indices {
            let device = devices[index]
            switch device.link.kind {
            case .physical: continue
            case .bond(var parameters, let members):
                parameters.primary = parameters.primary.map { declaredName(of: $0) ?? $0 }
                devices[index].link.kind = .bond(parameters, members: members.map { lower($0, of: device) })
            case .bridge(let parameters, let members):
                devices[index].link.kind = .bridge(parameters, members: members.map { lower($0, of: device) })
            case .vlan(let id, let parent):
                devices[index].link.kind = .vlan(id: id, parent: lower(parent, of: device))
            }
        }
    }

    /// The name by which the model knows a link: its ID, which may stand for a NIC that `set-name` names otherwise.
    private func declaredName(of name: String) -> String? {
        let declared =
            devices.first { $0.link.name == name }
            ?? devices.first { device in
                if case .physical(_, name) = device.link.kind { true } else { false }
            }
        return declared?.link.name
    }

    private mutating func lower(_ name: String, of device: Device) -> String {
        if let declared = declaredName(of: name) { return declared }
        if let noun = leftOut[name] {
            findings.problem(
                device.line, "\(device.link.description) lies upon \(noun) \(name), which is not supported")
            return name
        }
        findings.warn(
            device.line,
            "\(device.link.description) lies upon \(name), which is not declared: taken as the NIC of that name")
        devices.append(
            Device(link: LinkConfiguration(.name(name), addressing: .none), line: device.line, isSound: true))
        return name
    }
}
