import ByteCoding
import CLinux
import SystemPackage

/// One request and what came back for it, without the socket: which answers belong to it, and when it is over.
struct NetlinkExchange {
    /// How the exchange ended.
    enum Outcome: Equatable {
        case acknowledged
        case refused(Errno, reason: String?)
    }

    let sequence: UInt32
    let port: UInt32
    private(set) var answers: [NetlinkMessage] = []
    private(set) var outcome: Outcome?
    /// The kernel's table changed during a dump, so that entries may be missing or twice (`NLM_F_DUMP_INTR`).
    private(set) var wasInterrupted = false

    init(sequence: UInt32, port: UInt32) {
        self.sequence = sequence
        self.port = port
    }

    /// Takes one datagram. What another process sent, or what answers an earlier request, is passed over.
    mutating func receive(_ datagram: ArraySlice<UInt8>, from sender: UInt32) throws(MalformedNetlinkMessage) {
        guard sender == 0 else { return }
        for message in try NetlinkMessage.parse(datagram) where outcome == nil {
            guard message.sequence == sequence, message.port == port else { continue }
            if message.flags & NLM_F_DUMP_INTR != 0 { wasInterrupted = true }
            switch Int32(truncatingIfNeeded: message.type) {
            case NLMSG_ERROR: outcome = try Self.outcome(ofError: message)
            case NLMSG_DONE: outcome = try Self.outcome(ofDone: message)
            case NLMSG_NOOP: continue
            default: answers.append(message)
            }
        }
    }

    /// `struct nlmsgerr`: the error number, the refused message's header and, unless capped, its payload; then
    /// attributes (the kernel's Documentation/userspace-api/netlink/intro.rst, "Ext ACK").
    private static func outcome(ofError message: NetlinkMessage) throws(MalformedNetlinkMessage) -> Outcome {
        var reader = ByteReader(message.payload)
        do {
            let code = try reader.native(Int32.self)
            let refusedLength = Int(try reader.native(UInt32.self))
            try reader.skip(12)
            guard code != 0 else { return .acknowledged }
            if message.flags & NLM_F_CAPPED == 0, refusedLength > 16 {
                try reader.skip(min((refusedLength - 16 + 3) & ~3, reader.remaining))
            }
            let attributes = message.flags & NLM_F_ACK_TLVS != 0
            let reason = attributes ? try NetlinkAttributes(parsing: reader.readRest()).text(extendedAckMessage) : nil
            return .refused(Errno(rawValue: 0 &- code), reason: reason)
        } catch let error as MalformedNetlinkMessage {
            throw error
        } catch {
            throw MalformedNetlinkMessage("an error message is cut short")
        }
    }

    /// The end of a dump carries an error number of its own.
    private static func outcome(ofDone message: NetlinkMessage) throws(MalformedNetlinkMessage) -> Outcome {
        var reader = ByteReader(message.payload)
        guard let code = try? reader.native(Int32.self), code < 0 else { return .acknowledged }
        let attributes = message.flags & NLM_F_ACK_TLVS != 0
        let reason = attributes ? try NetlinkAttributes(parsing: reader.readRest()).text(extendedAckMessage) : nil
        return .refused(Errno(rawValue: 0 &- code), reason: reason)
    }
}

/// `NLMSGERR_ATTR_MSG`.
private let extendedAckMessage = 1
