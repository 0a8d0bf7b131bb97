import LinuxSystem

/// The certificates from a server's own upwards, by the names of their issuers: to a trust anchor, or as far as they go.
///
/// No signature is looked at. It is known already that the chain does not verify; this is to find the likely reason.
struct CertificatePath {
    private let leaf: CertificateFacts
    /// Those of its authorities, the trust anchor among them if there is one.
    private let authorities: [CertificateFacts]
    private let isAnchored: Bool

    /// - Parameters:
    ///   - leaf: the server's certificate.
    ///   - others: what else the server sent (RFC 8446 4.4.2); those that nobody on the way up has signed are left aside.
    ///   - anchors: the authorities that are trusted.
    init(from leaf: CertificateFacts, through others: [CertificateFacts], anchors: [CertificateFacts]) {
        self.leaf = leaf
        var authorities: [CertificateFacts] = []
        // Trusted ones first, as the TLS library has it; of several with one name, as when an authority was renewed, the
        // one that lasts.
        var candidates =
            anchors.sorted { $0.notAfter > $1.notAfter } + others.sorted { $0.notAfter > $1.notAfter }
        var last = leaf
        // The way ends only at a certificate that signed itself: one from its middle is no anchor, though it be listed.
        while last.issuer != last.subject || authorities.isEmpty {
            guard let next = candidates.first(where: { $0.subject == last.issuer }) else { break }
            candidates.removeAll { $0.subject == next.subject }
            authorities.append(next)
            last = next
        }
        self.authorities = authorities
        isAnchored = last.issuer == last.subject && anchors.contains { $0.subject == last.subject }
    }

    /// Why the chain does not verify. The clock comes first: while it is wrong, nothing else can be judged.
    func fault(now: UnixTime) -> CertificateFault {
        let owners = [(leaf, nil)] + authorities.map { ($0, $0.subject.description) }
        for (certificate, authority) in owners where now < certificate.notBefore {
            return .notYetValid(authority: authority, from: certificate.notBefore, now: now)
        }
        // Of a stranger's certificates the dates do not matter.
        for (certificate, authority) in isAnchored ? owners : [(leaf, nil)] where certificate.notAfter < now {
            return .expired(authority: authority, at: certificate.notAfter, now: now)
        }
        let top = authorities.last ?? leaf
        return isAnchored
            ? .unverifiable(issuer: leaf.issuer.description)
            : .untrustedAuthority(issuer: top.issuer.description)
    }
}
