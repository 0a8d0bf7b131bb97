import CLinux
import Glibc

/// Pairs of connected descriptors: pipe2(2), socketpair(2).
public enum Channels {
    /// A pipe: what is written to `writer` is read from `reader`. Both close on exec.
    public static func pipe() throws(SystemCallError) -> (reader: Descriptor, writer: Descriptor) {
        var ends: [Int32] = [-1, -1]
        try systemCall("pipe2") { martlet_pipe(&ends) }
        return (Descriptor(owning: ends[0], name: "pipe"), Descriptor(owning: ends[1], name: "pipe"))
    }

    /// Two connected stream sockets, each of which reads what the other writes. Both close on exec.
    public static func socketPair() throws(SystemCallError) -> (Descriptor, Descriptor) {
        var ends: [Int32] = [-1, -1]
        try systemCall("socketpair") { martlet_socketpair(&ends) }
        return (Descriptor(owning: ends[0], name: "socket"), Descriptor(owning: ends[1], name: "socket"))
    }

    /// Makes reads and writes return at once: fcntl(2) `O_NONBLOCK`.
    public static func setNonBlocking(_ descriptor: Descriptor) throws(SystemCallError) {
        try systemCall("fcntl", descriptor.name) { martlet_set_nonblocking(descriptor.rawValue) }
    }
}
