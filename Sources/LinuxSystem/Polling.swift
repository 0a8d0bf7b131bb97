import Glibc

/// Waiting for descriptors: poll(2).
public enum Polling {
    /// Waits until one of the descriptors can be read, was hung up, or time is over.
    ///
    /// - Parameter timeout: milliseconds; negative waits for ever.
    /// - Returns: for each descriptor whether it has something to read (or an end to be seen).
    public static func readable(_ descriptors: [Int32], timeout: Int32) -> [Bool] {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let ready = poll(&entries, nfds_t(entries.count), timeout)
        guard ready > 0 else { return descriptors.map { _ in false } }
        return entries.map { $0.revents != 0 }
    }

    /// Waits until a descriptor can be written to, was hung up or failed, or time is over: for a connection, until it
    /// stands or has failed.
    ///
    /// - Returns: whether something came of it in time.
    public static func writable(_ descriptor: Int32, within timeout: Duration) -> Bool {
        let deadline = ContinuousClock.now + timeout
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let left = max(ContinuousClock.now.duration(to: deadline), .zero)
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            let ready = poll(&entry, 1, Int32(clamping: milliseconds))
            if ready > 0 { return true }
            if ready == 0 || errno != EINTR { return false }
        }
    }
}
