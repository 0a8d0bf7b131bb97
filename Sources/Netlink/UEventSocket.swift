import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// Hears what the kernel says about devices: a netlink(7) socket of `NETLINK_KOBJECT_UEVENT`.
///
/// May be moved to another thread, and `descriptor` be polled, but only one thread may read at a time.
public final class UEventSocket {
    /// What a read brought.
    public enum Reception: Equatable, Sendable {
        /// A device's message.
        case event(UEvent)
        /// The socket overflowed and messages are lost: look through `/sys/devices` again.
        case overrun
        /// Nothing came in the time given.
        case nothing
    }

    /// Readable when a message waits.
    public let descriptor: Descriptor
    /// The kernel's messages have at most 2 KiB of variables and a path.
    private var buffer = [UInt8](repeating: 0, count: 16 << 10)

    /// Listens for the kernel's own messages.
    ///
    /// - Parameter bufferBytes: what the kernel may queue; thousands of devices announce themselves at once at boot.
    public init(bufferBytes: Int32 = 8 << 20) throws(SystemCallError) {
        descriptor = try Sockets.open(
            family: AF_NETLINK, type: SOCK_RAW, protocolNumber: NETLINK_KOBJECT_UEVENT, name: "uevents")
        // Beyond the system's limit needs root; a smaller buffer only overruns sooner.
        try? Sockets.setOption("SO_RCVBUFFORCE", SO_RCVBUFFORCE, level: SOL_SOCKET, to: bufferBytes, on: descriptor)
        let raw = descriptor.rawValue
        try systemCall("bind", "uevents") { martlet_netlink_bind(raw, 1) }
    }

    /// The next message.
    ///
    /// - Parameter timeout: how long to wait for one; `nil` for ever, zero not at all.
    public func next(timeout: Duration?) throws(SystemCallError) -> Reception {
        let clock = ContinuousClock()
        let deadline = timeout.map { clock.now + $0 }
        while true {
            do throws(SystemCallError) {
                var sender: UInt32 = 0
                let length = try systemCall("recvfrom", "uevents") {
                    martlet_netlink_receive(
                        descriptor.rawValue, &buffer, buffer.count, Int32(MSG_DONTWAIT), &sender)
                }
                // Only the kernel speaks from port 0; udev and others repeat its messages from ports of their own.
                guard sender == 0, length <= buffer.count, let event = UEvent(parsing: buffer[..<length]) else {
                    continue
                }
                return .event(event)
            } catch {
                switch error.errno {
                case .wouldBlock: break
                case .noBufferSpace: return .overrun
                default: throw error
                }
            }
            if let deadline, clock.now >= deadline { return .nothing }
            _ = Polling.readable([descriptor.rawValue], until: deadline)
        }
    }
}
