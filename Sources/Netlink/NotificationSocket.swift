import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// A socket in multicast groups of rtnetlink(7), with which the kernel tells of changes without being asked.
final class NotificationSocket {
    /// Readable when something was heard.
    let descriptor: Descriptor
    private let asked: String
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// Listens in the calling thread's network namespace.
    ///
    /// - Parameters:
    ///   - groups: a bit mask, bit 0 for group 1.
    ///   - subject: whose changes are heard, such as `link`, for errors.
    init(groups: UInt32, subject: String) throws(NetlinkError) {
        asked = "listen for \(subject) changes"
        let name = "\(subject) notifications"
        do throws(SystemCallError) {
            descriptor = try Sockets.open(
                family: AF_NETLINK, type: SOCK_RAW, protocolNumber: NETLINK_ROUTE, name: name)
            let raw = descriptor.rawValue
            try systemCall("bind", name) { martlet_netlink_bind(raw, groups) }
        } catch {
            throw .socket(asked: asked, error)
        }
    }

    /// Everything heard since the last call, without waiting.
    ///
    /// - Parameters:
    ///   - missed: stands for what the socket could not hold.
    ///   - changes: reads one datagram.
    func changes<Change>(
        missed: Change, _ changes: (ArraySlice<UInt8>) -> [Change]
    ) throws(NetlinkError) -> [Change] {
        var heard: [Change] = []
        // A device that flaps without end must not keep the caller here.
        for _ in 0..<256 {
            do throws(SystemCallError) {
                var sender: UInt32 = 0
                let length = try systemCall("recvfrom", descriptor.name) {
                    martlet_netlink_receive(
                        descriptor.rawValue, &buffer, buffer.count, Int32(MSG_DONTWAIT), &sender)
                }
                guard sender == 0 else { continue }
                guard length <= buffer.count else {
                    heard.append(missed)
                    continue
                }
                heard += changes(buffer[..<length])
            } catch {
                switch error.errno {
                case .wouldBlock: return heard
                case .noBufferSpace: heard.append(missed)
                default: throw .socket(asked: asked, error)
                }
            }
        }
        return heard
    }
}
