/// Runs a call that may block for ever on a thread of its own, and gives up waiting at a deadline.
///
/// A read from a dying disk, `finit_module`, mount and sync can hang in the kernel where no signal reaches them. The
/// thread of a call that never returns is left behind with all that its closure holds; its late result is dropped.
/// This blocks the thread that calls it: from asynchronous code, call it inside `offPool`.
///
/// - Parameters:
///   - name: the call, such as `probe` or `finit_module`.
///   - device: what it is asked of, such as `/dev/sda` or a module's name.
///   - timeout: how long to wait.
///   - body: the call. It must not touch what only the calling thread may use.
/// - Returns: what the call returned.
/// - Throws: `StuckCallError` at the deadline, `SystemCallError` when no thread can be made, else what the call threw.
public func watched<Value: Sendable>(
    _ name: String, device: String, timeout: Duration, _ body: @escaping @Sendable () throws -> Value
) throws -> Value {
    let call = Monitor(WatchedCall(body: body))
    try NativeThread.start(name) {
        let outcome = outcome(of: call)
        call.update { $0.outcome = outcome }
    }
    guard let outcome = call.wait(timeout: timeout, until: { $0.outcome }) else {
        throw StuckCallError(call: name, device: device, waited: timeout)
    }
    return try outcome.get()
}

/// Lets go of the closure before the caller hears of the result: a descriptor that it holds would otherwise stay open for
/// a moment longer, and with it an exclusive hold on a disk.
@inline(never)
private func outcome<Value>(of call: Monitor<WatchedCall<Value>>) -> Result<Value, any Error>? {
    guard let body = call.update({ $0.body.take() }) else { return nil }
    return Result { try body() }
}

private struct WatchedCall<Value: Sendable> {
    var body: (@Sendable () throws -> Value)?
    var outcome: Result<Value, any Error>?
}

/// A call that did not return in time. It may still be running.
public struct StuckCallError: Error, Equatable, CustomStringConvertible {
    /// The call, such as `probe`.
    public let call: String
    /// What it was asked of, such as `/dev/sda`.
    public let device: String
    /// How long it was waited for.
    public let waited: Duration

    /// An error for a call that has not returned after `waited`.
    public init(call: String, device: String, waited: Duration) {
        self.call = call
        self.device = device
        self.waited = waited
    }

    /// One sentence without a final full stop, such as `probe on /dev/sda has not returned after 10 s`.
    public var description: String {
        let (seconds, attoseconds) = waited.components
        let tenths = attoseconds / 100_000_000_000_000_000
        return "\(call) on \(device) has not returned after \(seconds)\(tenths == 0 ? "" : ".\(tenths)") s"
    }
}
