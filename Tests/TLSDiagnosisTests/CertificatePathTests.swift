import LinuxSystem
import TLSTestKit
import Testing

@testable import TLSDiagnosis

@Suite("Why a chain does not verify")
struct CertificatePathTests {
    private static let martlet = #""CN=Martlet test authority, O=Martlet""#
    private static let stranger = #""CN=Stranger's authority, O=Somebody else""#

    /// 2019-01-01, 2026-11-25, and the ends of the test certificates.
    private static let before = UnixTime(seconds: 1_546_300_800)
    private static let now = UnixTime(seconds: 1_795_564_800)
    private static let start = UnixTime(seconds: 1_577_836_800)
    private static let expiry = UnixTime(seconds: 1_623_758_400)

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sent: [String]
        let anchors: [String]
        var now = CertificatePathTests.now
        let fault: CertificateFault
    }

    private typealias Certificates = TestCertificates

    @Test(
        "is found by names and dates",
        arguments: [
            Case(
                testDescription: "a clock that is behind", sent: [Certificates.right],
                anchors: [Certificates.authority], now: before,
                fault: .notYetValid(authority: nil, from: start, now: before)),
            Case(
                testDescription: "a clock that is behind, and a stranger", sent: [Certificates.untrusted],
                anchors: [Certificates.authority], now: before,
                fault: .notYetValid(authority: nil, from: start, now: before)),
            Case(
                testDescription: "a certificate that expired", sent: [Certificates.expired, Certificates.authority],
                anchors: [Certificates.authority], fault: .expired(authority: nil, at: expiry, now: now)),
            Case(
                testDescription: "a stranger's", sent: [Certificates.untrusted], anchors: [Certificates.authority],
                fault: .untrustedAuthority(issuer: stranger)),
            Case(
                testDescription: "a stranger's, who came along", sent: [Certificates.untrusted, Certificates.stranger],
                anchors: [Certificates.authority], fault: .untrustedAuthority(issuer: stranger)),
            Case(
                testDescription: "one that signed itself", sent: [Certificates.stranger], anchors: [],
                fault: .untrustedAuthority(issuer: stranger)),
            Case(
                testDescription: "nobody is trusted", sent: [Certificates.right], anchors: [],
                fault: .untrustedAuthority(issuer: martlet)),
            Case(
                testDescription: "an intermediate that was not sent", sent: [Certificates.belowIntermediate],
                anchors: [Certificates.authority],
                fault: .untrustedAuthority(issuer: #""CN=Expired intermediate""#)),
            Case(
                testDescription: "an intermediate that expired",
                sent: [Certificates.belowIntermediate, Certificates.expiredIntermediate],
                anchors: [Certificates.authority],
                fault: .expired(authority: #""CN=Expired intermediate""#, at: expiry, now: now)),
            Case(
                testDescription: "an expired intermediate of a stranger",
                sent: [Certificates.belowIntermediate, Certificates.expiredIntermediate],
                anchors: [Certificates.stranger], fault: .untrustedAuthority(issuer: martlet)),
            Case(
                testDescription: "an intermediate listed as trusted",
                sent: [Certificates.belowIntermediate], anchors: [Certificates.expiredIntermediate],
                fault: .untrustedAuthority(issuer: martlet)),
            Case(
                testDescription: "a trusted authority that expired", sent: [Certificates.orphaned],
                anchors: [Certificates.authority, Certificates.fadedAuthority],
                fault: .expired(
                    authority: #""CN=Faded authority""#, at: UnixTime(seconds: 1_609_459_200), now: now)),
            Case(
                testDescription: "an expired one beside the way", sent: [Certificates.untrusted, Certificates.expired],
                anchors: [Certificates.authority], fault: .untrustedAuthority(issuer: stranger)),
            Case(
                testDescription: "another key of a trusted name", sent: [Certificates.misattributed],
                anchors: [Certificates.authority], fault: .unverifiable(issuer: martlet)),
        ])
    func fault(_ one: Case) throws {
        let sent = try one.sent.map(read)
        let path = CertificatePath(
            from: try #require(sent.first), through: Array(sent.dropFirst()), anchors: try one.anchors.map(read))
        #expect(path.fault(now: one.now) == one.fault)
    }

    @Test(
        "is said in words that tell the reasons apart",
        arguments: [
            (
                .notYetValid(authority: nil, from: now, now: before),
                "its certificate is valid from 2026-11-25 but this machine's clock says 2019-01-01"
            ),
            (
                .notYetValid(authority: nil, from: now + .seconds(3600), now: now),
                "its certificate is valid from 2026-11-25T01:00:00Z but this machine's clock says 2026-11-25T00:00:00Z"
            ),
            (
                .expired(authority: nil, at: expiry, now: now),
                "its certificate expired on 2021-06-15 (this machine's clock says 2026-11-25)"
            ),
            (
                .expired(authority: martlet, at: expiry, now: now),
                #"the certificate of its authority "CN=Martlet test authority, O=Martlet" expired on 2021-06-15 "#
                    + "(this machine's clock says 2026-11-25)"
            ),
            (
                .untrustedAuthority(issuer: stranger),
                "its certificate is signed by an authority that is not trusted "
                    + #"(issuer "CN=Stranger's authority, O=Somebody else")"#
            ),
            (
                .anotherName(["a.example", "*.example", "c", "d", "e", "f"]),
                #"its certificate is for another name (it is for "a.example", "*.example", "c", "d" and 2 more)"#
            ),
            (.anotherName([]), "its certificate is for another name"),
            (.unexplained, "its certificate is not trusted"),
        ] as [(CertificateFault, String)])
    func words(fault: CertificateFault, expected: String) {
        #expect(fault.description == expected)
        #expect(!fault.advice.isEmpty)
    }
}
