import Diagnostics
import FoundationEssentials
import ProvisioningAPI

/// A machine as it is kept on disk, and what its calls do to it. No I/O.
struct StoredMachine: Codable, Sendable {
    let id: String
    var definition: MachineDefinition
    var armed: Bool
    var state = MachineState.waiting
    var step = ""
    var progress: Int?
    var message = ""
    var address = ""
    var lastSeen: Timestamp?
    var history: [StatusReport] = []
    let createdAt: Timestamp
    var token: TokenDigest
    var bootTokens: [BootToken] = []

    init(id: MachineIdentifier, definition: MachineDefinition, token: TokenDigest, now: Timestamp) {
        self.id = id.description
        self.definition = definition.withoutOrders
        armed = definition.armed ?? true
        createdAt = now
        self.token = token
    }

    /// Takes over a definition for a machine that is known already.
    mutating func redefine(_ new: MachineDefinition, token newToken: TokenDigest?) {
        definition = new.withoutOrders
        armed = new.armed ?? armed
        if let newToken { token = newToken }
        // A run that was called off, or whose token was replaced, has lost its say.
        if newToken != nil || new.armed == false { bootTokens = [] }
    }

    /// Remembers a token that goes out with an overlay. Firmware may fetch more than once; the newest few count.
    mutating func issue(_ digest: TokenDigest, now: Timestamp) {
        bootTokens.append(BootToken(digest: digest, issued: now))
        bootTokens = bootTokens.suffix(Self.bootTokenLimit)
    }

    /// Whether a token may be used for this now.
    func accepts(_ candidate: Secret<String>, for use: TokenUse, now: Timestamp) -> Bool {
        // Every digest is compared, whichever matches.
        var isAccepted = token.matches(candidate)
        for bootToken in bootTokens where bootToken.digest.matches(candidate) {
            if let spent = bootToken.spent {
                let age = now.date.timeIntervalSince(spent.date)
                isAccepted = isAccepted || (use == .report && age < MachineToken.afterlife)
            } else {
                isAccepted = true
            }
        }
        return isAccepted
    }

    /// Takes a call to a status endpoint and says what to answer: 204, or 409 for a run that must not begin.
    mutating func report(_ kind: StatusReport.Kind, _ text: String, now: Timestamp) -> Int {
        let answer = kind == .`init` && !mayStart(text) ? 409 : 204
        history.append(StatusReport(kind: kind, text: text, timestamp: now, answer: answer))
        history = history.suffix(Self.historyLimit)
        guard answer == 204 else {
            message = "sent away: \(text), but the machine is not armed"
            return answer
        }
        progress = nil
        message = text
        switch kind {
        case .`init`:
            state = text == ProvisioningMode.standby.startedPhrase ? .standby : .running
        case .success:
            state = .succeeded
            armed = false
            for index in bootTokens.indices where bootTokens[index].spent == nil { bootTokens[index].spent = now }
        case .error:
            state = .failed
            if let report = ErrorReport(text) { step = report.origin.description }
        }
        return answer
    }

    /// Takes an event.
    mutating func record(_ event: Event) {
        step = event.step
        switch event.type {
        case .stepStarted: progress = nil
        case .progress: progress = event.progress ?? progress
        case .stepFinished: progress = 100
        case .stepFailed: break
        }
        if !event.message.isEmpty { message = event.message }
    }

    /// A machine that is not armed may look and wait, but not write: its definition was carried out already. A phrase
    /// that is not known could mean anything.
    private func mayStart(_ text: String) -> Bool {
        armed || ProvisioningMode(phrase: text).map { !$0.changesDisks } ?? false
    }

    private static let historyLimit = 100
    private static let bootTokenLimit = 8
}

extension MachineDefinition {
    /// The part that is kept: what is desired, without what was asked for once.
    var withoutOrders: MachineDefinition {
        MachineDefinition(vars: vars, nocloud: nocloud, macs: macs)
    }
}
