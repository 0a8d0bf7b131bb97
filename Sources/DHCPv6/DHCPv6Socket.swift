import CLinux
import Glibc
import LinuxSystem
import NetworkTypes
import SystemPackage

/// Sends and receives DHCPv6 messages on one link, from its link-local address (RFC 8415 7, ipv6(7)).
///
/// Belongs to the thread that uses it. Receiving never waits; wait on `descriptor` with poll(2).
public final class DHCPv6Socket {
    private static let clientPort: UInt16 = 546
    private static let serverPort: UInt16 = 547
    /// ff02::1:2, all servers and relays on the link (RFC 8415 7.1).
    private static let servers: [UInt8] = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2]

    /// Readable when a message waits.
    public let descriptor: Descriptor
    private let interfaceIndex: Int32
    private let interfaceName: String
    private var buffer = [UInt8](repeating: 0, count: 16 << 10)

    /// Opens the link in the calling thread's network namespace.
    ///
    /// - Parameter linkLocal: the link's own address in fe80::/10, whose check for duplicates is over: before that the
    ///   kernel refuses it with `EADDRNOTAVAIL`.
    public init(
        interfaceIndex: Int32, interfaceName: String, linkLocal: IPv6Address
    ) throws(SystemCallError) {
        self.interfaceIndex = interfaceIndex
        self.interfaceName = interfaceName
        descriptor = try Sockets.open(family: AF_INET6, type: SOCK_DGRAM, protocolNumber: 0, name: interfaceName)
        try Sockets.bind(descriptor, toInterface: interfaceName)
        let raw = descriptor.rawValue
        try systemCall("bind", "[\(linkLocal)%\(interfaceName)]:\(Self.clientPort)") {
            martlet_ipv6_bind(raw, linkLocal.octets, Self.clientPort, UInt32(bitPattern: interfaceIndex))
        }
    }

    /// Sends a message to all servers and relays on the link.
    public func send(_ message: DHCPv6Message) throws(SystemCallError) {
        let payload = message.encoded
        try systemCall("sendto", "ff02::1:2 over \(interfaceName)") {
            martlet_ipv6_send(
                descriptor.rawValue, Self.servers, Self.serverPort, UInt32(bitPattern: interfaceIndex), payload,
                payload.count)
        }
    }

    /// The next DHCPv6 message that waits, and where it came from; `nil` when none does. What is no DHCPv6 message is
    /// passed over.
    public func receive() throws(SystemCallError) -> (message: DHCPv6Message, sender: IPv6Address)? {
        // A flood of packets must not keep the caller here.
        for _ in 0..<64 {
            var host = [UInt8](repeating: 0, count: 16)
            let length: Int
            do throws(SystemCallError) {
                length = try systemCall("recvfrom", interfaceName) {
                    martlet_ipv6_receive(descriptor.rawValue, &buffer, buffer.count, &host)
                }
            } catch {
                // The link was set down; messages come again once it is up.
                if error.errno == .wouldBlock || error.errno == .networkDown { return nil }
                throw error
            }
            guard length <= buffer.count, let sender = IPv6Address(octets: host),
                let message = try? DHCPv6Message(parsing: buffer[..<length])
            else { continue }
            return (message, sender)
        }
        return nil
    }
}
