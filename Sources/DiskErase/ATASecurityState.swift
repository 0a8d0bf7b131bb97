import ByteCoding

/// The security feature set of an ATA disk: words 82, 89, 90 and 128 of IDENTIFY DEVICE (ACS-4 7.12.7).
struct ATASecurityState: Sendable, Equatable {
    /// The disk has the feature set.
    var isSupported = false
    /// A user password is set.
    var isEnabled = false
    /// Nothing can be read or written until the password is given.
    var isLocked = false
    /// Security commands are refused until the next power-on.
    var isFrozen = false
    /// Too many wrong passwords: none is accepted until the next power-on.
    var isExpired = false
    /// There is an enhanced erase.
    var canEraseEnhanced = false
    /// How long a normal erase takes, in minutes; `nil` when the disk does not say, or says "longer than I can say".
    var eraseMinutes: Int?
    /// How long an enhanced erase takes, in minutes.
    var enhancedEraseMinutes: Int?

    /// A disk without the feature set.
    init() {}

    init(_ identify: [UInt8]) throws(ByteReadError) {
        let supported = try Self.word(82, identify)
        let word = try Self.word(128, identify)
        isSupported = supported & 2 != 0 && word & 1 != 0
        isEnabled = word & 2 != 0
        isLocked = word & 4 != 0
        isFrozen = word & 8 != 0
        isExpired = word & 0x10 != 0
        canEraseEnhanced = word & 0x20 != 0
        eraseMinutes = Self.minutes(try Self.word(89, identify))
        enhancedEraseMinutes = Self.minutes(try Self.word(90, identify))
    }

    private static func word(_ index: Int, _ identify: [UInt8]) throws(ByteReadError) -> UInt16 {
        var reader = ByteReader(identify)
        try reader.seek(to: index * 2)
        return try reader.littleEndian()
    }

    /// Units of two minutes: in 15 bits when bit 15 is set, else in 8. All ones mean more than fit, 0 nothing known.
    private static func minutes(_ word: UInt16) -> Int? {
        let (units, most): (UInt16, UInt16) = word & 0x8000 != 0 ? (word & 0x7fff, 0x7fff) : (word & 0xff, 0xff)
        return units == 0 || units == most ? nil : Int(units) * 2
    }
}
