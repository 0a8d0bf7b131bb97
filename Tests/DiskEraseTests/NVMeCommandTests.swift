import Testing

@testable import DiskErase

@Suite struct NVMeCommandTests {
    private static let plain = NVMeNamespace.Format(
        index: 0, hasExtendedMetadata: false, protectionType: 0, protectsFirstBytes: false)
    private static let odd = NVMeNamespace.Format(
        index: 0x25, hasExtendedMetadata: true, protectionType: 2, protectsFirstBytes: true)

    /// Command, opcode, NSID, CDW10.
    @Test(
        arguments: [
            (NVMeCommand.identifyController, UInt8(0x06), UInt32(0), UInt32(0x01)),
            (.identifyNamespace(3), 0x06, 3, 0x00),
            (.activeNamespaces, 0x06, 0, 0x02),
            (.allocatedNamespaces, 0x06, 0, 0x10),
            (.sanitizeStatus, 0x02, 0xffff_ffff, 0x0007_0081),
            (.sanitize(.cryptoErase), 0x84, 0, 0x0c),
            (.sanitize(.blockErase), 0x84, 0, 0x0a),
            (.sanitize(.overwrite), 0x84, 0, 0x1b),
            (.sanitize(.exitFailureMode), 0x84, 0, 0x01),
            (.format(1, as: plain, erase: .userData), 0x80, 1, 0x0200),
            (.format(7, as: plain, erase: .cryptographic), 0x80, 7, 0x0400),
            // LBAF 5, MSET, PI 2, PIL, SES 2, LBAFU 2.
            (.format(1, as: odd, erase: .cryptographic), 0x80, 1, 0x2555),
        ] as [(NVMeCommand, UInt8, UInt32, UInt32)])
    func aCommandIsTheDwordsOfTheSpecification(
        command: NVMeCommand, opcode: UInt8, namespace: UInt32, dword10: UInt32
    ) {
        #expect(command.opcode == opcode)
        #expect(command.namespace == namespace)
        #expect(command.dword10 == dword10)
        #expect(command.dword11 == 0, "an overwrite's pattern is zeros")
    }

    @Test func theControllerSaysWhatItOffers() throws {
        var page = [UInt8](repeating: 0, count: 4096)
        #expect(try NVMeController(page) == NVMeController())
        page[76] = 0x02
        page[256] = 0x0a
        page[328] = 0x05
        page[524] = 0x06
        let controller = try NVMeController(page)
        var expected = NVMeController()
        expected.isOneOfSeveral = true
        expected.canFormat = true
        expected.erasesAllNamespaces = true
        expected.formatsCryptographically = true
        expected.sanitizesCryptographically = true
        expected.sanitizesByOverwriting = true
        #expect(controller == expected)
        #expect(throws: (any Error).self) { try NVMeController(Array(page.prefix(524))) }
    }

    /// NLBAF, FLBAS, DPS, and the format they make.
    @Test(
        arguments: [
            (UInt8(0), UInt8(0), UInt8(0), plain),
            (
                7, 0x65, 0,
                NVMeNamespace.Format(index: 5, hasExtendedMetadata: false, protectionType: 0, protectsFirstBytes: false)
            ),
            (40, 0x55, 0x0a, odd),
        ] as [(UInt8, UInt8, UInt8, NVMeNamespace.Format)])
    func theNamespaceSaysHowItIsFormatted(
        highest: UInt8, formatted: UInt8, protection: UInt8, format: NVMeNamespace.Format
    ) throws {
        var page = [UInt8](repeating: 0, count: 4096)
        (page[25], page[26], page[29]) = (highest, formatted, protection)
        #expect(try NVMeNamespace(page).format == format)
    }

    @Test(
        arguments: [
            ([UInt8](repeating: 0, count: 4096), [UInt32]()),
            ([1, 0, 0, 0, 0x03, 0x01, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0], [1, 0x103]),
            ([1, 0, 0, 0, 2, 0], [1]),
        ] as [([UInt8], [UInt32])])
    func aListOfNamespacesEndsWithZero(bytes: [UInt8], namespaces: [UInt32]) {
        #expect(NVMeNamespace.list(bytes) == namespaces)
    }

    @Test func theSanitizeLogSaysHowFarItIs() throws {
        let page: [UInt8] = [
            0x00, 0x40, 0x02, 0x00, 0x0a, 0, 0, 0,  // SPROG, SSTAT, SCDW10
            0xff, 0xff, 0xff, 0xff, 0x3c, 0, 0, 0,  // overwrite, block erase
            0x02, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,  // crypto erase
        ]
        let status = try NVMeSanitizeStatus(page)
        #expect(status.state == .inProgress)
        #expect(status.percent == 25)
        #expect(status.overwriteSeconds == nil)
        #expect(status.blockEraseSeconds == 60)
        #expect(status.cryptoEraseSeconds == 2)
        #expect(throws: (any Error).self) { try NVMeSanitizeStatus(Array(page.prefix(16))) }
    }
}
