import LinuxSystem

/// A queue between threads that makes the giving side wait while it is full.
final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isFinished = false
        var isAborted = false
    }

    private let capacity: Int
    private let state = Monitor(State())

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an element, waiting for room.
    ///
    /// - Returns: `false` when the queue was aborted; the element is dropped.
    func push(_ element: Element) -> Bool {
        state.wait { state in
            if state.isAborted { return false }
            guard state.elements.count < capacity else { return nil }
            state.elements.append(element)
            return true
        } ?? false
    }

    /// Takes the oldest element, waiting for one.
    ///
    /// - Returns: `nil` when no more will come.
    func pop() -> Element? {
        let next: Element?? = state.wait { state in
            if state.isAborted { return .some(nil) }
            if !state.elements.isEmpty { return .some(state.elements.removeFirst()) }
            return state.isFinished ? .some(nil) : nil
        }
        return next ?? nil
    }

    /// No more elements will be added.
    func finish() {
        state.update { $0.isFinished = true }
    }

    /// Drops all elements and lets nobody wait any more.
    func abort() {
        state.update { state in
            state.isAborted = true
            state.elements = []
        }
    }
}
