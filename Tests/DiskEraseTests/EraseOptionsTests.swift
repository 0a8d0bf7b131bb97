import BlockDevices
import Testing

@testable import DiskErase

@Suite struct EraseOptionsTests {
    /// What the controller offers, what other namespaces there are, and the ways that are open, the best first.
    @Test(
        arguments: [
            ("", [UInt32]?([]), [EraseWay.zeros]),
            ("format", [], [.formatUserData, .zeros]),
            ("format", [2], [.formatUserData, .zeros]),
            ("format", nil, [.formatUserData, .zeros]),
            ("format crypto-format", [2], [.formatCrypto, .formatUserData, .zeros]),
            ("crypto-format", [], [.zeros]),
            ("format crypto-format erases-all", [2], [.zeros]),
            ("format crypto-format formats-all", [2], [.zeros]),
            ("format crypto-format erases-all", nil, [.zeros]),
            ("format crypto-format erases-all", [], [.formatCrypto, .formatUserData, .zeros]),
            (
                "sanitize-crypto sanitize-block sanitize-overwrite", [],
                [
                    .sanitizeCrypto, .sanitizeBlocks, .sanitizeOverwrite, .zeros,
                ]
            ),
            (
                "sanitize-crypto sanitize-block format crypto-format", [],
                [
                    .sanitizeCrypto, .formatCrypto, .sanitizeBlocks, .formatUserData, .zeros,
                ]
            ),
            ("sanitize-crypto sanitize-block format", [5], [.formatUserData, .zeros]),
            ("sanitize-crypto", nil, [.zeros]),
            ("sanitize-crypto format crypto-format remote", [], [.formatCrypto, .formatUserData, .zeros]),
            ("format formats-all remote", [], [.zeros]),
            ("format crypto-format unidentified", [], [.zeros]),
        ] as [(String, [UInt32]?, [EraseWay])])
    func anNVMeDiskIsErasedByTheBestWayThatHitsNoOther(words: String, others: [UInt32]?, ways: [EraseWay]) {
        let words = Set(words.split(separator: " ").map(String.init))
        var controller = NVMeController()
        controller.canFormat = words.contains("format")
        controller.formatsCryptographically = words.contains("crypto-format")
        controller.formatsAllNamespaces = words.contains("formats-all")
        controller.erasesAllNamespaces = words.contains("erases-all")
        controller.sanitizesCryptographically = words.contains("sanitize-crypto")
        controller.sanitizesBlocks = words.contains("sanitize-block")
        controller.sanitizesByOverwriting = words.contains("sanitize-overwrite")
        let format = NVMeNamespace.Format(
            index: 0, hasExtendedMetadata: false, protectionType: 0, protectsFirstBytes: false)
        let capabilities = NVMeCapabilities(
            controller: controller, format: words.contains("unidentified") ? nil : format, namespace: 1,
            otherNamespaces: others, isLocal: !words.contains("remote"))
        let options = EraseCapabilities.nvme(capabilities).options
        #expect(options.filter { $0.obstacle == nil }.map(\.way) == ways)
        #expect(options.count == 6, "every way is listed, with its obstacle")
    }

    /// Supported, enhanced, enabled, locked, frozen, expired; the ways that are open; a word of the obstacle.
    @Test(
        arguments: [
            ("", [EraseWay.zeros], "does not offer"),
            ("supported", [.ataNormal, .zeros], "does not offer"),
            ("supported enhanced", [.ataEnhanced, .ataNormal, .zeros], ""),
            ("supported enhanced frozen", [.zeros], "suspend and resume"),
            ("supported enhanced enabled", [.zeros], "somebody has set a password"),
            ("supported enhanced enabled locked", [.zeros], "not ours"),
            ("supported enhanced enabled locked expired", [.zeros], "too many wrong passwords"),
        ] as [(String, [EraseWay], String)])
    func anATADisksObstacleSaysWhatToDo(words: String, ways: [EraseWay], obstacle: String) {
        let words = Set(words.split(separator: " ").map(String.init))
        var state = ATASecurityState()
        state.isSupported = words.contains("supported")
        state.canEraseEnhanced = words.contains("enhanced")
        state.isEnabled = words.contains("enabled")
        state.isLocked = words.contains("locked")
        state.isFrozen = words.contains("frozen")
        state.isExpired = words.contains("expired")
        let options = EraseCapabilities.ata(state).options
        #expect(options.filter { $0.obstacle == nil }.map(\.way) == ways)
        #expect((options.first?.obstacle ?? "").contains(obstacle) || obstacle.isEmpty)
        #expect(options.first?.way == .ataEnhanced)
    }

    @Test(
        arguments: [
            (Set<SCSISanitize.Action>(), [EraseWay.zeros]),
            ([.overwrite, .blockErase, .cryptoErase], [.scsiCrypto, .scsiBlocks, .scsiOverwrite, .zeros]),
            ([.blockErase], [.scsiBlocks, .zeros]),
        ] as [(Set<SCSISanitize.Action>, [EraseWay])])
    func aSCSIDiskIsSanitizedByWhatItReports(actions: Set<SCSISanitize.Action>, ways: [EraseWay]) {
        #expect(EraseCapabilities.scsi(actions).options.filter { $0.obstacle == nil }.map(\.way) == ways)
    }

    @Test(
        arguments: [
            ("sda", DiskTransport.sata, "ATA", CommandSet.ata), ("sdb", .sas, "ATA", .ata),
            ("sdb", .sas, "HGST", .scsi),
            ("sda", .virtio, "QEMU", .scsi), ("vda", .virtio, "", .none), ("sdc", .usb, "ATA", .none),
            ("nvme0n1", .nvme, "", .nvme), ("nvme0n1", .nvmeOverFabrics, "", .nvme), ("mmcblk0", .mmc, "", .none),
        ] as [(String, DiskTransport, String, CommandSet)])
    func aDiskIsAskedInItsOwnLanguage(name: String, transport: DiskTransport, vendor: String, set: CommandSet) {
        var disk = Disk(name: name, sizeBytes: 1 << 30)
        disk.transport = transport
        disk.vendor = vendor
        #expect(CommandSet(disk) == set)
    }
}
