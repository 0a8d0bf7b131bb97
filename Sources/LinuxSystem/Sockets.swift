import CLinux
import Glibc

/// Sockets as owned descriptors: socket(2), setsockopt(2).
public enum Sockets {
    /// Opens a socket, always with `SOCK_CLOEXEC`.
    ///
    /// - Parameters:
    ///   - family: `AF_NETLINK`, `AF_PACKET`, …
    ///   - type: `SOCK_RAW`, `SOCK_DGRAM`, …
    ///   - protocolNumber: in the byte order that the family's manual page asks for.
    ///   - name: what the socket is for, in errors.
    public static func open(
        family: Int32, type: __socket_type, protocolNumber: Int32, name: String
    ) throws(SystemCallError) -> Descriptor {
        let raw = try systemCall("socket", name) {
            socket(family, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), protocolNumber)
        }
        return Descriptor(owning: raw, name: name)
    }

    /// Sets an integer option; `name` is the option as its manual page names it.
    public static func setOption(
        _ name: String, _ option: Int32, level: Int32, to value: Int32, on socket: Descriptor
    ) throws(SystemCallError) {
        var value = value
        try systemCall("setsockopt(\(name))", socket.name) {
            setsockopt(socket.rawValue, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    /// Confines a socket to one interface: `SO_BINDTODEVICE` of socket(7).
    public static func bind(_ socket: Descriptor, toInterface interface: String) throws(SystemCallError) {
        try systemCall("setsockopt(SO_BINDTODEVICE)", interface) {
            setsockopt(socket.rawValue, SOL_SOCKET, SO_BINDTODEVICE, interface, socklen_t(interface.utf8.count))
        }
    }

    /// Lets only those packets in for which the classic BPF program returns other than 0: `SO_ATTACH_FILTER`.
    public static func attachFilter(_ program: [sock_filter], to socket: Descriptor) throws(SystemCallError) {
        try systemCall("setsockopt(SO_ATTACH_FILTER)", socket.name) {
            martlet_attach_filter(socket.rawValue, program, UInt16(clamping: program.count))
        }
    }

    /// The error that came of a connection in progress, as a number of errno(3); 0 when it stands: `SO_ERROR`.
    public static func pendingError(of socket: Descriptor) throws(SystemCallError) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        try systemCall("getsockopt(SO_ERROR)", socket.name) {
            getsockopt(socket.rawValue, SOL_SOCKET, SO_ERROR, &value, &length)
        }
        return value
    }
}
