import CLinux
import Glibc
import SystemPackage

/// The private flags of a network interface's driver: what `ethtool --show-priv-flags` lists (ethtool(8)).
///
/// Which flags there are, and what they do, is the driver's own affair; most drivers have none.
public struct DriverFlags: Equatable, Sendable {
    /// The flags' names, from the least significant bit up; a bit without a name has an empty one.
    public let names: [String]
    /// The bits.
    public private(set) var bits: UInt32

    init(names: [String], bits: UInt32) {
        self.names = names
        self.bits = bits
    }

    /// Whether a flag is on; `nil` when the driver has none of that name. Setting one that is not there does nothing.
    public subscript(name: String) -> Bool? {
        get { mask(of: name).map { bits & $0 != 0 } }
        set {
            guard let newValue, let mask = mask(of: name) else { return }
            bits = newValue ? bits | mask : bits & ~mask
        }
    }

    private func mask(of name: String) -> UInt32? {
        names.prefix(UInt32.bitWidth).firstIndex(of: name).map { 1 << UInt32($0) }
    }

    /// Asks the driver: `ETHTOOL_GSSET_INFO`, `ETHTOOL_GSTRINGS`, `ETHTOOL_GPFLAGS`.
    ///
    /// - Parameter interface: its name in the calling thread's network namespace.
    /// - Returns: no flags where the driver has none.
    /// - Throws: the error of the ioctl: `ENODEV` when there is no such interface.
    public static func read(of interface: String) throws(SystemCallError) -> DriverFlags {
        try read { command throws(SystemCallError) in try Self.perform(command, on: interface) }
    }

    /// Makes the driver's flags these: `ETHTOOL_SPFLAGS`, which needs `CAP_NET_ADMIN`. Some drivers reset the card to
    /// bring a flag into force, and the link with it.
    ///
    /// - Throws: the error of the ioctl: `EOPNOTSUPP` where the driver refuses the change.
    public func write(to interface: String) throws(SystemCallError) {
        _ = try Self.perform(EthtoolCommand.setFlags(bits), on: interface)
    }

    /// The same with any means to hand a command to the driver.
    static func read(
        _ perform: ([UInt8]) throws(SystemCallError) -> [UInt8]
    ) throws(SystemCallError) -> DriverFlags {
        let count = EthtoolCommand.flagCount(in: try perform(EthtoolCommand.countFlags))
        guard count > 0 else { return DriverFlags(names: [], bits: 0) }
        let names = EthtoolCommand.names(in: try perform(EthtoolCommand.nameFlags(count: count)))
        return DriverFlags(names: names, bits: EthtoolCommand.flags(in: try perform(EthtoolCommand.getFlags)))
    }

    private static func perform(_ command: [UInt8], on interface: String) throws(SystemCallError) -> [UInt8] {
        let socket = try Sockets.open(family: AF_INET, type: SOCK_DGRAM, protocolNumber: 0, name: interface)
        var buffer = command
        try systemCall("ioctl(SIOCETHTOOL)", interface) {
            buffer.withUnsafeMutableBytes { martlet_ethtool(socket.rawValue, interface, $0.baseAddress) }
        }
        return buffer
    }
}
