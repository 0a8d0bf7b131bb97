import Testing

@testable import DiskErase

@Suite struct NamespaceCommandTests {
    /// Command, opcode, NSID, CDW10, the first bytes of what it carries.
    @Test(
        arguments: [
            (NVMeCommand.commonNamespace, UInt8(0x06), UInt32.max, UInt32(0x00), [UInt8]()),
            (.identifyAllocated(3), 0x06, 3, 0x11, []),
            (.controllers(attachedTo: 3), 0x06, 3, 0x12, []),
            (.subsystemControllers, 0x06, 0, 0x13, []),
            (.supportedCommands, 0x02, .max, 0x03ff_0005, []),
            (
                .createNamespace(blocks: 0x0102_0304_0506, format: 0x12), 0x0d, 0, 0,
                [6, 5, 4, 3, 2, 1, 0, 0, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x22, 0, 0, 0, 0]
            ),
            (.deleteNamespace(9), 0x0d, 9, 1, []),
            (.attach(9, to: 0x0102), 0x15, 9, 0, [1, 0, 2, 1, 0, 0]),
            (.detach(9, from: 7), 0x15, 9, 1, [1, 0, 7, 0, 0, 0]),
        ] as [(NVMeCommand, UInt8, UInt32, UInt32, [UInt8])])
    func aCommandIsTheDwordsAndBytesOfTheSpecification(
        command: NVMeCommand, opcode: UInt8, namespace: UInt32, dword10: UInt32, start: [UInt8]
    ) {
        #expect(command.opcode == opcode)
        #expect(command.namespace == namespace)
        #expect(command.dword10 == dword10)
        #expect(command.dword11 == 0, "CSI 0 is the NVM command set")
        #expect(Array(command.payload.prefix(start.count)) == start)
        let length = start.isEmpty ? 0 : 4096
        #expect(command.payload.count == length && command.payload.dropFirst(start.count).allSatisfy { $0 == 0 })
    }

    @Test func theControllerSaysWhichNamespacesItCanHave() throws {
        var page = [UInt8](repeating: 0, count: 4096)
        page[76] = 2
        (page[78], page[79]) = (0x34, 0x12)
        (page[256], page[261]) = (8, 2)
        (page[284], page[301], page[311]) = (1, 1, 1)
        (page[516], page[540]) = (32, 0)
        let management = try NamespaceManagement(page)
        #expect(management.isOneOfSeveral && management.isOffered && management.listsCommands)
        #expect(management.controller == 0x1234)
        #expect(management.totalBytes == 1 << 32)
        #expect(management.unallocatedBytes == .max, "more bytes than 64 bits count are as many as those count")
        #expect(management.mostNamespaces == 32)
        page[540] = 16
        #expect(try NamespaceManagement(page).mostNamespaces == 16)
        #expect(throws: (any Error).self) { try NamespaceManagement(Array(page.prefix(543))) }
    }

    @Test func formatsThatAreNotAvailableAreLeftOut() throws {
        var page = [UInt8](repeating: 0, count: 4096)
        page[25] = 2
        page[130] = 9
        (page[136], page[138], page[139]) = (8, 12, 2)
        #expect(
            try BlockFormat.list(page) == [
                BlockFormat(index: 0, sectorSize: 512, metadataBytes: 0, slowness: 0),
                BlockFormat(index: 2, sectorSize: 4096, metadataBytes: 8, slowness: 2),
            ])
    }

    @Test(
        arguments: [
            (0x115, "capacity"), (0x4115, "capacity"), (0x116, "identifier"), (0x118, "attached already"),
            (0x119, "another controller"), (0x11a, "not attached"), (0x11b, "thin provisioning"),
            (0x11c, "controller"), (0x126, "capacity"), (0x127, "attached"), (0x129, "command set"),
            (0x1ff, "0x1ff"),
        ] as [(Int32, String)])
    func aRefusalIsSaidInWords(status: Int32, words: String) {
        #expect(NVMeStatus.text(status).contains(words))
    }
}
