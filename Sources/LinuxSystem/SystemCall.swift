import Glibc
import SystemPackage

/// Runs one system call, repeats it while a signal interrupts it, and turns -1 into a typed error.
///
/// - Parameters:
///   - name: the call as its manual page names it.
///   - subject: what it is asked of; evaluated only on failure.
///   - body: the call itself; returns -1 and sets `errno` on failure.
/// - Throws: `SystemCallError` with the call's `errno`.
@discardableResult
public func systemCall<Result: SignedInteger>(
    _ name: String, _ subject: @autoclosure () -> String = "", _ body: () -> Result
) throws(SystemCallError) -> Result {
    while true {
        let result = body()
        guard result == -1 else { return result }
        let reason = Errno(rawValue: Glibc.errno)
        if reason != .interrupted {
            throw SystemCallError(call: name, subject: subject(), errno: reason)
        }
    }
}
