import Diagnostics
import LinuxSystem
import NetworkTypes

/// What a certificate says about itself, nothing of it verified (RFC 5280 4.1).
///
/// Read here and not through the TLS library, which tells no issuer and traps on a time that it cannot read.
struct CertificateFacts: Sendable {
    /// Who signed it, and whom it is for.
    let issuer: DistinguishedName
    let subject: DistinguishedName
    let notBefore: UnixTime
    let notAfter: UnixTime
    /// The DNS names and addresses that it is for; without any, the subject's common name (RFC 6125 6.4.4).
    let names: [String]

    /// Reads a certificate's DER encoding.
    init(der: [UInt8]) throws(DERError) {
        var outer = DERReader(der[...])
        var certificate = try DERReader(try outer.next())
        var fields = try DERReader(try certificate.next())
        // Version, serial number and signature algorithm.
        _ = try fields.nextIf(DERReader.Tag.context(0))
        _ = try fields.next()
        _ = try fields.next(DERReader.Tag.sequence)
        issuer = try DistinguishedName(try fields.next(DERReader.Tag.sequence))
        var validity = try DERReader(try fields.next())
        notBefore = try UnixTime(try validity.next())
        notAfter = try UnixTime(try validity.next())
        subject = try DistinguishedName(try fields.next(DERReader.Tag.sequence))
        let alternatives = try Self.alternativeNames(after: &fields)
        names = alternatives.isEmpty ? subject.commonName.map { [$0] } ?? [] : alternatives
    }

    private static func alternativeNames(after fields: inout DERReader) throws(DERError) -> [String] {
        // The public key; unique identifiers, which nobody uses, may come before the extensions.
        _ = try fields.next(DERReader.Tag.sequence)
        while !fields.isAtEnd {
            let field = try fields.next()
            guard field.tag == DERReader.Tag.context(3) else { continue }
            var wrapper = DERReader(field.contents)
            var extensions = try DERReader(try wrapper.next())
            while !extensions.isAtEnd {
                var one = try DERReader(try extensions.next())
                // id-ce-subjectAltName, 2.5.29.17.
                guard try one.next(DERReader.Tag.objectIdentifier).contents.elementsEqual([0x55, 0x1d, 0x11]) else {
                    continue
                }
                var value = try one.next()
                // Whether it is critical comes first, when it is.
                if value.tag != DERReader.Tag.octetString { value = try one.next(DERReader.Tag.octetString) }
                return try generalNames(value.contents)
            }
        }
        return []
    }

    /// The names by which a server can be called (RFC 5280 4.2.1.6).
    private static func generalNames(_ octets: ArraySlice<UInt8>) throws(DERError) -> [String] {
        var wrapper = DERReader(octets)
        var list = try DERReader(try wrapper.next())
        var names: [String] = []
        while !list.isAtEnd {
            let name = try list.next()
            switch name.tag {
            case 0x82: names.append(String(decoding: name.contents, as: UTF8.self))
            case 0x87: if let address = IPAddress(octets: name.contents) { names.append(address.description) }
            default: break
            }
        }
        return names
    }
}

/// The name of an authority or of a certificate's owner (RFC 5280 4.1.2.4).
struct DistinguishedName: Hashable, Sendable, CustomStringConvertible {
    /// As encoded: two names are taken as the same when these octets are.
    private let octets: ArraySlice<UInt8>
    let commonName: String?
    private let organization: String?

    init(_ element: DERReader.Element) throws(DERError) {
        octets = element.contents
        var commonName: String?
        var organization: String?
        var parts = DERReader(element.contents)
        while !parts.isAtEnd {
            var part = try DERReader(try parts.next(), DERReader.Tag.set)
            while !part.isAtEnd {
                var attribute = try DERReader(try part.next())
                let type = try attribute.next(DERReader.Tag.objectIdentifier).contents
                let text = Self.text(try attribute.next())
                // id-at-commonName, 2.5.4.3, and id-at-organizationName, 2.5.4.10; the last is the most particular one.
                if type.elementsEqual([0x55, 0x04, 0x03]) { commonName = text }
                if type.elementsEqual([0x55, 0x04, 0x0a]) { organization = text }
            }
        }
        self.commonName = commonName
        self.organization = organization
    }

    /// Common name and organization between quotes, fit to be printed: `"CN=R3, O=Let's Encrypt"`.
    var description: String {
        let parts = [commonName.map { "CN=\($0)" }, organization.map { "O=\($0)" }].compactMap { $0 }
        return parts.isEmpty ? "without a name" : quotedText(parts.joined(separator: ", "), longest: 100)
    }

    private static func text(_ value: DERReader.Element) -> String {
        guard value.tag == DERReader.Tag.bmpString else { return String(decoding: value.contents, as: UTF8.self) }
        let octets = Array(value.contents)
        let units = stride(from: 0, to: octets.count - octets.count % 2, by: 2).map {
            UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1])
        }
        return String(decoding: units, as: UTF16.self)
    }
}
