import Glibc

/// State shared between threads, together with the means to wait until it changes: pthread_mutex_lock(3),
/// pthread_cond_timedwait(3).
///
/// For threads made for the purpose, which may block; never wait on a thread of Swift's cooperative pool.
/// `@unchecked`: the state is touched only with the mutex held.
public final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    /// Guards a state.
    public init(_ state: State) {
        self.state = state
        mutex.initialize(to: pthread_mutex_t())
        changed.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        // The monotonic clock: network time may move the other one while somebody waits.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Reads or changes the state, and wakes all who wait.
    public func update<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)
        }
        return try body(&state)
    }

    /// Asks `body` at once and after every change of the state, until it returns something.
    ///
    /// - Parameter timeout: how long to wait in all; without it, for ever.
    /// - Returns: what `body` returned; `nil` when the time was over. What `body` changed wakes the others.
    public func wait<Result>(timeout: Duration? = nil, until body: (inout State) throws -> Result?) rethrows -> Result?
    {
        var deadline = timeout.map { monotonicTime(after: $0) }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = try body(&state) {
                pthread_cond_broadcast(changed)
                return result
            }
            let status =
                deadline == nil
                ? pthread_cond_wait(changed, mutex) : waitTimed(&deadline)
            if status == ETIMEDOUT { return try body(&state) }
        }
    }

    private func waitTimed(_ deadline: inout timespec?) -> Int32 {
        guard var time = deadline else { return ETIMEDOUT }
        return pthread_cond_timedwait(changed, mutex, &time)
    }
}

private func monotonicTime(after timeout: Duration) -> timespec {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let (seconds, attoseconds) = max(timeout, .zero).components
    let nanoseconds = time.tv_nsec + Int(attoseconds / 1_000_000_000)
    // A year stands for ever; it keeps the sum in range.
    time.tv_sec += Int(min(seconds, 31_536_000)) + nanoseconds / 1_000_000_000
    time.tv_nsec = nanoseconds % 1_000_000_000
    return time
}
