import Foundation
import Synchronization

/// A connection to QEMU's control socket: the QEMU Machine Protocol, one JSON object per line
/// (QEMU documentation, docs/interop/qmp-spec).
final class QMPClient: Sendable {
    /// An argument of a command.
    indirect enum Value: Encodable {
        case text(String)
        case integer(Int)
        case flag(Bool)
        case list([Value])
        case object([String: Value])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .integer(let integer): try container.encode(integer)
            case .flag(let flag): try container.encode(flag)
            case .list(let list): try container.encode(list)
            case .object(let object): try container.encode(object)
            }
        }
    }

    private struct Command: Encodable {
        let execute: String
        let arguments: [String: Value]
        let id: Int
    }

    private struct Message: Decodable {
        struct Failure: Decodable {
            let desc: String
        }

        struct EventData: Decodable {
            let reason: String?
        }

        let id: Int?
        let error: Failure?
        let event: String?
        let data: EventData?
    }

    private struct State {
        var nextID = 1
        var answers: [Int: String?] = [:]
        var events: [MachineEvent] = []
    }

    private let socket: UnixSocket
    private let state = Mutex(State())

    /// Takes over the connection and leaves the negotiation mode.
    init(socket: UnixSocket) async throws {
        self.socket = socket
        let thread = Thread { [self] in
            var pending: [UInt8] = []
            while let bytes = socket.read() {
                pending += bytes
                while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                    take(Data(pending[..<end]))
                    pending.removeSubrange(...end)
                }
            }
        }
        thread.name = "QMP"
        thread.start()
        try await execute("qmp_capabilities")
    }

    private func take(_ line: Data) {
        guard let message = try? JSONDecoder().decode(Message.self, from: line) else { return }
        state.withLock { state in
            if let id = message.id { state.answers[id] = .some(message.error?.desc) }
            if let event = message.event {
                state.events.append(MachineEvent(name: event, reason: message.data?.reason))
            }
        }
    }

    /// What QEMU told of its own accord, in order.
    var events: [MachineEvent] {
        state.withLock { $0.events }
    }

    /// Runs a command and waits for its answer.
    ///
    /// - Throws: `LabFailure` with QEMU's words when it refuses.
    func execute(_ command: String, _ arguments: [String: Value] = [:]) async throws {
        let id = state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
        let encoded = try JSONEncoder().encode(Command(execute: command, arguments: arguments, id: id))
        try socket.write(Array(encoded) + [UInt8(ascii: "\n")])
        let refusal = try await eventually("QEMU's answer to \(command)", within: .seconds(30)) {
            self.state.withLock { $0.answers.removeValue(forKey: id) }
        }
        if let refusal { throw LabFailure("QEMU refused \(command): \(refusal)") }
    }

    /// Ends the connection and its thread.
    func hangUp() {
        socket.hangUp()
    }
}

/// What QEMU tells of a machine, such as `SHUTDOWN` with the reason `guest-shutdown`.
public struct MachineEvent: Sendable, Equatable {
    /// The event's name in QMP: `SHUTDOWN`, `RESET`, `POWERDOWN`, …
    public let name: String
    /// Why, for events that have a reason: `guest-shutdown`, `guest-reset`, `host-signal`, …
    public let reason: String?
}
