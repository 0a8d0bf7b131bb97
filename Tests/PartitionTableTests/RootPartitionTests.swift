import Testing

@testable import PartitionTable

@Suite struct RootPartitionTests {
    private func table(changing change: (inout [UInt8]) -> Void = { _ in }) throws -> GPT {
        var head = GoldenDisk.image512.head
        change(&head)
        guard
            case .gpt(let table) = try PartitionTable.read(imageHead: HeaderChange.withChecksums(head), sectorSize: 512)
        else { throw PartitionTableError.noTable }
        return table
    }

    @Test func findsTheRootByType() throws {
        #expect(try table().rootPartition(for: .x8664).number == 2)
    }

    @Test func namesEveryPartitionWhenThereIsNone() throws {
        #expect {
            try table().rootPartition(for: .arm64)
        } throws: { error in
            let text = "\(error)"
            return text.contains("no partition has the type root-arm64 (b921b045-1df0-41c3-af44-4c6f280d3fae)")
                && text.contains("1: bios-boot, sectors 48-303, \"grub\"") && text.contains("15: esp")
                && text.contains("2: root-x86-64, sectors 1328-8158, \"Wurzel-ü\"")
        }
    }

    @Test func refusesToChooseBetweenTwo() throws {
        let table = try table { $0.replaceSubrange(1024..<1040, with: PartitionType.rootX8664.guid.diskBytes) }
        #expect {
            try table.rootPartition(for: .x8664)
        } throws: { error in
            (error as? RootPartitionError)?.found == 2 && "\(error)".contains("2 partitions have the type root-x86-64")
        }
    }

    @Test func passesOverPartitionsThatAreNotToBeDiscovered() throws {
        let table = try table { head in
            head.replaceSubrange(1024..<1040, with: PartitionType.rootX8664.guid.diskBytes)
            head[1024 + 55] = 0x80
        }
        #expect(try table.rootPartition(for: .x8664).number == 2)
        #expect(table.entry(number: 1)?.isHiddenFromDiscovery == true)
    }

    @Test func controlCharactersOfANameDoNotReachTheConsole() throws {
        let table = try table { $0.replaceSubrange(1080..<1084, with: [0x1b, 0, 0x5b, 0]) }
        #expect(table.entry(number: 1)?.description.contains("\"?[ub\"") == true)
    }
}
