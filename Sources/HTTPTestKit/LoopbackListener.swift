import Glibc
import LinuxSystem

/// Takes connections on a free TCP port of 127.0.0.1, each on a thread of its own, until it goes out of use.
public final class LoopbackListener: Sendable {
    /// The port.
    public let port: Int
    private let listener: Descriptor

    /// What stands before a path in a URL.
    public var origin: String { "http://127.0.0.1:\(port)" }

    /// Starts it.
    ///
    /// - Parameter serve: called with each connection, which is closed once nobody holds it.
    /// - Throws: `SystemCallError`.
    public init(_ serve: @escaping @Sendable (Descriptor) -> Void) throws {
        let raw = try systemCall("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        let listener = Descriptor(owning: raw, name: "server")
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                try systemCall("bind") { bind(raw, generic, length) }
                try systemCall("listen") { listen(raw, 16) }
                try systemCall("getsockname") { getsockname(raw, generic, &length) }
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.listener = listener
        try NativeThread.start("server") {
            // The thread holds the listener until deinit shuts it down.
            while true {
                let accepted = accept(listener.rawValue, nil, nil)
                guard accepted >= 0 else { return }
                let connection = Descriptor(owning: accepted, name: "connection")
                try? NativeThread.start("connection") { serve(connection) }
            }
        }
    }

    deinit {
        shutdown(listener.rawValue, Int32(SHUT_RDWR))
    }
}
