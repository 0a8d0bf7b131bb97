import ByteCoding
import CLinux

/// Builds one netlink message: header, the family's fixed part, then attributes (netlink(7)).
///
/// Lengths of the message and of nested attributes are filled in once they are known.
public struct NetlinkMessageBuilder: Sendable {
    private var writer = ByteWriter(reservingCapacity: 128)

    /// Begins a message. `flags`: `NLM_F_*`; `NLM_F_REQUEST` is always added.
    public init(type: Int, flags: Int32 = 0) {
        writer.zeros(4)
        writer.native(UInt16(truncatingIfNeeded: type))
        writer.native(UInt16(truncatingIfNeeded: flags | NLM_F_REQUEST))
        writer.zeros(8)
    }

    /// Appends the family's fixed header, such as `struct ifinfomsg`, and aligns what follows.
    public mutating func fixedPart(_ body: (inout ByteWriter) -> Void) {
        body(&writer)
        writer.pad(toMultipleOf: 4)
    }

    /// Appends an attribute of raw bytes.
    public mutating func attribute(_ type: Int, bytes: some Collection<UInt8>) {
        let start = beginAttribute(type)
        writer.append(bytes)
        endAttribute(start)
    }

    /// Appends an attribute that is one integer in the machine's byte order.
    public mutating func attribute(_ type: Int, _ value: some FixedWidthInteger) {
        let start = beginAttribute(type)
        writer.native(value)
        endAttribute(start)
    }

    /// Appends an attribute that is a text with its final NUL.
    public mutating func attribute(_ type: Int, text: String) {
        attribute(type, bytes: Array(text.utf8) + [0])
    }

    /// Appends an attribute that holds the attributes which `body` appends.
    public mutating func nested(_ type: Int, _ body: (inout NetlinkMessageBuilder) -> Void) {
        let start = beginAttribute(type | Int(NLA_F_NESTED))
        body(&self)
        endAttribute(start)
    }

    /// The message as it is sent.
    ///
    /// - Parameters:
    ///   - sequence: the number by which the answers are recognised.
    ///   - port: the sender's port id.
    ///   - flags: `NLM_F_*` to add to those given at the start.
    public func bytes(sequence: UInt32, port: UInt32, addingFlags flags: Int32 = 0) -> [UInt8] {
        var message = writer
        message.patchNative(UInt32(clamping: message.count), at: 0)
        var reader = ByteReader(message.bytes)
        if flags != 0, (try? reader.seek(to: 6)) != nil, let earlier = try? reader.native(UInt16.self) {
            message.patchNative(earlier | UInt16(truncatingIfNeeded: flags), at: 6)
        }
        message.patchNative(sequence, at: 8)
        message.patchNative(port, at: 12)
        return message.bytes
    }

    private mutating func beginAttribute(_ type: Int) -> Int {
        let start = writer.count
        writer.zeros(2)
        writer.native(UInt16(truncatingIfNeeded: type))
        return start
    }

    /// An attribute's length counts its header but not the padding behind it.
    private mutating func endAttribute(_ start: Int) {
        writer.patchNative(UInt16(clamping: writer.count - start), at: start)
        writer.pad(toMultipleOf: 4)
    }
}
