import LinuxSystem
import NIOSSL
import TLSTestKit
import Testing

@testable import TLSDiagnosis

@Suite("What a certificate says about itself")
struct CertificateFactsTests {
    @Test("is read from its DER encoding")
    func facts() throws {
        let facts = try read(TestCertificates.elsewhere)
        #expect(facts.issuer.description == #""CN=Martlet test authority, O=Martlet""#)
        #expect(facts.subject.description == #""CN=controller.example.net""#)
        #expect(facts.notBefore.description == "2020-01-01T00:00:00Z")
        #expect(facts.notAfter.description == "2120-01-01T00:00:00Z")
        #expect(facts.names == ["controller.example.net", "*.example.org", "192.0.2.7", "2001:db8::7"])
        // Without other names the common name counts.
        #expect(try read(TestCertificates.authority).names == ["Martlet test authority"])
    }

    @Test("has the dates that the TLS library reads")
    func dates() throws {
        for pem in [TestCertificates.right, TestCertificates.expired, TestCertificates.future] {
            let certificate = try NIOSSLCertificate(bytes: Array(pem.utf8), format: .pem)
            let facts = try read(pem)
            #expect(facts.notBefore == UnixTime(seconds: Int64(certificate.notValidBefore)))
            #expect(facts.notAfter == UnixTime(seconds: Int64(certificate.notValidAfter)))
        }
    }

    @Test("is refused when the certificate ends early, and no octet that was changed makes it trap")
    func damage() throws {
        let whole = try der(TestCertificates.elsewhere)
        for length in whole.indices {
            #expect(throws: DERError.self) { try CertificateFacts(der: Array(whole[..<length])) }
        }
        for index in whole.indices {
            for value: UInt8 in [0, 0x7f, 0x80, 0x84, 0xff, whole[index] ^ 1] {
                var changed = whole
                changed[index] = value
                guard let facts = try? CertificateFacts(der: changed) else { continue }
                let fault = CertificatePath(from: facts, through: [facts], anchors: []).fault(now: facts.notAfter)
                #expect(!fault.description.isEmpty)
            }
        }
    }

    @Test(
        "has its times in two forms",
        arguments: [
            (0x17, "500101000000Z", "1950-01-01T00:00:00Z"), (0x17, "491231235959Z", "2049-12-31T23:59:59Z"),
            (0x18, "20500101000000Z", "2050-01-01T00:00:00Z"), (0x18, "99991231235959Z", "9999-12-31T23:59:59Z"),
            (0x17, "2601010000Z", nil), (0x17, "260101000000+0100", nil), (0x17, "261301000000Z", nil),
            (0x18, "2026010100000Z", nil), (0x18, "20260101000000.5Z", nil), (0x17, "2601010000-1Z", nil),
            (0x04, "260101000000Z", nil), (0x17, "", nil),
        ] as [(UInt8, String, String?)])
    func times(tag: UInt8, text: String, expected: String?) throws {
        var reader = DERReader(([tag, UInt8(text.utf8.count)] + Array(text.utf8))[...])
        let element = try reader.next()
        let time = try? UnixTime(element)
        #expect(time?.description == expected)
    }

    @Test(
        "is DER: no element longer than what is there, no indefinite length, no identifier of several octets",
        arguments: [
            ([0x30, 3, 1, 2], .truncated(offset: 2, wanted: 3, available: 2)), ([0x30, 0x80, 0, 0], .length),
            ([0x30, 0x85, 0, 0, 0, 0, 1, 0], .length), ([0x3f, 1, 0], .identifier),
            ([0x30, 0x84, 0xff, 0xff, 0xff, 0xff], .truncated(offset: 6, wanted: 0xffff_ffff, available: 0)),
            ([0x30], .truncated(offset: 0, wanted: 2, available: 1)),
        ] as [([UInt8], Refusal)])
    func elements(octets: [UInt8], expected: Refusal) {
        var reader = DERReader(octets[...])
        do throws(DERError) {
            _ = try reader.next()
            Issue.record("it was read")
        } catch {
            #expect(Refusal(error) == expected)
        }
    }

    @Test("leaves names fit to be printed")
    func names() throws {
        func name(_ tag: UInt8, _ text: [UInt8]) throws -> String {
            func element(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] { [tag, UInt8(contents.count)] + contents }
            let attribute = element(0x30, element(0x06, [0x55, 0x04, 0x03]) + element(tag, text))
            var reader = DERReader(element(0x30, element(0x31, attribute))[...])
            return try DistinguishedName(try reader.next()).description
        }
        #expect(try name(0x0c, Array("Zürich".utf8)) == #""CN=Zürich""#)
        #expect(try name(0x1e, [0, 0x5a, 0, 0xfc, 1]) == #""CN=Zü""#)
        #expect(try name(0x13, Array("a\u{1b}[2Jb".utf8)) == #""CN=a\u{1B}[2Jb""#)
        #expect(try name(0x0c, Array(repeating: 0x61, count: 110)).utf8.count < 110)
    }

    /// `DERError` in the form that a table can name.
    enum Refusal: Equatable {
        case truncated(offset: Int, wanted: Int, available: Int)
        case length
        case identifier
        case other

        init(_ error: DERError) {
            switch error {
            case .truncated(let read):
                self = .truncated(offset: read.offset, wanted: read.wanted, available: read.available)
            case .length: self = .length
            case .identifier: self = .identifier
            case .unexpected, .time: self = .other
            }
        }
    }
}

func der(_ pem: String) throws -> [UInt8] {
    try NIOSSLCertificate(bytes: Array(pem.utf8), format: .pem).toDERBytes()
}

func read(_ pem: String) throws -> CertificateFacts {
    try CertificateFacts(der: der(pem))
}
