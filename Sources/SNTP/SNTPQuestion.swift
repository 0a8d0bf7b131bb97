import LinuxSystem

/// A packet that was sent to a server, and what makes an answer to it good (RFC 4330 5, RFC 5905 8).
struct SNTPQuestion {
    /// By what the answer is recognised.
    let nonce: NTPTimestamp
    /// When it went, by this machine's clock.
    let sent: UnixTime

    /// The clocks' difference according to an answer.
    ///
    /// - Parameters:
    ///   - waited: the time from sending to receiving, by a clock that nobody sets.
    ///   - earliest: the earliest time that can be true. With it the era of the server's times is told, too.
    /// - Throws: `SNTPRefusal` saying why the answer tells no time.
    func evaluate(
        _ answer: SNTPPacket, waited: Duration, earliest: UnixTime
    ) throws(SNTPRefusal) -> (offset: Duration, delay: Duration) {
        guard answer.mode == SNTPPacket.serverMode else { throw .notAServer(mode: answer.mode) }
        guard (1...4).contains(answer.version) else { throw .unknownVersion(answer.version) }
        guard answer.origin == nonce else { throw .notOurQuestion }
        guard answer.stratum != 0 else {
            // Without a code it is what some send while they do not know the time.
            let code = Self.kissCode(answer.referenceID)
            throw code.isEmpty ? .unsynchronised : .kiss(code)
        }
        guard answer.leap != 3, answer.stratum < 16 else { throw .unsynchronised }
        guard !answer.transmit.isUnknown, !answer.receive.isUnknown else { throw .contradiction }
        // In 65536ths of a second; 16 seconds is as good as not synchronised (RFC 5905 A.5.1.1, MAXDISP).
        guard UInt64(answer.rootDelay) / 2 + UInt64(answer.rootDispersion) < 16 << 16 else { throw .unsynchronised }

        // So that a server which is some decades behind is told from one that is a century ahead.
        let start = earliest + .seconds(-1 << 30)
        let (received, replied) = (answer.receive.time(from: start), answer.transmit.time(from: start))
        let held = replied - received
        guard held >= .zero, held <= waited + .seconds(1) else { throw .contradiction }
        guard replied >= earliest else { throw .tooEarly(replied) }
        let offset = ((received - sent) + (replied - (sent + waited))) / 2
        return (offset, max(waited - held, .zero))
    }

    /// Four letters (RFC 5905 7.4).
    private static func kissCode(_ number: UInt32) -> String {
        let letters = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
        return String(decoding: letters.filter { (0x21...0x7e).contains($0) }, as: UTF8.self)
    }
}

/// An answer that tells no time.
enum SNTPRefusal: Error, Equatable, CustomStringConvertible {
    /// It is no server's.
    case notAServer(mode: UInt8)
    /// It is of an unknown version of the protocol.
    case unknownVersion(UInt8)
    /// It answers another question, or is forged.
    case notOurQuestion
    /// The server does not want to be asked: a kiss-o'-death packet and its code.
    case kiss(String)
    /// The server does not know the time.
    case unsynchronised
    /// The times in it cannot be true together.
    case contradiction
    /// The server's clock is behind this program's release.
    case tooEarly(UnixTime)

    /// Why, without a final full stop.
    var description: String {
        switch self {
        case .notAServer(let mode): "what answered is no time server (mode \(mode))"
        case .unknownVersion(let version): "it answered in version \(version) of the protocol"
        case .notOurQuestion: "what it answered was not asked"
        case .kiss(let code): "it does not want to be asked (kiss-o'-death \(code))"
        case .unsynchronised: "it does not know the time itself (its clock is not synchronised)"
        case .contradiction: "the times in its answer contradict each other"
        case .tooEarly(let time): "it says \(time), which is before this program was released"
        }
    }
}
