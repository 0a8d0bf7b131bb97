import Glibc
import HTTPTestKit
import LinuxSystem

/// A server on the loopback interface that takes uploads, and answers or breaks off as a test says.
final class UploadServer: Sendable {
    /// A request as it came.
    struct Upload: Sendable {
        let method: String
        let path: String
        let fields: [String: String]
        /// The body, put together from its chunks; as far as it came.
        var body: [UInt8] = []
        var isWhole = false
    }

    /// What to do with a request.
    enum Conduct: Sendable {
        /// Reads all, then answers.
        case answer(String, text: String = "")
        /// Answers when so many bytes of the body came, and reads no further.
        case refuseAfter(Int, String, text: String)
        /// Closes when so many bytes came.
        case breakOffAfter(Int)
        /// Reads no more when so many bytes came.
        case stallAfter(Int)
    }

    var port: Int { listener.port }
    private let listener: LoopbackListener
    private let recorded = Monitor<[Upload]>([])

    var origin: String { listener.origin }
    var uploads: [Upload] { recorded.update { $0 } }

    /// - Parameter conduct: for the request with a number, counted from 0.
    init(_ conduct: @escaping @Sendable (Int, Upload) -> Conduct) throws {
        listener = try LoopbackListener { [recorded] in Self.serve($0, recorded, conduct) }
    }

    private static func serve(
        _ connection: Descriptor, _ recorded: Monitor<[Upload]>, _ conduct: (Int, Upload) -> Conduct
    ) {
        let reader = LineReader(connection)
        guard let first = reader.line()?.split(separator: " "), first.count == 3 else { return }
        var fields: [String: String] = [:]
        while let line = reader.line(), !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        var upload = Upload(method: String(first[0]), path: String(first[1]), fields: fields)
        let number = recorded.update { uploads in
            uploads.append(upload)
            return uploads.count - 1
        }
        let conduct = conduct(number, upload)
        let limit: Int? =
            switch conduct {
            case .answer: nil
            case .refuseAfter(let count, _, _), .breakOffAfter(let count), .stallAfter(let count): count
            }
        while limit.map({ upload.body.count < $0 }) ?? true {
            guard let size = reader.line().flatMap({ Int($0, radix: 16) }) else { return }
            guard size > 0 else {
                upload.isWhole = reader.line() == ""
                break
            }
            guard let bytes = reader.bytes(size), reader.line() == "" else { return }
            upload.body += bytes
        }
        recorded.update { [upload] in $0[number] = upload }
        switch conduct {
        case .answer(let status, let text), .refuseAfter(_, let status, let text):
            let head = "HTTP/1.1 \(status)\r\nConnection: close\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
            Array(head.utf8).withUnsafeBytes {
                _ = send(connection.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            shutdown(connection.rawValue, Int32(SHUT_WR))
            if case .refuseAfter = conduct { sleep(1) }
        case .breakOffAfter: break
        case .stallAfter: sleep(3)
        }
    }
}

/// Reads lines and runs of bytes from a socket.
private final class LineReader {
    private let connection: Descriptor
    private var buffer: [UInt8] = []
    private var position = 0

    init(_ connection: Descriptor) {
        self.connection = connection
    }

    /// A line without its end.
    func line() -> String? {
        while true {
            if let end = buffer[position...].firstIndex(of: 10) {
                defer { position = end + 1 }
                return String(decoding: buffer[position..<max(end - 1, position)], as: UTF8.self)
            }
            guard fill() else { return nil }
        }
    }

    func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        while buffer.count - position < count {
            guard fill() else { return nil }
        }
        defer { position += count }
        return buffer[position..<position + count]
    }

    private func fill() -> Bool {
        buffer.removeFirst(position)
        position = 0
        var more = [UInt8](repeating: 0, count: 256 << 10)
        let count = (try? more.withUnsafeMutableBytes { try connection.read(into: $0) }) ?? 0
        buffer += more[..<count]
        return count > 0
    }
}
