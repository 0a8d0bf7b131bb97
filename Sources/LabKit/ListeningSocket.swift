import CLinux
import Foundation
import Glibc

/// TCP sockets that are bound and not listening yet, in a network namespace if need be.
enum ListeningSocket {
    /// Binds to a free port: of 127.0.0.1, or of all addresses of a namespace.
    ///
    /// - Throws: `LabFailure` when the namespace cannot be entered or no port is free.
    static func open(in namespace: String?) async throws -> Int32 {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own, which is gone with the namespace it entered.
            let thread = Thread { continuation.resume(with: Result { try bound(in: namespace) }) }
            thread.name = "bind"
            thread.start()
        }
    }

    private static func bound(in namespace: String?) throws -> Int32 {
        // Threads that the runtime makes after this must not be born in the namespace.
        let home = Glibc.open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        defer {
            _ = martlet_enter_network(home)
            close(home)
        }
        if let namespace {
            let descriptor = Glibc.open("/run/netns/\(namespace)", O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            guard descriptor >= 0, martlet_enter_network(descriptor) == 0 else { throw failure("enter \(namespace)") }
        }
        let family = namespace == nil ? AF_INET : AF_INET6
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("socket") }
        // `::` stands for all addresses of both protocols.
        let result =
            namespace == nil
            ? martlet_ipv4_bind(descriptor, 0x7f00_0001, 0)
            : martlet_ipv6_bind(descriptor, [UInt8](repeating: 0, count: 16), 0, 0)
        guard result == 0 else {
            close(descriptor)
            throw failure("bind")
        }
        return descriptor
    }

    private static func failure(_ what: String) -> LabFailure {
        LabFailure("\(what): \(String(cString: strerror(errno)))")
    }
}
