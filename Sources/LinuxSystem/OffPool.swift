/// Runs a blocking call on a thread of its own and waits for it without holding a thread of Swift's cooperative pool.
///
/// For calls that end by themselves; for one that may hang for ever in the kernel use `watched`, inside or instead.
///
/// - Parameter name: what ps(1) shows for the thread; 15 bytes of it count.
/// - Throws: what `body` throws, or `SystemCallError` when no thread can be made.
public func offPool<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try NativeThread.start(name) { continuation.resume(with: Result(catching: body)) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
