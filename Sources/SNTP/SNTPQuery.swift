import LinuxSystem

/// One question to several servers, from the look-up of their names to the last answer.
final class SNTPQuery {
    private typealias LookUp = Result<[ServerAddress], LookUpFailure>

    private let servers: [SNTPServer]
    private let earliest: UnixTime
    private let timeout: Duration
    private let waker: Waker
    /// What the threads that resolve names have found, by the servers' places in the list.
    private let inbox = Monitor<[Int: LookUp]>([:])
    private var unresolved: Set<Int> = []
    private var lookUpFailures: [Int: LookUpFailure] = [:]
    private var conversations: [Int: [SNTPConversation]] = [:]

    init(_ servers: [SNTPServer], earliest: UnixTime, timeout: Duration, waker: Waker) {
        self.servers = servers
        self.earliest = earliest
        self.timeout = timeout
        self.waker = waker
    }

    /// The good answers.
    var answers: [ClockOffset] {
        everyConversation.compactMap { if case .answered(let offset) = $0.state { offset } else { nil } }
    }

    /// Per server, why it told no time.
    var failures: [String] {
        servers.enumerated().map { place, server in
            if let failure = lookUpFailures[place] { return "\(server): its name is not resolved: \(failure)" }
            guard let conversations = conversations[place] else {
                return "\(server): its name is not resolved: no answer in \(timeout.spoken)"
            }
            if conversations.count == 1, let only = conversations.first, only.address.text == server.host {
                return "\(server): \(only.failure(waited: timeout))"
            }
            let reasons = conversations.map { "\($0.address.text): \($0.failure(waited: timeout))" }
            return "\(server): " + reasons.joined(separator: "; ")
        }
    }

    /// Blocks until there is nothing more to wait for.
    func run() {
        var deadline = ContinuousClock.now + timeout
        for (place, server) in servers.enumerated() { lookUp(server, place) }
        var isAnswered = false
        while true {
            takeLookUps()
            let open = everyConversation.filter { $0.state == .open }
            for conversation in open where conversation.due.map({ $0 <= .now }) ?? false { conversation.ask() }
            if !isAnswered, !answers.isEmpty {
                isAnswered = true
                deadline = min(deadline, .now + SNTPClient.patience)
            }
            let waiting = open.filter { $0.descriptor != nil }
            guard ContinuousClock.now < deadline, !waiting.isEmpty || !unresolved.isEmpty else { return }
            let due = waiting.compactMap(\.due).min().map { min($0, deadline) } ?? deadline
            _ = Polling.readable([waker.descriptor] + waiting.compactMap(\.descriptor), until: due)
            waker.drain()
            for conversation in waiting { conversation.receive(earliest: earliest) }
        }
    }

    private var everyConversation: [SNTPConversation] {
        conversations.sorted { $0.key < $1.key }.flatMap(\.value)
    }

    private func lookUp(_ server: SNTPServer, _ place: Int) {
        if let addresses = try? ServerAddress.lookUp(server, numericOnly: true) {
            return begin(addresses, place)
        }
        unresolved.insert(place)
        let (inbox, waker) = (inbox, waker)
        do throws(SystemCallError) {
            try NativeThread.start("resolve") {
                let result = LookUp { () throws(LookUpFailure) in
                    try ServerAddress.lookUp(server, numericOnly: false)
                }
                inbox.update { $0[place] = result }
                waker.wake()
            }
        } catch {
            unresolved.remove(place)
            lookUpFailures[place] = LookUpFailure(error.description)
        }
    }

    private func takeLookUps() {
        let results = inbox.update { inbox in
            defer { inbox = [:] }
            return inbox
        }
        for (place, result) in results {
            unresolved.remove(place)
            switch result {
            case .success(let addresses): begin(addresses, place)
            case .failure(let failure): lookUpFailures[place] = failure
            }
        }
    }

    private func begin(_ addresses: [ServerAddress], _ place: Int) {
        conversations[place] = addresses.map { address in
            let conversation = SNTPConversation(servers[place], address)
            conversation.ask()
            return conversation
        }
    }
}
