/// The ATA commands of the security feature set, each wrapped in an ATA PASS-THROUGH (16) (SAT-4 12.2.2, ACS-4 7).
enum ATACommand {
    /// The password that an erase needs for its duration. Well known, so that a disk that lost its power meanwhile can be
    /// unlocked again, by hand too: `hdparm --security-unlock martlet` pads with zeros likewise.
    static let password = "martlet"

    /// IDENTIFY DEVICE: 512 bytes.
    static let identify = passThrough("IDENTIFY DEVICE", 0xec, .receive(512))

    /// SECURITY SET PASSWORD: the user password, security level high, so that the master password works as well.
    static let setPassword = passThrough("SECURITY SET PASSWORD", 0xf1, .send(passwordBlock()))
    static let unlock = passThrough("SECURITY UNLOCK", 0xf2, .send(passwordBlock()))
    static let disablePassword = passThrough("SECURITY DISABLE PASSWORD", 0xf6, .send(passwordBlock()))
    /// Must come right before `erase`.
    static let prepareErase = passThrough("SECURITY ERASE PREPARE", 0xf3, .nothing)

    /// SECURITY ERASE UNIT: returns when the disk is erased, which clears the password.
    ///
    /// - Parameter isEnhanced: word 0 bit 1: also sectors that were remapped, with the maker's own pattern or a new key.
    static func erase(isEnhanced: Bool, timeout: Duration) -> SCSICommand {
        var command = passThrough("SECURITY ERASE UNIT", 0xf4, .send(passwordBlock(flags: isEnhanced ? 2 : 0)))
        command.timeout = timeout
        return command
    }

    /// Word 0 holds flags: bit 0 for the master password instead of the user's. Words 1 to 16 hold the password.
    private static func passwordBlock(flags: UInt8 = 0) -> [UInt8] {
        let text = Array(password.utf8.prefix(32))
        return [flags, 0] + text + [UInt8](repeating: 0, count: 510 - text.count)
    }

    private static func passThrough(_ name: String, _ command: UInt8, _ transfer: SCSICommand.Transfer) -> SCSICommand {
        // Byte 1: the protocol, shifted by one. Byte 2: T_DIR (3), BYT_BLOK (2), and 2 for a length in the count field.
        let (kind, flags, count): (UInt8, UInt8, UInt8) =
            switch transfer {
            case .nothing: (3, 0, 0)
            case .receive: (4, 0x0e, 1)
            case .send: (5, 0x06, 1)
            }
        return SCSICommand(
            name: "ATA \(name)", bytes: [0x85, kind << 1, flags, 0, 0, 0, count, 0, 0, 0, 0, 0, 0, 0, command, 0],
            transfer: transfer)
    }
}
