import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// Hears of links that appear, change and go: the multicast group `RTNLGRP_LINK` of rtnetlink(7).
///
/// Open it before listing the links, so that no change in between is missed. Reading never waits; wait on
/// `descriptor` with poll(2).
public final class LinkMonitor {
    /// What was heard.
    public enum Change: Equatable, Sendable {
        /// A link is new or has changed.
        case present(Link)
        /// A link has gone.
        case gone(Link)
        /// More changed than the socket could hold: list the links again.
        case missed
    }

    /// Readable when something was heard.
    public let descriptor: Descriptor
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// Listens in the calling thread's network namespace.
    ///
    /// - Throws: `NetlinkError.socket`.
    public init() throws(NetlinkError) {
        do throws(SystemCallError) {
            descriptor = try Sockets.open(
                family: AF_NETLINK, type: SOCK_RAW, protocolNumber: NETLINK_ROUTE, name: "link notifications")
            let raw = descriptor.rawValue
            try systemCall("bind", "link notifications") { martlet_netlink_bind(raw, UInt32(RTMGRP_LINK)) }
        } catch {
            throw .socket(asked: "listen for link changes", error)
        }
    }

    /// Everything heard since the last call.
    public func changes() throws(NetlinkError) -> [Change] {
        var changes: [Change] = []
        // A device that flaps without end must not keep the caller here.
        for _ in 0..<256 {
            do throws(SystemCallError) {
                var sender: UInt32 = 0
                let length = try systemCall("recvfrom", "link notifications") {
                    martlet_netlink_receive(
                        descriptor.rawValue, &buffer, buffer.count, Int32(MSG_DONTWAIT), &sender)
                }
                guard sender == 0 else { continue }
                guard length <= buffer.count else {
                    changes.append(.missed)
                    continue
                }
                changes += Self.changes(in: buffer[..<length])
            } catch {
                switch error.errno {
                case .wouldBlock: return changes
                case .noBufferSpace: changes.append(.missed)
                default: throw .socket(asked: "listen for link changes", error)
                }
            }
        }
        return changes
    }

    /// The changes in one datagram; one that cannot be read counts as missed.
    static func changes(in datagram: ArraySlice<UInt8>) -> [Change] {
        do throws(MalformedNetlinkMessage) {
            var changes: [Change] = []
            for message in try NetlinkMessage.parse(datagram) {
                switch message.type {
                case Int(RTM_NEWLINK): changes.append(.present(try Link(parsing: message)))
                case Int(RTM_DELLINK): changes.append(.gone(try Link(parsing: message)))
                default: continue
                }
            }
            return changes
        } catch {
            return [.missed]
        }
    }
}
