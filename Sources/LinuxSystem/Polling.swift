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
}
