import ByteCoding

/// One received netlink message (netlink(7), `struct nlmsghdr`).
public struct NetlinkMessage: Equatable, Sendable {
    /// `RTM_*` or `NLMSG_*`.
    public let type: Int
    /// `NLM_F_*`.
    public let flags: Int32
    /// The sequence number of the request that this answers; 0 in a notification.
    public let sequence: UInt32
    /// The port id of the socket that this is meant for; 0 in a notification.
    public let port: UInt32
    /// What follows the header.
    public let payload: ArraySlice<UInt8>

    /// All messages of one datagram, in order.
    ///
    /// - Throws: when a message claims to be shorter than its header or longer than what is left.
    public static func parse(_ datagram: ArraySlice<UInt8>) throws(MalformedNetlinkMessage) -> [NetlinkMessage] {
        var reader = ByteReader(datagram)
        var messages: [NetlinkMessage] = []
        while !reader.isAtEnd {
            let start = reader.offset
            do {
                let length = Int(try reader.native(UInt32.self))
                let type = Int(try reader.native(UInt16.self))
                let flags = Int32(try reader.native(UInt16.self))
                let sequence = try reader.native(UInt32.self)
                let port = try reader.native(UInt32.self)
                guard length >= 16 else {
                    throw MalformedNetlinkMessage("a message of \(length) bytes is shorter than its header")
                }
                let payload = try reader.read(length - 16)
                messages.append(
                    NetlinkMessage(type: type, flags: flags, sequence: sequence, port: port, payload: payload))
                try reader.skip(min(-length & 3, reader.remaining))
            } catch let error as MalformedNetlinkMessage {
                throw error
            } catch {
                throw MalformedNetlinkMessage("the message at byte \(start) of a datagram is cut short")
            }
        }
        return messages
    }
}
