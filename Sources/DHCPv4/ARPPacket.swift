import ByteCoding
import NetworkTypes

/// An ARP packet for IPv4 over Ethernet, without its Ethernet header (RFC 826).
public struct ARPPacket: Equatable, Sendable {
    /// Asks (1) or answers (2).
    public var operation: UInt16
    /// The sender's MAC address.
    public var senderMAC: MACAddress
    /// The sender's IPv4 address; 0.0.0.0 in a probe.
    public var senderAddress: IPv4Address
    /// The MAC address that is answered; all zeros when asking.
    public var targetMAC: MACAddress
    /// The address that is asked for, or the asker's.
    public var targetAddress: IPv4Address

    /// Asks whether anybody has an address, without touching the others' tables (RFC 5227 2.1.1).
    public static func probe(for address: IPv4Address, from mac: MACAddress) -> ARPPacket {
        ARPPacket(operation: 1, senderMAC: mac, senderAddress: .any, targetMAC: .zero, targetAddress: address)
    }

    /// Tells everyone who has an address now (RFC 5227 2.3).
    public static func announcement(of address: IPv4Address, by mac: MACAddress) -> ARPPacket {
        ARPPacket(operation: 1, senderMAC: mac, senderAddress: address, targetMAC: .zero, targetAddress: address)
    }

    /// A packet.
    public init(
        operation: UInt16, senderMAC: MACAddress, senderAddress: IPv4Address, targetMAC: MACAddress,
        targetAddress: IPv4Address
    ) {
        self.operation = operation
        self.senderMAC = senderMAC
        self.senderAddress = senderAddress
        self.targetMAC = targetMAC
        self.targetAddress = targetAddress
    }

    /// Reads a packet; padding after it is dropped.
    ///
    /// - Returns: `nil` when it is cut short or not about IPv4 over Ethernet.
    public init?(parsing packet: ArraySlice<UInt8>) {
        var reader = ByteReader(packet)
        // Hardware type Ethernet, protocol IPv4, and the lengths of their addresses.
        guard let kind = try? reader.read(6), kind.elementsEqual([0, 1, 8, 0, 6, 4]),
            let operation = try? reader.bigEndian(UInt16.self), operation == 1 || operation == 2,
            let senderMAC = (try? reader.read(6)).flatMap({ MACAddress(octets: $0) }),
            let senderAddress = try? reader.bigEndian(UInt32.self),
            let targetMAC = (try? reader.read(6)).flatMap({ MACAddress(octets: $0) }),
            let targetAddress = try? reader.bigEndian(UInt32.self)
        else { return nil }
        self.init(
            operation: operation, senderMAC: senderMAC, senderAddress: IPv4Address(rawValue: senderAddress),
            targetMAC: targetMAC, targetAddress: IPv4Address(rawValue: targetAddress))
    }

    /// The packet without its Ethernet header.
    public var encoded: [UInt8] {
        var writer = ByteWriter(reservingCapacity: 28)
        writer.append([0, 1, 8, 0, 6, 4])
        writer.bigEndian(operation)
        writer.append(senderMAC.octets)
        writer.bigEndian(senderAddress.rawValue)
        writer.append(targetMAC.octets)
        writer.bigEndian(targetAddress.rawValue)
        return writer.bytes
    }
}
