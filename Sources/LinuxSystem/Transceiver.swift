import CLinux
import Glibc
import SystemPackage

/// What the optical module in a network card's cage says of its light.
///
/// Sources: SFF-8472 for SFP modules, SFF-8636 for QSFP modules, which SFF-8436 agrees with in the bytes read here.
public struct Transceiver: Equatable, Sendable {
    /// The module's form.
    public enum Form: String, Sendable {
        /// One lane.
        case sfp = "SFP"
        /// Four lanes.
        case qsfp = "QSFP"
    }

    /// Its form.
    public let form: Form
    /// Whether light comes in, on every lane that has a light of its own; `nil` when the module does not measure it, as
    /// copper does not.
    public let receives: Bool?
    /// Whether light goes out; `nil` when the module does not measure it.
    public let sends: Bool?

    /// Below this a receiver hears nothing: one microwatt, or -30 dBm, in the unit of the standards, a tenth of that.
    private static let dark: UInt16 = 10
    /// The memory that is read at most, in bytes: both pages of an SFP module.
    private static let mostBytes: UInt32 = 512

    /// Asks the driver, which asks the module: this takes from milliseconds to seconds.
    ///
    /// - Parameter interface: its name in the calling thread's network namespace.
    /// - Returns: `nil` for a module of another kind.
    /// - Throws: the error of the ioctl: `EOPNOTSUPP` of a driver that knows no modules; without a module, whatever the
    ///   driver thinks of, such as `EIO`, `ENODEV` or `EINVAL`.
    public static func read(of interface: String) throws(SystemCallError) -> Transceiver? {
        let socket = try Sockets.open(family: AF_INET, type: SOCK_DGRAM, protocolNumber: 0, name: interface)
        return try read { command throws(SystemCallError) in
            var buffer = command
            try systemCall("ioctl(SIOCETHTOOL)", interface) {
                buffer.withUnsafeMutableBytes { martlet_ethtool(socket.rawValue, interface, $0.baseAddress) }
            }
            return buffer
        }
    }

    /// The same with any means to hand a command to the driver.
    static func read(
        _ perform: ([UInt8]) throws(SystemCallError) -> [UInt8]
    ) throws(SystemCallError) -> Transceiver? {
        let (layout, length) = TransceiverCommand.information(in: try perform(TransceiverCommand.information))
        let memory = try perform(TransceiverCommand.memory(length: min(length, mostBytes)))
        return Transceiver(layout: layout, memory: TransceiverCommand.memory(in: memory))
    }

    /// Reads a module's memory.
    ///
    /// - Parameter layout: `ETH_MODULE_SFF_*`.
    init?(layout: UInt32, memory: [UInt8]) {
        switch Int32(bitPattern: layout) {
        case ETH_MODULE_SFF_8079: self.init(form: .sfp, receives: nil, sends: nil)
        case ETH_MODULE_SFF_8472: self.init(sfp: memory)
        case ETH_MODULE_SFF_8436, ETH_MODULE_SFF_8636: self.init(qsfp: memory)
        default: return nil
        }
    }

    private init(form: Form, receives: Bool?, sends: Bool?) {
        self.form = form
        self.receives = receives
        self.sends = sends
    }

    /// Page A0h, then page A2h, 256 bytes each.
    private init(sfp memory: [UInt8]) {
        let diagnostics = Self.byte(92, memory)
        // Bit 6: it measures; bit 5: what it measures needs no calibration.
        guard diagnostics & 0x60 == 0x60, memory.count >= 256 + 111 else {
            self.init(form: .sfp, receives: nil, sends: nil)
            return
        }
        // Bit 1: the receiver has lost its signal.
        let isLost = Self.byte(256 + 110, memory) & 0x02 != 0
        self.init(
            form: .sfp, receives: !isLost && Self.power(256 + 104, memory) >= Self.dark,
            sends: Self.power(256 + 102, memory) >= Self.dark)
    }

    /// The lower page.
    private init(qsfp memory: [UInt8]) {
        let received = (0..<4).map { Self.power(34 + 2 * $0, memory) }
        let sent = (0..<4).map { Self.power(50 + 2 * $0, memory) }
        // Copper and modules without sensors have zeros everywhere.
        guard (received + sent).contains(where: { $0 != 0 }) else {
            self.init(form: .qsfp, receives: nil, sends: nil)
            return
        }
        // Bits 0 to 3: the lanes that have lost their signal.
        let isLost = Self.byte(3, memory) & 0x0F != 0
        self.init(
            form: .qsfp, receives: !isLost && received.allSatisfy { $0 >= Self.dark },
            sends: sent.contains { $0 != 0 } ? sent.allSatisfy { $0 >= Self.dark } : nil)
    }

    private static func byte(_ offset: Int, _ memory: [UInt8]) -> UInt8 {
        memory.indices.contains(offset) ? memory[offset] : 0
    }

    /// A light's power, in tenths of a microwatt.
    private static func power(_ offset: Int, _ memory: [UInt8]) -> UInt16 {
        UInt16(byte(offset, memory)) << 8 | UInt16(byte(offset + 1, memory))
    }

    /// What that means for a link that does not come up, as one clause; `nil` when it means nothing.
    public var explanation: String? {
        switch (receives, sends) {
        case (false?, true?):
            "its \(form.rawValue) sends light and receives none: one fibre of the pair is broken or swapped, or the other "
                + "end is off"
        case (false?, _): "its \(form.rawValue) receives no light: look at the fibre and the other end"
        case (true?, false?): "its \(form.rawValue) receives light and sends none: the module is off or broken"
        case (true?, _):
            "its \(form.rawValue) receives light: the two ends may differ in speed or error correction (FEC)"
        case (nil, _): nil
        }
    }
}
