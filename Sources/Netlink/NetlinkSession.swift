import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// A conversation with rtnetlink(7): one request at a time, its answers matched by sequence number and port id.
///
/// Not for use by two threads at once. A request runs inside the kernel while it is sent, behind one lock for all
/// network devices: a driver that takes seconds to start its device holds up every caller for as long.
public final class NetlinkSession {
    /// How often a list that changed while it was read is read again.
    private static let dumpAttempts = 8

    private let socket: Descriptor
    private let port: UInt32
    private let timeout: Duration
    private var sequence: UInt32 = 0
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// Opens the conversation in the calling thread's network namespace.
    ///
    /// - Parameter timeout: how long to wait for each answer.
    /// - Throws: `NetlinkError.socket`.
    public init(timeout: Duration = .seconds(5)) throws(NetlinkError) {
        self.timeout = timeout
        do throws(SystemCallError) {
            socket = try Sockets.open(
                family: AF_NETLINK, type: SOCK_RAW, protocolNumber: NETLINK_ROUTE, name: "rtnetlink")
            let raw = socket.rawValue
            for (name, option) in [
                ("NETLINK_EXT_ACK", NETLINK_EXT_ACK), ("NETLINK_CAP_ACK", NETLINK_CAP_ACK),
                // With strict checks the kernel honours filters in a request for a list, and refuses unknown ones.
                ("NETLINK_GET_STRICT_CHK", NETLINK_GET_STRICT_CHK),
            ] {
                try Sockets.setOption(name, option, level: SOL_NETLINK, to: 1, on: socket)
            }
            try systemCall("bind", "rtnetlink") { martlet_netlink_bind(raw, 0) }
            var port: UInt32 = 0
            try systemCall("getsockname", "rtnetlink") { martlet_netlink_port(raw, &port) }
            self.port = port
        } catch {
            throw NetlinkError.socket(asked: "open rtnetlink", error)
        }
    }

    /// Sends a request and waits until the kernel says that it was done.
    ///
    /// - Parameter asked: the request in words, such as `set link eth0 up`, for errors.
    public func perform(_ request: NetlinkMessageBuilder, asked: String) throws(NetlinkError) {
        _ = try exchange(request, flags: NLM_F_ACK, asked: asked)
    }

    /// Sends a request for a list and collects it whole; begins again when it changed meanwhile.
    public func dump(_ request: NetlinkMessageBuilder, asked: String) throws(NetlinkError) -> [NetlinkMessage] {
        for _ in 0..<Self.dumpAttempts {
            let exchange = try exchange(request, flags: NLM_F_ROOT | NLM_F_MATCH, asked: asked)
            if !exchange.wasInterrupted { return exchange.answers }
        }
        throw NetlinkError.keepsChanging(asked: asked, attempts: Self.dumpAttempts)
    }

    private func exchange(
        _ request: NetlinkMessageBuilder, flags: Int32, asked: String
    ) throws(NetlinkError) -> NetlinkExchange {
        sequence &+= 1
        var exchange = NetlinkExchange(sequence: sequence, port: port)
        let bytes = request.bytes(sequence: sequence, port: port, addingFlags: flags)
        do throws(SystemCallError) {
            try systemCall("sendto", "rtnetlink") { martlet_netlink_send(socket.rawValue, bytes, bytes.count) }
        } catch {
            throw .socket(asked: asked, error)
        }
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while exchange.outcome == nil {
            guard clock.now < deadline else { throw .noAnswer(asked: asked, after: timeout) }
            guard Polling.readable([socket.rawValue], until: deadline).contains(true) else { continue }
            let (datagram, sender) = try receive(asked: asked)
            do throws(MalformedNetlinkMessage) {
                try exchange.receive(datagram, from: sender)
            } catch {
                throw .malformed(asked: asked, error)
            }
        }
        if case .refused(let errno, let reason) = exchange.outcome {
            throw .refused(asked: asked, errno: errno, reason: reason)
        }
        return exchange
    }

    private func receive(asked: String) throws(NetlinkError) -> (ArraySlice<UInt8>, sender: UInt32) {
        var sender: UInt32 = 0
        let length: Int
        do throws(SystemCallError) {
            length = try systemCall("recvfrom", "rtnetlink") {
                martlet_netlink_receive(socket.rawValue, &buffer, buffer.count, 0, &sender)
            }
        } catch {
            throw .socket(asked: asked, error)
        }
        guard length <= buffer.count else {
            throw .malformed(asked: asked, MalformedNetlinkMessage("a datagram of \(length) bytes is too long"))
        }
        return (buffer[..<length], sender)
    }
}
