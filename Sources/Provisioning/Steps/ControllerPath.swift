import DeployVars
import NetworkBringUp
import Pipeline

/// Finds the card over which the controller answers, and makes its default route the one that is used.
struct ControllerPath: Sendable {
    /// What came of one server, over the routes as they are.
    struct Finding: Sendable, CustomStringConvertible {
        let origin: Origin
        let result: Reachability

        var description: String { "\(origin): \(result)" }
    }

    /// What came of a search.
    enum Outcome: Sendable {
        /// A server answers, or there is none to look for.
        case reached
        /// A server's host says that nothing listens there: the network is good, a program is missing. Another card may
        /// still lead to the real one.
        case refused
        /// No server answered; what came of each at last.
        case silent([Finding])
    }

    /// How long other cards are given when a host has refused the connection.
    private static let refusalPatience: Duration = .seconds(3)

    let network: RunningNetwork
    let origins: [Origin]
    let say: @Sendable (String) -> Void

    /// - Parameter origins: the servers of which one must answer; those on this machine itself do not count.
    init(network: RunningNetwork, origins: [Origin], say: @escaping @Sendable (String) -> Void) {
        self.network = network
        var seen: Set<Origin> = []
        self.origins = origins.filter { !$0.isLoopback && seen.insert($0).inserted }
        self.say = say
    }

    /// Tries again and again until a server answers or the time is over.
    ///
    /// With a refusal it is content after a few seconds.
    func search(for limit: Duration) async -> Outcome {
        guard !origins.isEmpty else { return .reached }
        let clock = ContinuousClock()
        let begun = clock.now
        let deadline = begun + limit
        var pause = Duration.milliseconds(500)
        var wasTold = false
        while true {
            let findings = await tryOnce()
            if findings.isEmpty { return .reached }
            let isRefused = findings.contains { $0.result == .refused }
            if isRefused, begun.duration(to: clock.now) >= Self.refusalPatience { return .refused }
            guard clock.now < deadline, !Task.isCancelled else { return isRefused ? .refused : .silent(findings) }
            if !wasTold {
                wasTold = true
                say("no answer yet: \(Self.list(findings)); trying for \(limit.components.seconds) s")
            }
            try? await clock.sleep(until: min(clock.now + pause, deadline))
            pause = min(pause * 2, .seconds(5))
        }
    }

    /// Goes on in the background until a server answers, however late a card comes to it.
    func keepSearching() {
        Task {
            while !Task.isCancelled, await !tryOnce().isEmpty { try? await Task.sleep(for: .seconds(3)) }
        }
    }

    /// Findings in one line.
    static func list(_ findings: [Finding]) -> String {
        findings.map(\.description).joined(separator: "; ")
    }

    /// Nothing when a server answers, else what came of each. All servers are tried at the same time, and then over every
    /// card at the same time: silence takes as long as one of them.
    private func tryOnce() async -> [Finding] {
        let findings = await probe(over: [nil]).map { Finding(origin: $0.origin, result: $0.result) }
        if findings.contains(where: { $0.result == .reached }) { return [] }
        let cards = network.state.cards.filter(\.isUsable).map(\.card)
        guard cards.count > 1, await preferOne(of: cards) else { return findings }
        return []
    }

    private func preferOne(of cards: [NetworkCard]) async -> Bool {
        let answers = await probe(over: cards.map(\.name)).filter { $0.result == .reached }
        for card in cards {
            guard let answer = answers.first(where: { $0.card == card.name }) else { continue }
            network.prefer(card)
            // The kernel has the new route once the engine has come to it.
            for _ in 0..<10 {
                try? await Task.sleep(for: .milliseconds(100))
                let result = await Reachability.probe(
                    host: answer.origin.host, port: answer.origin.port, timeout: .seconds(1))
                guard result == .reached else { continue }
                say("\(answer.origin) answers over \(card.name), whose default route is used from now on")
                return true
            }
            say("\(answer.origin) answers over \(card.name), but the routes lead elsewhere")
        }
        return false
    }

    private func probe(over cards: [String?]) async -> [(card: String?, origin: Origin, result: Reachability)] {
        await withTaskGroup(of: (Int, String?, Origin, Reachability).self) { group in
            for (index, (card, origin)) in cards.flatMap({ card in origins.map { (card, $0) } }).enumerated() {
                group.addTask {
                    let result = await Reachability.probe(host: origin.host, port: origin.port, over: card)
                    return (index, card, origin, result)
                }
            }
            var results: [(Int, String?, Origin, Reachability)] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map { (card: $0.1, origin: $0.2, result: $0.3) }
        }
    }
}

extension Origin {
    /// On this machine itself.
    fileprivate var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
