/// Waits until a value is there, looking every 25 ms: short against a boot, and next to no load.
///
/// - Parameter what: completes the sentence "… did not come within …".
/// - Throws: `LabFailure` when `limit` has passed, or what `value` throws.
@discardableResult
public func eventually<Value>(
    _ what: @autoclosure () -> String, within limit: Duration, _ value: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let found = try await value() { return found }
        if ContinuousClock.now >= deadline {
            throw LabFailure("\(what()) did not come within \(limit)")
        }
        try await Task.sleep(for: .milliseconds(25))
    }
}
