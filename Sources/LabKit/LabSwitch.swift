import Foundation
import Synchronization

/// A real switch (Open vSwitch, in user space) in a network namespace of its own, for what QEMU's own network cannot
/// do: VLANs, link aggregation, a DHCP server of one's own. Machines hang on its ports by taps; the lab's servers listen
/// in the namespace.
///
/// It is gone with the lab.
public final class LabSwitch: Sendable {
    /// The address under which machines reach the lab's servers, once `addHost` has given it to a port.
    public static let hostAddress = "10.77.0.1"

    /// The namespace's name, for `ip netns exec`.
    public let namespace: String
    private let directory: String
    private let programs = Mutex<[ChildProcess]>([])

    init(directory: String) async throws {
        namespace = "lab-\(UUID().uuidString.prefix(8))"
        self.directory = directory + "/switch"
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        try await HostTool.run(["ip", "netns", "add", namespace])
        do {
            try await HostTool.run(["ip", "-n", namespace, "link", "set", "lo", "up"])
            // The kernel sees the taps, too, and would answer on them for the host's address, past the switch.
            try await set("net/ipv4/conf/all/arp_ignore", to: 1)
            try await set("net/ipv6/conf/default/disable_ipv6", to: 1)
            try await startSwitch()
        } catch {
            await stop()
            throw error
        }
    }

    /// Adds a port for a machine's network card.
    ///
    /// - Parameter tag: the VLAN that it belongs to; `nil` for a trunk that carries all of them, and untagged frames.
    public func addPort(_ name: String, tag: Int? = nil) async throws {
        try await addTap(name)
        try await configure(["add-port", Self.bridge, name] + (tag.map { ["tag=\($0)"] } ?? []))
    }

    /// Adds several ports for the cards of one machine as one group of IEEE 802.1AX.
    ///
    /// - Parameter speaksLACP: without it the switch sends no LACPDU, and uses one port after the other.
    public func addGroup(_ name: String, ports: [String], speaksLACP: Bool = true) async throws {
        for port in ports { try await addTap(port) }
        try await configure(
            ["add-bond", Self.bridge, name] + ports
                + (speaksLACP
                    ? ["lacp=active", "bond_mode=balance-tcp", "other_config:lacp-time=fast"]
                    : ["lacp=off", "bond_mode=active-backup"]))
    }

    /// Adds a port for the lab's servers.
    ///
    /// - Parameters:
    ///   - addresses: in CIDR notation.
    ///   - tag: the VLAN that it belongs to; `nil` for untagged frames.
    public func addHost(
        _ name: String = "host0", addresses: [String] = ["\(LabSwitch.hostAddress)/24"], tag: Int? = nil
    ) async throws {
        try await configure(
            ["add-port", Self.bridge, name] + (tag.map { ["tag=\($0)"] } ?? [])
                + ["--", "set", "interface", name, "type=internal"])
        try await set("net/ipv6/conf/\(name)/disable_ipv6", to: 0)
        for address in addresses {
            try await HostTool.run(["ip", "-n", namespace, "address", "add", address, "dev", name, "nodad"])
        }
        try await HostTool.run(["ip", "-n", namespace, "link", "set", name, "up"])
    }

    /// Makes the switch tell its neighbour on a port who it is (IEEE 802.1AB).
    public func announce(on port: String) async throws {
        try await configure(["set", "interface", port, "lldp:enable=true"])
    }

    /// Pulls a port's cable at the switch's end, or plugs it in again.
    public func setPort(_ name: String, isUp: Bool) async throws {
        try await HostTool.run(["ip", "-n", namespace, "link", "set", name, isUp ? "up" : "down"])
    }

    /// Loses this share of all packets on their way to the lab's servers and of all on their way back, by chance.
    public func losePackets(percent: Int) async throws {
        let file = directory + "/loss.nft"
        let rule = "numgen random mod 100 < \(percent) drop"
        try """
        table inet loss {
          chain requests { type filter hook input priority 0; iifname != "lo" \(rule); }
          chain answers { type filter hook output priority 0; oifname != "lo" \(rule); }
        }

        """.write(toFile: file, atomically: true, encoding: .utf8)
        try await HostTool.run(["ip", "netns", "exec", namespace, "nft", "-f", file])
    }

    /// Starts a DHCP server (dnsmasq) on a host port and waits until it listens.
    ///
    /// - Parameter options: such as `--dhcp-range=10.77.0.50,10.77.0.99`.
    public func startDHCP(on host: String = "host0", _ options: [String]) async throws {
        let server = try ChildProcess(
            [
                "ip", "netns", "exec", namespace, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
                "--port=0", "--interface=\(host)", "--bind-interfaces", "--no-ping", "--user=root",
                "--log-facility=-", "--log-dhcp", "--dhcp-leasefile=\(directory)/\(host).leases", "--pid-file=",
            ] + options, outputPath: "\(directory)/\(host).dhcp")
        programs.withLock { $0.append(server) }
        try await eventually("the DHCP server's start", within: .seconds(20)) {
            if let ending = server.ending { throw LabFailure("dnsmasq ended (\(ending)): \(server.output)") }
            return server.output.contains("started, version") ? () : nil
        }
    }

    /// What the DHCP server on a host port has logged.
    public func dhcpLog(on host: String = "host0") -> String {
        (try? String(contentsOfFile: "\(directory)/\(host).dhcp", encoding: .utf8)) ?? ""
    }

    /// Waits until a machine answers a ping from a host port.
    public func waitForPing(from address: String, within seconds: Int) async throws {
        try await eventually("a ping from \(address)", within: .seconds(seconds)) {
            (try? await HostTool.run([
                "ip", "netns", "exec", namespace, "ping", "-n", "-c", "1", "-W", "1", address,
            ])).map { _ in }
        }
    }

    /// What the switch says of its state: `ovs-appctl COMMAND`.
    public func ask(_ command: String...) async throws -> String {
        try await HostTool.run(["ovs-appctl", "--target=\(directory)/switch.ctl"] + command)
    }

    /// Stops the servers and the switch, and removes the namespace.
    func stop() async {
        for program in programs.withLock({ $0 }).reversed() {
            program.kill()
            _ = try? await program.waitForEnd(within: .seconds(10))
        }
        _ = try? await HostTool.run(["ip", "netns", "del", namespace])
    }

    private static let bridge = "rack"

    private var database: String { "\(directory)/database.sock" }

    private func startSwitch() async throws {
        let file = directory + "/database"
        try await HostTool.run(["ovsdb-tool", "create", file, "/usr/share/openvswitch/vswitch.ovsschema"])
        try start(["ovsdb-server", file, "--remote=punix:\(database)", "--unixctl=\(directory)/database.ctl"])
        try await eventually("the switch's database", within: .seconds(20)) {
            FileManager.default.fileExists(atPath: database) ? () : nil
        }
        try await configure(["init"], waits: false)
        try start(["ovs-vswitchd", "unix:\(database)", "--unixctl=\(directory)/switch.ctl"])
        try await configure([
            "add-br", Self.bridge, "--", "set", "bridge", Self.bridge, "datapath_type=netdev",
            "other_config:mac-aging-time=15",
        ])
    }

    private func start(_ words: [String]) throws {
        let program = try ChildProcess(
            ["ip", "netns", "exec", namespace, "env", "OVS_RUNDIR=\(directory)"] + words,
            outputPath: "\(directory)/\(words[0]).log")
        programs.withLock { $0.append(program) }
    }

    private func configure(_ words: [String], waits: Bool = true) async throws {
        let wait = waits ? ["--timeout=20"] : ["--no-wait", "--timeout=20"]
        try await HostTool.run(["ovs-vsctl", "--db=unix:\(database)"] + wait + words)
    }

    private func set(_ setting: String, to value: Int) async throws {
        try await HostTool.run(["ip", "netns", "exec", namespace, "sh", "-c", "echo \(value) > /proc/sys/\(setting)"])
    }

    private func addTap(_ name: String) async throws {
        try await HostTool.run(["ip", "-n", namespace, "tuntap", "add", "dev", name, "mode", "tap"])
        try await HostTool.run(["ip", "-n", namespace, "link", "set", name, "up"])
    }
}
