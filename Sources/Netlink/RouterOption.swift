import ByteCoding
import NetworkTypes

/// An option of a router advertisement that the kernel leaves to programs (RFC 8106).
public enum RouterOption: Hashable, Sendable {
    /// Name servers, the preferred one first, for so many seconds from now: `nil` for ever, 0 no longer. A link-local
    /// one is reached over the link that the announcement came by.
    case nameServers([IPv6Address], seconds: UInt32?)
    /// Domains for names without a dot, for so many seconds from now: `nil` for ever, 0 no longer.
    case searchDomains([String], seconds: UInt32?)

    /// Reads the options of a Neighbor Discovery message (RFC 4861 4.6). Unknown ones, and those that RFC 8106 5.3.1
    /// calls invalid, are passed over.
    ///
    /// - Throws: when an option has no length, or claims more bytes than there are.
    public static func parse(_ bytes: ArraySlice<UInt8>) throws(MalformedNetlinkMessage) -> [RouterOption] {
        var reader = ByteReader(bytes)
        var options: [RouterOption] = []
        while !reader.isAtEnd {
            do {
                let type: UInt8 = try reader.bigEndian()
                // In units of eight bytes, the two bytes of type and length included.
                let length = Int(try reader.bigEndian(UInt8.self)) * 8
                guard length > 0 else { throw MalformedNetlinkMessage("an option of a router has no length") }
                var body = ByteReader(try reader.read(length - 2))
                guard type == 25 || type == 31 else { continue }
                try body.skip(2)
                guard let lifetime: UInt32 = try? body.bigEndian() else { continue }
                let option = read(type, seconds: lifetime == .max ? nil : lifetime, body.readRest())
                if let option { options.append(option) }
            } catch let error as MalformedNetlinkMessage {
                throw error
            } catch {
                throw MalformedNetlinkMessage("an option of a router is cut short")
            }
        }
        return options
    }

    private static func read(_ type: UInt8, seconds: UInt32?, _ values: ArraySlice<UInt8>) -> RouterOption? {
        guard type == 25 else {
            let domains = DomainNames.parse(values)
            return domains.isEmpty ? nil : .searchDomains(domains, seconds: seconds)
        }
        guard values.count % 16 == 0 else { return nil }
        let servers = IPv6Address.list(values).filter { $0 != .any && !$0.isMulticast }
        return servers.isEmpty ? nil : .nameServers(servers, seconds: seconds)
    }
}
