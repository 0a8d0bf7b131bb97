import CLinux
import Glibc
import LinuxSystem
import NetworkTypes
import SystemPackage

/// Sends and receives DHCP messages on one Ethernet link, with or without an address (packet(7)).
///
/// Belongs to the thread that uses it. Receiving never waits; wait on `descriptor` with poll(2).
public final class DHCPSocket {
    private static let etherTypeIPv4: UInt16 = 0x0800
    private static let serverPort: UInt16 = 67
    private static let clientPort: UInt16 = 68

    /// Readable when a packet waits.
    public let descriptor: Descriptor
    private let interfaceIndex: Int32
    private let interfaceName: String
    private var unicastSocket: (from: IPv4Address, socket: Descriptor)?
    private var buffer = [UInt8](repeating: 0, count: 4096)

    /// Opens the link in the calling thread's network namespace.
    public init(interfaceIndex: Int32, interfaceName: String) throws(SystemCallError) {
        self.interfaceIndex = interfaceIndex
        self.interfaceName = interfaceName
        // Protocol 0 receives nothing, so that no packet gets in before the filter stands.
        descriptor = try Sockets.open(family: AF_PACKET, type: SOCK_DGRAM, protocolNumber: 0, name: interfaceName)
        try Sockets.attachFilter(Self.clientPortOnly, to: descriptor)
        try Sockets.setOption("PACKET_AUXDATA", PACKET_AUXDATA, level: SOL_PACKET, to: 1, on: descriptor)
        let raw = descriptor.rawValue
        try systemCall("bind", interfaceName) { martlet_packet_bind(raw, interfaceIndex, Self.etherTypeIPv4) }
    }

    /// Sends a message.
    public func send(_ message: DHCPMessage, to destination: DHCPDestination) throws(SystemCallError) {
        switch destination {
        case .broadcast(let source):
            let packet = UDPPacket(
                from: source, port: Self.clientPort, to: .broadcast, port: Self.serverPort, payload: message.encoded
            ).encoded
            try systemCall("sendto", interfaceName) {
                martlet_packet_send(
                    descriptor.rawValue, interfaceIndex, Self.etherTypeIPv4, MACAddress.broadcast.octets, packet,
                    packet.count)
            }
        case .unicast(let source, let server):
            let socket = try unicastSocket(from: source)
            let payload = message.encoded
            try systemCall("sendto", "\(server) over \(interfaceName)") {
                martlet_ipv4_send(socket.rawValue, server.rawValue, Self.serverPort, payload, payload.count)
            }
        }
    }

    /// The next DHCP message that waits; `nil` when none does. What is no DHCP message is passed over.
    public func receive() throws(SystemCallError) -> DHCPMessage? {
        // A flood of packets must not keep the caller here.
        for _ in 0..<64 {
            var status: UInt32 = 0
            let length: Int
            do throws(SystemCallError) {
                length = try systemCall("recvmsg", interfaceName) {
                    martlet_packet_receive(descriptor.rawValue, &buffer, buffer.count, &status)
                }
            } catch {
                // The link was set down; packets come again once it is up.
                if error.errno == .wouldBlock || error.errno == .networkDown { return nil }
                throw error
            }
            guard length <= buffer.count,
                let packet = UDPPacket(
                    parsing: buffer[..<length],
                    // Between virtual machines the sender leaves the checksum to hardware that there is not.
                    verifyingUDPChecksum: status & UInt32(TP_STATUS_CSUMNOTREADY) == 0),
                packet.destinationPort == Self.clientPort,
                let message = try? DHCPMessage(parsing: packet.payload[...])
            else { continue }
            return message
        }
        return nil
    }

    /// A socket on the client's port, so that the ordinary stack resolves the server's MAC and routes to it. It takes
    /// nothing in (the packet socket hears the answers), but keeps the kernel from refusing them with ICMP.
    private func unicastSocket(from source: IPv4Address) throws(SystemCallError) -> Descriptor {
        if let unicastSocket, unicastSocket.from == source { return unicastSocket.socket }
        unicastSocket = nil
        let socket = try Sockets.open(family: AF_INET, type: SOCK_DGRAM, protocolNumber: 0, name: interfaceName)
        try Sockets.attachFilter([sock_filter(code: 0x06, jt: 0, jf: 0, k: 0)], to: socket)
        try Sockets.setOption("SO_REUSEADDR", SO_REUSEADDR, level: SOL_SOCKET, to: 1, on: socket)
        try Sockets.bind(socket, toInterface: interfaceName)
        try systemCall("bind", "\(source)") { martlet_ipv4_bind(socket.rawValue, source.rawValue, Self.clientPort) }
        unicastSocket = (source, socket)
        return socket
    }

    /// Classic BPF over the IPv4 header: UDP, not a later fragment, to port 68.
    private static let clientPortOnly: [sock_filter] = [
        sock_filter(code: 0x30, jt: 0, jf: 0, k: 9),  // A = protocol
        sock_filter(code: 0x15, jt: 0, jf: 6, k: 17),  // UDP, or drop
        sock_filter(code: 0x28, jt: 0, jf: 0, k: 6),  // A = flags and fragment offset
        sock_filter(code: 0x45, jt: 4, jf: 0, k: 0x1fff),  // a later fragment: drop
        sock_filter(code: 0xb1, jt: 0, jf: 0, k: 0),  // X = length of the IPv4 header
        sock_filter(code: 0x48, jt: 0, jf: 0, k: 2),  // A = destination port
        sock_filter(code: 0x15, jt: 0, jf: 1, k: 68),  // the client's port, or drop
        sock_filter(code: 0x06, jt: 0, jf: 0, k: 0xffff),  // take it whole
        sock_filter(code: 0x06, jt: 0, jf: 0, k: 0),  // drop
    ]
}
