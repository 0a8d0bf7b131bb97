import FuzzInput
import NetworkTypes

/// Domain names in messages, and addresses in text: what is written is read as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let bytes = input.rest()
    for name in DomainNames.parse(bytes) {
        let plain = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        promise(plain && !name.isEmpty && name.utf8.count < 255, "the name \(name) is none")
    }
    for address in IPv6Address.list(bytes[...]) {
        promise(IPv6Address(address.description) == address, "\(address) is another address when it is read")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if let address = IPAddress(text) {
        promise(IPAddress(address.description) == address, "\(address) is another address when it is read")
        show(address.unmapped)
    }
    if let prefix = IPPrefix(text) {
        promise(IPPrefix(prefix.description) == prefix, "\(prefix) is another prefix when it is read")
        promise(prefix.contains(prefix.address) && prefix.contains(prefix.network), "\(prefix) is not in itself")
    }
    if let prefix = IPv4Prefix(text) {
        promise(
            IPv4Prefix(address: prefix.address, netmask: prefix.netmask) == prefix, "the netmask of \(prefix) is none")
        promise(prefix.contains(prefix.broadcast), "\(prefix) is without its broadcast address")
    }
    if let mac = MACAddress(text) {
        promise(MACAddress(mac.hyphenated) == mac, "\(mac) is another address when it is read")
    }
    return 0
}
