import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// What came of a try to reach a server by TCP.
public enum Reachability: Equatable, Sendable, CustomStringConvertible {
    /// It took the connection.
    case reached
    /// The host answered that nothing listens there.
    case refused
    /// The name has no address; says what the resolver says.
    case noAddress(String)
    /// The kernel or a router says that there is no way.
    case noRoute(String)
    /// Nothing answered in this time.
    case silent(Duration)
    /// The try itself failed.
    case failed(String)

    /// One clause.
    public var description: String {
        switch self {
        case .reached: "answers"
        case .refused: "the host answers but nothing listens on that port"
        case .noAddress(let why): "its name cannot be resolved: \(why)"
        case .noRoute(let why): "there is no route to it: \(why)"
        case .silent(let time): "nothing answered in \(time.secondsText)"
        case .failed(let why): why
        }
    }

    /// Whether packets go there and back.
    public var isThere: Bool { self == .reached || self == .refused }

    /// Tries to connect, on a thread of its own.
    ///
    /// - Parameters:
    ///   - interface: the link that packets must leave by; `nil` for what the routes say.
    ///   - timeout: for each address of the host; the name servers have `resolverLimit` before that.
    public static func probe(
        host: String, port: UInt16, over interface: String? = nil, timeout: Duration = .seconds(3)
    ) async -> Reachability {
        let name = "\(host) port \(port)"
        let result = try? await offPool("reach \(host)") { () -> Reachability in
            guard let addresses = try? watched("resolve", device: name, timeout: resolverLimit, { resolve(host, port) })
            else { return .noAddress("the name servers have not answered in \(resolverLimit.secondsText)") }
            guard case .success(let targets) = addresses else { return addresses.failure ?? .failed("no address") }
            var worst = Reachability.noAddress("no address is known")
            for target in targets {
                worst = connect(target, over: interface, timeout: timeout)
                if worst.isThere { return worst }
            }
            return worst
        }
        return result ?? .failed("no thread could be made")
    }

    /// Longer than the C library asks three servers twice, for two seconds each: `RES_OPTIONS` of the agent.
    private static let resolverLimit: Duration = .seconds(13)
    /// Hosts with more addresses than this are not controllers.
    private static let mostAddresses = 4

    private static func resolve(_ host: String, _ port: UInt16) -> Resolution {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { return .failure(.noAddress(String(cString: gai_strerror(code)))) }
        defer { freeaddrinfo(list) }
        var targets: [Target] = []
        var next = list
        while targets.count < mostAddresses, let entry = next?.pointee {
            next = entry.ai_next
            guard let address = entry.ai_addr else { continue }
            let bytes = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
            targets.append(Target(family: entry.ai_family, address: Array(bytes)))
        }
        return .success(targets)
    }

    private static func connect(_ target: Target, over interface: String?, timeout: Duration) -> Reachability {
        do throws(SystemCallError) {
            let socket = try Sockets.open(
                family: target.family, type: SOCK_STREAM, protocolNumber: 0, name: "a connection")
            if let interface { try Sockets.bind(socket, toInterface: interface) }
            try Channels.setNonBlocking(socket)
            if martlet_connect(socket.rawValue, target.address, target.address.count) == 0 { return .reached }
            guard errno == EINPROGRESS else { return outcome(of: errno, timeout) }
            guard Polling.writable(socket.rawValue, within: timeout) else { return .silent(timeout) }
            return outcome(of: try Sockets.pendingError(of: socket), timeout)
        } catch {
            return outcome(of: error.errno.rawValue, timeout)
        }
    }

    private static func outcome(of code: Int32, _ timeout: Duration) -> Reachability {
        switch code {
        case 0: .reached
        case ECONNREFUSED: .refused
        case ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, EHOSTDOWN, ENETDOWN: .noRoute("\(Errno(rawValue: code))")
        case ETIMEDOUT: .silent(timeout)
        default: .failed("\(Errno(rawValue: code))")
        }
    }
}

/// An address to connect to, in the kernel's form.
private struct Target: Sendable {
    let family: Int32
    let address: [UInt8]
}

/// What the resolver said.
private enum Resolution: Sendable {
    case success([Target])
    case failure(Reachability)

    var failure: Reachability? {
        if case .failure(let why) = self { why } else { nil }
    }
}
