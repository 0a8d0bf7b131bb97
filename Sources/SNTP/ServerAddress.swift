import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// An address and port to send to, in the kernel's form.
struct ServerAddress: Hashable, Sendable {
    /// `struct sockaddr_in` or `struct sockaddr_in6`.
    let bytes: [UInt8]
    /// `AF_INET` or `AF_INET6`.
    let family: Int32
    /// The address in numbers.
    let text: String

    /// More than this many of one name are not asked: two of each protocol.
    static let mostPerFamily = 2

    /// Looks up a server's addresses: getaddrinfo(3), which may take as long as the resolver likes.
    ///
    /// - Parameter numericOnly: fails at once unless the server is given by address.
    /// - Throws: why there are none.
    static func lookUp(_ server: SNTPServer, numericOnly: Bool) throws(LookUpFailure) -> [ServerAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | (numericOnly ? AI_NUMERICHOST : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(server.host, String(server.port), &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard status == 0 else {
            let reason = status == EAI_SYSTEM ? "\(Errno(rawValue: errno))" : String(cString: gai_strerror(status))
            throw LookUpFailure(reason)
        }
        var addresses: [ServerAddress] = []
        for entry in sequence(first: list, next: { $0?.pointee.ai_next }) {
            guard let entry, let address = ServerAddress(entry.pointee), !addresses.contains(address),
                addresses.count(where: { $0.family == address.family }) < mostPerFamily
            else { continue }
            addresses.append(address)
        }
        guard !addresses.isEmpty else { throw LookUpFailure("it has no address") }
        return addresses
    }

    private init?(_ entry: addrinfo) {
        guard entry.ai_family == AF_INET || entry.ai_family == AF_INET6, let address = entry.ai_addr else { return nil }
        bytes = Array(UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen)))
        family = entry.ai_family
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(
            address, entry.ai_addrlen, &host, socklen_t(host.count), nil, 0, Int32(NI_NUMERICHOST))
        guard status == 0 else { return nil }
        text = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A name that could not be resolved.
struct LookUpFailure: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
