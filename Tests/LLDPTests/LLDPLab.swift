import Foundation
import LinuxSystem
import NetworkTestKit

@testable import LLDP

/// A lab in whose server namespace a real sender (lldpd) runs, while the code under test listens in the client's.
final class LLDPLab: Sendable {
    let events = Monitor<[LLDPEvent]>([])
    let network: NetworkLab
    private let sender = Monitor<pid_t?>(nil)

    init() throws {
        network = try NetworkLab()
        do {
            try network.join()
            try network.clientIP("link", "set", NetworkLab.card, "up")
        } catch {
            network.close()
            throw error
        }
    }

    /// Runs lldpd as a switch that sends every second.
    func startSender() throws {
        let configuration = network.folder.appending(path: "lldpd.conf").path
        try Files.write(
            """
            configure system hostname leaf-12
            configure lldp tx-interval 1
            configure ports srv0 lldp portidsubtype local Ethernet1/7 description "rack 4"
            configure ports srv0 lldp custom-tlv oui 00,80,c2 subtype 1 oui-info 00,64
            configure ports srv0 lldp custom-tlv add oui 00,80,c2 subtype 3 oui-info 00,64,04,70,72,6f,64

            """, to: configuration, mode: 0o644)
        let pid = try network.startDaemon(
            in: network.server,
            ["/usr/sbin/lldpd", "-d", "-u", control, "-I", NetworkLab.serverCard, "-O", configuration],
            readyWhenLogged: nil)
        sender.update { $0 = pid }
    }

    /// Describes the sender's port anew through lldpcli(8).
    func describePort(_ text: String) throws {
        try network.run(
            in: network.server, "/usr/sbin/lldpcli", "-u", control, "configure", "ports", NetworkLab.serverCard, "lldp",
            "portdescription", text)
    }

    /// Ends lldpd, which says goodbye.
    func stopSender() {
        if let pid = sender.update({ $0.take() }) { network.stopDaemon(pid) }
    }

    var senderLog: String { network.serverLog }
    private var control: String { network.folder.appending(path: "lldpd.sock").path }

    /// Listens in the client's namespace on all its NICs of these names.
    func listen(_ names: String...) async throws -> LLDPListener {
        try await network.inClient { [events] in
            let listener = try LLDPListener.start { event in events.update { $0.append(event) } }
            for name in names {
                listener.add(LLDPInterface(index: Int32(if_nametoindex(name)), name: name, mac: .zero))
            }
            return listener
        }
    }

    /// Waits until an event fits; `nil` when none did in time.
    func event(
        within timeout: Duration = .seconds(15), where fits: @escaping @Sendable (LLDPEvent) -> Bool
    ) async throws -> LLDPEvent? {
        try await offPool("event log") { self.events.wait(timeout: timeout) { $0.first(where: fits) } }
    }

    func close() {
        stopSender()
        network.close()
    }
}
