import LinuxSystem
import NetworkTypes

/// Listens for the neighbours of NICs, on one thread for all of them, until `stop` or for the process's life.
///
/// Switches send every 30 s (IEEE 802.1AB 9.2.5.7), so that nothing should wait for it: take what is there when it is
/// wanted, and tell it again after an event.
public final class LLDPListener: Sendable {
    private enum Request: Sendable {
        case add(LLDPInterface)
        case remove(Int32)
    }

    private struct Board: Sendable {
        var requests: [Request] = []
        var neighbours: [String: LLDPNeighbour] = [:]
        var isOver = false
    }

    private let board = Monitor(Board())
    private let waker: Waker

    private init() throws(SystemCallError) {
        waker = try Waker()
    }

    /// Begins, without NICs, in the calling thread's network namespace.
    ///
    /// - Parameters:
    ///   - stopsFirmwareAgents: whether a NIC whose firmware swallows LLDP (Intel's i40e and ice) has that switched off
    ///     when it is added, upon which its link may go down for a moment. It could not be tried on such a NIC.
    ///   - onEvent: called for everything worth telling, from the listener's thread; it must not block.
    /// - Throws: the error of making a pipe or a thread.
    public static func start(
        stopsFirmwareAgents: Bool = true, onEvent: @escaping @Sendable (LLDPEvent) -> Void
    ) throws(SystemCallError) -> LLDPListener {
        let listener = try LLDPListener()
        try NativeThread.start("lldp") {
            listener.run(stopsFirmwareAgents: stopsFirmwareAgents, onEvent)
        }
        return listener
    }

    /// Listens on one more NIC. It hears something once the NIC is set up. A NIC that is listened on already stays as
    /// it is; one of the same number but another name or address takes its place.
    public func add(_ interface: LLDPInterface) {
        ask(.add(interface))
    }

    /// Listens no longer on a NIC, which may be gone; its neighbours are forgotten without an event.
    public func remove(index: Int32) {
        ask(.remove(index))
    }

    /// The neighbour of each NIC that has one, by the NIC's name.
    public var neighbours: [String: LLDPNeighbour] {
        board.update { $0.neighbours }
    }

    /// Ends the thread.
    public func stop() {
        board.update { $0.isOver = true }
        waker.wake()
    }

    private func ask(_ request: Request) {
        board.update { $0.requests.append(request) }
        waker.wake()
    }

    private func run(stopsFirmwareAgents: Bool, _ onEvent: (LLDPEvent) -> Void) {
        let engine = LLDPEngine(stopsFirmwareAgents: stopsFirmwareAgents)
        while true {
            let (requests, isOver) = board.update { board in
                defer { board.requests = [] }
                return (board.requests, board.isOver)
            }
            if isOver { return }
            for request in requests {
                switch request {
                case .add(let interface): engine.add(interface)
                case .remove(let index): engine.remove(index)
                }
            }
            engine.receive()
            board.update { $0.neighbours = engine.neighbours }
            for event in engine.takeEvents() { onEvent(event) }
            // A flood of frames may not keep this thread busy: what comes within a moment is taken together.
            _ = Polling.readable([waker.descriptor], until: .now + .milliseconds(250))
            _ = Polling.readable([waker.descriptor] + engine.descriptors, until: engine.nextExpiry)
            waker.drain()
        }
    }
}
