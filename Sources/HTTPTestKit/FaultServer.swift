import Glibc
import LinuxSystem

/// A server on the loopback interface that answers each connection as a test says, byte by byte.
public final class FaultServer: Sendable {
    /// What to do with a connection, in order.
    public enum Action: Sendable {
        /// These bytes.
        case send([UInt8])
        /// Nothing for so many milliseconds.
        case pause(Int)
        /// Closes so that the client sees a reset instead of an end.
        case reset
    }

    /// One request as it came.
    public struct Request: Sendable {
        /// Path and query.
        public let path: String
        /// Header fields, their names in lower case.
        public let fields: [String: String]
    }

    /// The TCP port on 127.0.0.1.
    public var port: Int { listener.port }
    private let listener: LoopbackListener
    private let recorded = Monitor<[Request]>([])

    /// What stands before a path in a URL.
    public var origin: String { listener.origin }
    /// The requests that came, in order.
    public var requests: [Request] { recorded.update { $0 } }

    /// Starts it.
    ///
    /// - Parameter answer: what to do for the request with a number, counted from 0.
    /// - Throws: `SystemCallError`.
    public init(_ answer: @escaping @Sendable (Int, Request) -> [Action]) throws {
        listener = try LoopbackListener { [recorded] in Self.serve($0, recorded, answer) }
    }

    private static func serve(
        _ connection: Descriptor, _ recorded: Monitor<[Request]>, _ answer: (Int, Request) -> [Action]
    ) {
        guard let request = readRequest(connection) else { return }
        let number = recorded.update { requests in
            requests.append(request)
            return requests.count - 1
        }
        for action in answer(number, request) {
            switch action {
            case .send(let bytes):
                var sent = 0
                while sent < bytes.count {
                    let count = bytes[sent...].withUnsafeBytes {
                        send(connection.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    guard count > 0 else { return }
                    sent += count
                }
            case .pause(let milliseconds): usleep(UInt32(milliseconds) * 1000)
            case .reset:
                var option = linger(l_onoff: 1, l_linger: 0)
                setsockopt(
                    connection.rawValue, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
                return
            }
        }
    }

    private static func readRequest(_ connection: Descriptor) -> Request? {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
            guard let more = try? connection.readSome(), !more.isEmpty, bytes.count < 1 << 16 else { return nil }
            bytes += more
            // A TLS handshake: who tries one is to see at once that it is not spoken here.
            if bytes.first == 0x16 { return nil }
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        guard let first = lines.first?.split(separator: " "), first.count == 3 else { return nil }
        let fields = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        return Request(path: String(first[1]), fields: Dictionary(fields) { $1 })
    }
}

extension Descriptor {
    fileprivate func readSome() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = try buffer.withUnsafeMutableBytes { try read(into: $0) }
        return Array(buffer[..<count])
    }
}

/// The head of an answer.
public func head(_ status: String, _ fields: String...) -> FaultServer.Action {
    .send(Array((["HTTP/1.1 \(status)", "Connection: close"] + fields + ["", ""]).joined(separator: "\r\n").utf8))
}

/// A whole answer with a body.
public func whole(_ body: [UInt8], _ fields: String...) -> [FaultServer.Action] {
    let lines = ["HTTP/1.1 200 OK", "Connection: close", "Content-Length: \(body.count)"] + fields + ["", ""]
    return [.send(Array(lines.joined(separator: "\r\n").utf8)), .send(body)]
}
