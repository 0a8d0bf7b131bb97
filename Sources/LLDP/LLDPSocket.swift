import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// Hears LLDP on one Ethernet link that is set up, with or without an address (packet(7)). It sends nothing.
///
/// Belongs to the thread that uses it. Receiving never waits; wait on `descriptor` with poll(2).
final class LLDPSocket {
    /// Readable when a frame waits.
    let descriptor: Descriptor
    private let interfaceName: String
    private var buffer = [UInt8](repeating: 0, count: 2048)

    /// Opens the link in the calling thread's network namespace. The kernel may make this wait while some driver is busy.
    init(interfaceIndex: Int32, interfaceName: String) throws(SystemCallError) {
        self.interfaceName = interfaceName
        descriptor = try Sockets.open(family: AF_PACKET, type: SOCK_RAW, protocolNumber: 0, name: interfaceName)
        let raw = descriptor.rawValue
        for reach in LLDPFrame.Reach.allCases {
            // A NIC drops multicast that nobody has asked for.
            try systemCall("setsockopt(PACKET_ADD_MEMBERSHIP)", interfaceName) {
                martlet_packet_join(raw, interfaceIndex, reach.group)
            }
        }
        try systemCall("bind", interfaceName) { martlet_packet_bind(raw, interfaceIndex, LLDPFrame.etherType) }
    }

    /// The frames that wait, 16 at most. What is none of LLDP is passed over.
    func receive() throws(SystemCallError) -> [LLDPFrame] {
        var frames: [LLDPFrame] = []
        for _ in 0..<16 {
            var status: UInt32 = 0
            let length: Int
            do throws(SystemCallError) {
                length = try systemCall("recvmsg", interfaceName) {
                    martlet_packet_receive(descriptor.rawValue, &buffer, buffer.count, &status)
                }
            } catch {
                // The link was set down; frames come again once it is up.
                if error.errno == .wouldBlock || error.errno == .networkDown { return frames }
                throw error
            }
            guard length <= buffer.count, let frame = LLDPFrame(parsing: buffer[..<length]) else { continue }
            frames.append(frame)
        }
        return frames
    }
}
