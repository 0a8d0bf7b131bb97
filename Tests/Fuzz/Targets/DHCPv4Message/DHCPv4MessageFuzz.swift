import FuzzInput

@testable import DHCPv4

/// IPv4 packets with UDP, with DHCP in it, and ARP packets: what is read and written again is read as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let bytes = input.rest()
    read(message: bytes[...])
    if let packet = ARPPacket(parsing: bytes[...]) {
        promise(ARPPacket(parsing: packet.encoded[...]) == packet, "\(packet) is another packet when it is read")
    }
    for domain in DomainSearchList.parse(bytes) ?? [] {
        promise(!domain.isEmpty && domain.utf8.count < 255, "the domain \(domain) is none")
    }
    for packet in [bytes, withHeaderChecksum(bytes)] {
        for isVerifying in [true, false] {
            guard let packet = UDPPacket(parsing: packet[...], verifyingUDPChecksum: isVerifying) else { continue }
            promise(
                UDPPacket(parsing: packet.encoded[...], verifyingUDPChecksum: true) == packet,
                "\(packet) is another packet when it is read")
            read(message: packet.payload[...])
        }
    }
    return 0
}

private func read(message bytes: ArraySlice<UInt8>) {
    do {
        let message = try DHCPMessage(parsing: bytes)
        promise(
            try DHCPMessage(parsing: message.encoded[...]) == message, "\(message) is another message when it is read")
        for option in message.options.codes { show(message.options.text(option)) }
        show(try DHCPLease(message).gateway)
    } catch {
        show("\(error)")
    }
}

/// No mutation finds a right checksum by itself.
private func withHeaderChecksum(_ packet: [UInt8]) -> [UInt8] {
    let headerLength = Int((packet.first ?? 0) & 0xf) * 4
    guard headerLength >= 20, packet.count >= headerLength else { return packet }
    var packet = packet
    packet.replaceSubrange(10..<12, with: [0, 0])
    var checksum = InternetChecksum()
    checksum.add(packet.prefix(headerLength))
    packet.replaceSubrange(10..<12, with: [UInt8(checksum.value >> 8), UInt8(checksum.value & 0xff)])
    return packet
}
