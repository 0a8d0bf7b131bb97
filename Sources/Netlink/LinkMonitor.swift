import CLinux
import LinuxSystem

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

    private let socket: NotificationSocket

    /// Listens in the calling thread's network namespace.
    ///
    /// - Throws: `NetlinkError.socket`.
    public init() throws(NetlinkError) {
        socket = try NotificationSocket(groups: UInt32(RTMGRP_LINK), subject: "link")
    }

    /// Readable when something was heard.
    public var descriptor: Descriptor { socket.descriptor }

    /// Everything heard since the last call.
    public func changes() throws(NetlinkError) -> [Change] {
        try socket.changes(missed: .missed) { Self.changes(in: $0) }
    }

    /// The changes in one datagram; one that cannot be read counts as missed.
    static func changes(in datagram: ArraySlice<UInt8>) -> [Change] {
        do throws(MalformedNetlinkMessage) {
            var changes: [Change] = []
            for message in try NetlinkMessage.parse(datagram) {
                // The bridge's own view of a port comes by the same group: a port that leaves is not a link that goes.
                if message.payload.first == UInt8(AF_BRIDGE) { continue }
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
