import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// The exchange with one address of one server.
///
/// Belongs to the thread that uses it. Nothing in it waits.
final class SNTPConversation {
    enum State: Equatable {
        /// An answer may still come.
        case open
        /// It told the time.
        case answered(ClockOffset)
        /// It will not; why.
        case failed(String)
    }

    /// A packet may be lost. More than three would be rude, and too late.
    private static let pauses: [Duration] = [.seconds(1), .seconds(2)]

    /// The server it belongs to.
    let server: SNTPServer
    let address: ServerAddress
    private(set) var state = State.open
    /// When the question is to be put again; `nil` when it is not.
    private(set) var due: ContinuousClock.Instant?
    private var socket: Descriptor?
    private var questions: [(question: SNTPQuestion, sent: ContinuousClock.Instant)] = []
    /// Why the last answer was passed over.
    private var lastRefusal: SNTPRefusal?

    init(_ server: SNTPServer, _ address: ServerAddress) {
        self.server = server
        self.address = address
    }

    /// Readable when an answer waits; `nil` when none is waited for.
    var descriptor: Int32? { state == .open ? socket?.rawValue : nil }

    /// What is known against the address when nothing more is waited for.
    func failure(waited: Duration) -> String {
        if case .failed(let reason) = state { return reason }
        return lastRefusal?.description ?? "no answer in \(waited.spoken)"
    }

    /// Puts the question, for the first time or again.
    func ask() {
        due = questions.count < Self.pauses.count ? .now + Self.pauses[questions.count] : nil
        do throws(SystemCallError) {
            let socket = try connectedSocket()
            let nonce = NTPTimestamp(rawValue: .random(in: 1 ... .max))
            let packet = SNTPPacket.question(nonce).encoded
            questions.append((SNTPQuestion(nonce: nonce, sent: SystemClock.now), .now))
            try systemCall("send", address.text) { send(socket.rawValue, packet, packet.count, Int32(MSG_DONTWAIT)) }
        } catch {
            fail(error)
        }
    }

    /// Takes the answers that wait.
    func receive(earliest: UnixTime) {
        guard let socket else { return }
        var buffer = [UInt8](repeating: 0, count: 512)
        // A flood of packets must not keep the caller here.
        for _ in 0..<16 where state == .open {
            do throws(SystemCallError) {
                let length = try systemCall("recv", address.text) {
                    recv(socket.rawValue, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                }
                take(buffer[..<length], at: .now, earliest: earliest)
            } catch {
                if error.errno != .wouldBlock { fail(error) }
                return
            }
        }
    }

    private func take(_ datagram: ArraySlice<UInt8>, at now: ContinuousClock.Instant, earliest: UnixTime) {
        guard let packet = try? SNTPPacket(parsing: datagram),
            let (question, sent) = questions.first(where: { $0.question.nonce == packet.origin })
        else {
            // Anybody can send such a packet: the true answer may still come.
            lastRefusal = .notOurQuestion
            return
        }
        do throws(SNTPRefusal) {
            let (offset, delay) = try question.evaluate(packet, waited: sent.duration(to: now), earliest: earliest)
            let name = server.host == address.text ? "\(server)" : "\(server) (\(address.text))"
            state = .answered(ClockOffset(server: name, offset: offset, delay: delay, stratum: packet.stratum))
        } catch {
            state = .failed(error.description)
        }
    }

    private func connectedSocket() throws(SystemCallError) -> Descriptor {
        if let socket { return socket }
        let socket = try Sockets.open(
            family: address.family, type: SOCK_DGRAM, protocolNumber: 0, name: address.text)
        // A connected socket takes packets from this server only, and hears that nothing listens there.
        try systemCall("connect", address.text) {
            martlet_connect(socket.rawValue, address.bytes, address.bytes.count)
        }
        self.socket = socket
        return socket
    }

    private func fail(_ error: SystemCallError) {
        state = .failed(
            error.errno == .connectionRefused ? "nothing listens on UDP port \(server.port)" : "\(error.errno)")
    }
}
