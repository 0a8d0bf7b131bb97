import CLinux
import Glibc
import LinuxSystem
import NetworkTypes
import SystemPackage

/// Sends ARP packets on one Ethernet link, and hears those that claim one IPv4 address (packet(7)).
///
/// Belongs to the thread that uses it. Receiving never waits; wait on `descriptor` with poll(2).
public final class ARPSocket {
    private static let etherTypeARP: UInt16 = 0x0806

    /// Readable when a packet waits.
    public let descriptor: Descriptor
    /// The address whose claims are heard.
    public let address: IPv4Address
    private let interfaceIndex: Int32
    private let interfaceName: String
    private var buffer = [UInt8](repeating: 0, count: 128)

    /// Opens the link in the calling thread's network namespace.
    public init(
        interfaceIndex: Int32, interfaceName: String, address: IPv4Address
    ) throws(SystemCallError) {
        self.interfaceIndex = interfaceIndex
        self.interfaceName = interfaceName
        self.address = address
        // Protocol 0 receives nothing, so that no packet gets in before the filter stands.
        descriptor = try Sockets.open(family: AF_PACKET, type: SOCK_DGRAM, protocolNumber: 0, name: interfaceName)
        try Sockets.attachFilter(Self.claims(of: address), to: descriptor)
        let raw = descriptor.rawValue
        try systemCall("bind", interfaceName) { martlet_packet_bind(raw, interfaceIndex, Self.etherTypeARP) }
    }

    /// Sends a packet to everyone on the link.
    public func send(_ packet: ARPPacket) throws(SystemCallError) {
        let bytes = packet.encoded
        try systemCall("sendto", interfaceName) {
            martlet_packet_send(
                descriptor.rawValue, interfaceIndex, Self.etherTypeARP, MACAddress.broadcast.octets, bytes, bytes.count)
        }
    }

    /// The next packet that waits; `nil` when none does. What is no ARP packet is passed over.
    public func receive() throws(SystemCallError) -> ARPPacket? {
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
            if let packet = ARPPacket(parsing: buffer.prefix(length)) { return packet }
        }
        return nil
    }

    /// Classic BPF over the ARP packet: one whose sender has the address.
    private static func claims(of address: IPv4Address) -> [sock_filter] {
        [
            sock_filter(code: 0x20, jt: 0, jf: 0, k: 0),  // A = hardware type and protocol
            sock_filter(code: 0x15, jt: 0, jf: 5, k: 0x0001_0800),  // Ethernet and IPv4, or drop
            sock_filter(code: 0x28, jt: 0, jf: 0, k: 4),  // A = lengths of their addresses
            sock_filter(code: 0x15, jt: 0, jf: 3, k: 0x0604),  // 6 and 4, or drop
            sock_filter(code: 0x20, jt: 0, jf: 0, k: 14),  // A = the sender's address
            sock_filter(code: 0x15, jt: 0, jf: 1, k: address.rawValue),  // this one, or drop
            sock_filter(code: 0x06, jt: 0, jf: 0, k: 0xffff),  // take it whole
            sock_filter(code: 0x06, jt: 0, jf: 0, k: 0),  // drop
        ]
    }
}
