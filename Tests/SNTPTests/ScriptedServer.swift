import CLinux
import Glibc
import LinuxSystem

@testable import SNTP

/// A time server on loopback that answers as a test has it, until it is let go of.
final class ScriptedServer: Sendable {
    let port: UInt16
    private let waker: Waker

    /// - Parameter answer: from the question's packet the datagrams to send.
    init(_ answer: @escaping @Sendable (SNTPPacket) -> [[UInt8]]) throws {
        let socket = try Sockets.open(family: AF_INET, type: SOCK_DGRAM, protocolNumber: 0, name: "scripted server")
        try systemCall("bind") { martlet_ipv4_bind(socket.rawValue, 0x7f00_0001, 0) }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try systemCall("getsockname") {
            withUnsafeMutableBytes(of: &address) { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { getsockname(socket.rawValue, $0.baseAddress, &length) }
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        waker = try Waker()
        let waker = waker
        try NativeThread.start("scripted server") {
            while Polling.readable([socket.rawValue, waker.descriptor], timeout: 30_000) == [true, false] {
                Self.reply(on: socket, answer)
            }
        }
    }

    deinit {
        waker.wake()
    }

    /// The server as a client is told of it.
    var server: SNTPServer { SNTPServer(host: "127.0.0.1", port: port) }

    private static func reply(on socket: Descriptor, _ answer: (SNTPPacket) -> [[UInt8]]) {
        var buffer = [UInt8](repeating: 0, count: 512)
        var from = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutableBytes(of: &from) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { address in
                let count = recvfrom(socket.rawValue, &buffer, buffer.count, 0, address.baseAddress, &length)
                guard let question = try? SNTPPacket(parsing: buffer.prefix(max(count, 0))) else { return }
                for datagram in answer(question) {
                    sendto(socket.rawValue, datagram, datagram.count, 0, address.baseAddress, length)
                }
            }
        }
    }
}

extension SNTPPacket {
    /// A good answer to this question by a clock that is wrong by so much.
    func answer(wrongBy offset: Duration = .zero) -> SNTPPacket {
        var packet = SNTPPacket(mode: Self.serverMode)
        packet.stratum = 2
        packet.origin = transmit
        packet.receive = NTPTimestamp(SystemClock.now + offset)
        packet.transmit = packet.receive
        return packet
    }
}
