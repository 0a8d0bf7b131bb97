import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// Loads the drivers of devices that appear while the agent runs: disks behind a SCSI or USB bus, which the bus finds
/// some time after its own driver was loaded.
public enum HotPlug {
    /// The multicast group of the kernel's own events; udevd's stand in another.
    private static let kernelGroup: UInt32 = 1

    /// Listens for devices from now on, on a thread of its own, until the process ends.
    ///
    /// Start it before `coldPlug`, so that no device falls between the two.
    ///
    /// - Parameter report: told, on that thread, what an event made the loader try.
    /// - Throws: the error of opening the netlink socket, or of starting the thread.
    public static func start(
        _ loader: ModuleLoader, report: @escaping @Sendable ([ModuleLoad]) -> Void
    ) throws(SystemCallError) {
        let socket = try Sockets.open(
            family: AF_NETLINK, type: SOCK_DGRAM, protocolNumber: NETLINK_KOBJECT_UEVENT, name: "uevent socket")
        try systemCall("bind", socket.name) { martlet_netlink_bind(socket.rawValue, kernelGroup) }
        try NativeThread.start("hotplug") { listen(on: socket, loader, report) }
    }

    private static func listen(
        on socket: Descriptor, _ loader: ModuleLoader, _ report: ([ModuleLoad]) -> Void
    ) {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            var sender: UInt32 = 0
            let length = buffer.withUnsafeMutableBytes { bytes in
                martlet_netlink_receive(socket.rawValue, bytes.baseAddress, bytes.count, 0, &sender)
            }
            if length < 0 {
                // Events came faster than they were read and some are lost: look at all devices again.
                if errno == ENOBUFS {
                    tell(report, loader.coldPlug().loads)
                } else if errno != EINTR {
                    return
                }
                continue
            }
            // Only the kernel has port 0; a process could send events of its own making.
            guard sender == 0, let event = Uevent(Array(buffer.prefix(length))), event.action == "add",
                let modalias = event.properties["MODALIAS"]
            else { continue }
            tell(report, loader.handle(modalias: modalias))
        }
    }

    private static func tell(_ report: ([ModuleLoad]) -> Void, _ loads: [ModuleLoad]) {
        if !loads.isEmpty { report(loads) }
    }
}
