import FuzzInput

@testable import Netlink

/// Datagrams of rtnetlink, and messages without their framing.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let bytes = input.rest()[...]
    _ = LinkMonitor.changes(in: bytes)
    _ = AddressMonitor.changes(in: bytes)
    // Whatever the message's own numbers are, it answers the request.
    let messages = (try? NetlinkMessage.parse(bytes)) ?? []
    let first = messages.first
    var exchange = NetlinkExchange(sequence: first?.sequence ?? 0, port: first?.port ?? 0)
    try? exchange.receive(bytes, from: 0)
    let unframed = NetlinkMessage(type: 0, flags: 0, sequence: 0, port: 0, payload: bytes)
    for message in messages + [unframed] {
        if let link = try? Link(parsing: message) {
            show(link.flags)
            show(link.operationalState)
            show(link.bondMember?.aggregation)
        }
        show((try? LinkAddress(parsing: message))?.flags)
        show((try? Route(parsing: message))?.summary)
    }
    return 0
}
