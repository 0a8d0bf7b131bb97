import LinuxSystem

/// Runs work that blocks on a thread of its own, so that an async caller may wait for it.
///
/// - Parameters:
///   - cancel: makes the work end soon; called when the caller's task is cancelled.
func blockingWork<Value: Sendable>(
    _ name: String, cancel: @escaping @Sendable () -> Void, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withTaskCancellationHandler {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            do {
                try NativeThread.start(name) { continuation.resume(with: Result { try body() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    } onCancel: {
        cancel()
    }
}
