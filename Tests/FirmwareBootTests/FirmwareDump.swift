import FirmwareBoot
import Foundation

/// What efivarfs showed in a virtual machine with OVMF after efibootmgr 17 had made three entries on a GPT disk.
enum FirmwareDump {
    static let globalVariable = "8be4df61-93ca-11d2-aa0d-00e098032b8c"

    /// attributes of the variable | attributes of the option, length of the path | "UiApp" | FvVol, FvFile | end
    static let firmwareMenu = bytes(
        """
        07000000 09010000 2c00 550069004100700070000000
        04071400 c9bdb87cebf8344faaea3ee4af6516a1 04061400 21aa2c4614760345836e8ab6f4662331 7fff0400
        """)

    /// "Lab entry" | HD(2,GPT,74696e79-6775-4573-9474-657370303031,0x1000,0x1800) | File(\EFI\debian\grubx64.efi) | end
    static let shortForm = bytes(
        """
        07000000 01000000 6200 4c0061006200200065006e007400720079000000
        04012a00 02000000 0010000000000000 0018000000000000 796e69747567734594746573703030310202
        04043400 5c004500460049005c00640065006200690061006e005c0067007200750062007800360034002e006500660069000000
        7fff0400
        """)

    /// "Lab data" | HD | File(\EFI\Linux\a.efi) | end | the loader's own "quiet x"
    static let withData = bytes(
        """
        07000000 01000000 5400 4c0061006200200064006100740061000000
        04012a00 02000000 0010000000000000 0018000000000000 796e69747567734594746573703030310202
        04042600 5c004500460049005c004c0069006e00750078005c0061002e006500660069000000
        7fff0400 7100750069006500740020007800
        """)

    /// "Lab full" | PciRoot(0x0) | Pci(0x2,0x0) | HD | File(\EFI\tiny\shimx64.efi) | end
    static let fullForm = bytes(
        """
        07000000 01000000 7000 4c00610062002000660075006c006c000000
        02010c00 d041030a00000000 01010600 0002
        04012a00 02000000 0010000000000000 0018000000000000 796e69747567734594746573703030310202
        04043000 5c004500460049005c00740069006e0079005c007300680069006d007800360034002e006500660069000000
        7fff0400
        """)

    /// Entries 1 and 0.
    static let order = bytes("07000000 0100 0000")

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue).map(UInt8.init)
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// The option itself, without the attributes of the variable.
    static func option(_ variable: [UInt8]) throws -> LoadOption {
        try LoadOption(parsing: variable.dropFirst(4))
    }
}

/// A directory for one test, removed with all in it.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "martlet-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
