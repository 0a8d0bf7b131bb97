import CLinux
import Glibc
import SystemPackage

/// A thread of the operating system for work that may block in the kernel: pthread_create(3).
///
/// Swift's cooperative pool has as many threads as the machine has cores; a blocking call on one of them stalls
/// everything else.
public enum NativeThread {
    /// Runs `body` on a new detached thread. `name` is what ps(1) shows; 15 bytes of it count.
    ///
    /// - Throws: `EAGAIN` when the system has no room for one more thread.
    public static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 1 << 20)
        let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
                martlet_name_thread(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard result == 0 else {
            start.release()
            throw SystemCallError(call: "pthread_create", subject: name, errno: Errno(rawValue: result))
        }
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
