import CLinux
import Foundation
import Glibc

/// A connected UNIX stream socket with blocking reads and writes: unix(7).
final class UnixSocket: Sendable {
    private let descriptor: Int32

    /// Connects to a listening socket that a program is about to make.
    ///
    /// - Throws: `LabFailure` when nothing listens within `limit`, or `owner` ends before.
    static func connect(_ path: String, owner: ChildProcess, within limit: Duration) async throws -> UnixSocket {
        try await eventually("\(owner.name)'s socket \(path)", within: limit) {
            if let ending = owner.ending {
                throw LabFailure("\(owner.name) ended at once (\(ending)): \(owner.output)")
            }
            return open(path)
        }
    }

    private static func open(_ path: String) -> UnixSocket? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { buffer -> Bool in
            guard path.utf8.count < buffer.count else { return false }
            buffer.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { return nil }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        return UnixSocket(descriptor)
    }

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// The next bytes, or `nil` when the other side is gone.
    func read() -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count > 0 { return Array(chunk[..<count]) }
            if count == 0 || errno != EINTR { return nil }
        }
    }

    /// Writes all bytes.
    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 { rest = rest.dropFirst(count) }
            if count < 0, errno != EINTR {
                throw LabFailure("cannot write to the machine: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Ends both directions, so that a blocked read returns.
    func hangUp() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
