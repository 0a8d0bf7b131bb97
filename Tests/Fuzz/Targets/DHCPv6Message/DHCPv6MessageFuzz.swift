import FuzzInput

@testable import DHCPv6

/// DHCPv6 messages: what is read and written again is read as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    do throws(DHCPv6MessageError) {
        let message = try DHCPv6Message(parsing: input.rest()[...])
        let again = try DHCPv6Message(parsing: message.encoded[...])
        promise(again == message, "\(message) is another message when it is read")
        show(message.options.status)
        let settings = DHCPv6Settings(message.options)
        for server in settings.ntpServers { show(server) }
        guard let server = message.options[.serverIdentifier].flatMap({ DUID(octets: $0) }) else { return 0 }
        show(server)
        let lease = try? DHCPv6Lease(message, from: server, at: .any, identifier: 0x0012_3456, held: nil)
        show(lease?.prefix)
    } catch {
        show(error)
    }
    return 0
}
