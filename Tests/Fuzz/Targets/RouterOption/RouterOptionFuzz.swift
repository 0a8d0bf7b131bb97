import FuzzInput
import Netlink

/// The options of a router's advertisement, as AddressMonitor hears them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    do throws(MalformedNetlinkMessage) {
        _ = try RouterOption.parse(input.rest()[...])
    } catch {
        show(error)
    }
    return 0
}
