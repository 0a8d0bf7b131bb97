import ByteCoding
import NetworkTypes

/// The addresses that a server grants one interface, and when to renew them: option IA_NA (RFC 8415 21.4).
struct IdentityAssociation: Equatable {
    /// One address of it: option IAADDR (RFC 8415 21.6). Times in seconds; `UInt32.max` is for ever.
    struct Address: Equatable {
        let address: IPv6Address
        let preferred: UInt32
        let valid: UInt32
        let status: DHCPv6Status
    }

    /// The client's number for the interface.
    let identifier: UInt32
    /// Seconds until the lease's server is asked to renew it; 0 leaves it to the client.
    let renewal: UInt32
    /// Seconds until any server is asked to; 0 leaves it to the client.
    let rebinding: UInt32
    let addresses: [Address]
    let status: DHCPv6Status

    /// Reads the option's bytes and the options inside. An address that cannot be read is passed over.
    init(parsing bytes: [UInt8]) throws(DHCPv6MessageError) {
        var reader = ByteReader(bytes)
        do {
            identifier = try reader.bigEndian()
            renewal = try reader.bigEndian()
            rebinding = try reader.bigEndian()
        } catch {
            throw DHCPv6MessageError("an identity association is cut short")
        }
        let options = try DHCPv6Options(parsing: reader.readRest())
        status = options.status
        addresses = options.all(.address).compactMap { bytes in
            var reader = ByteReader(bytes)
            guard let octets = try? reader.read(16), let address = IPv6Address(octets: octets),
                let preferred: UInt32 = try? reader.bigEndian(), let valid: UInt32 = try? reader.bigEndian(),
                let inner = try? DHCPv6Options(parsing: reader.readRest())
            else { return nil }
            return Address(address: address, preferred: preferred, valid: valid, status: inner.status)
        }
    }

    /// The option's bytes in a client's message: the address that it is about, no times.
    static func request(identifier: UInt32, address: IPv6Address?) -> [UInt8] {
        var writer = ByteWriter()
        writer.bigEndian(identifier)
        writer.zeros(8)
        if let address {
            var options = DHCPv6Options()
            options.append(.address, address.octets + [UInt8](repeating: 0, count: 8))
            writer.append(options.encoded)
        }
        return writer.bytes
    }
}
