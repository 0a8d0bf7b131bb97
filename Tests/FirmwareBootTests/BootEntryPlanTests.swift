import FirmwareBoot
import PartitionTable
import Testing

@Suite struct BootEntryPlanTests {
    private static let ours = guid(1)
    private static let wiped = guid(2)
    private static let elsewhere = guid(3)

    private static func guid(_ number: UInt8) -> GUID {
        GUID(diskBytes: [UInt8](repeating: number, count: 16)) ?? .zero
    }

    private static func option(_ label: String, _ guid: GUID, _ file: String = "\\EFI\\a\\shimx64.efi") -> LoadOption {
        LoadOption(
            label: label,
            path: DevicePath(
                HardDriveNode(number: 1, firstLBA: 2048, sectorCount: 100, signature: .guid(guid)), file: file))
    }

    private static let new = option("Tiny", ours)
    private static let network = LoadOption(
        label: "Tiny", path: DevicePath([.other(type: 3, subtype: 11, data: [1, 2]), .file("\\EFI\\a\\shimx64.efi")]))

    private func numbers(_ values: UInt16...) -> [BootNumber] { values.map(BootNumber.init) }

    private func plan(
        _ options: [UInt16: LoadOption?], order: [BootNumber], _ placement: BootEntryPlacement = .first,
        gone: Set<GUID> = []
    ) throws -> BootEntryPlan {
        let entries = FirmwareEntries(
            options: Dictionary(uniqueKeysWithValues: options.map { (BootNumber($0), $1) }), order: order)
        return try #require(BootEntryPlan(adding: Self.new, to: entries, at: placement, gone: gone))
    }

    @Test func placesTheEntryAndLeavesTheOrderOfOthers() throws {
        let options: [UInt16: LoadOption?] = [0: Self.network, 1: Self.option("Other", Self.elsewhere), 4: nil]
        let order = numbers(4, 0, 1)
        let first = try plan(options, order: order)
        #expect(first.number == BootNumber(2) && first.order == numbers(2, 4, 0, 1))
        #expect(first.removed.isEmpty && !first.boots)
        #expect(try plan(options, order: order, .last).order == numbers(4, 0, 1, 2))
        let next = try plan(options, order: order, .next)
        #expect(next.order == numbers(4, 0, 1, 2) && next.boots)
    }

    @Test func aNumberThatTheOrderNamesWithoutAnEntryIsNotTaken() throws {
        let found = try plan([0: Self.network], order: numbers(1, 0))
        #expect(found.number == BootNumber(2) && found.order == numbers(2, 1, 0))
    }

    @Test func theSameEntryKeepsItsNumberAndItsCopiesGo() throws {
        let same = Self.option("Tiny", Self.ours, "\\efi\\A\\SHIMX64.EFI")
        let options: [UInt16: LoadOption?] = [0: Self.network, 3: same, 5: Self.new]
        let found = try plan(options, order: numbers(0, 5, 3))
        #expect(found.number == BootNumber(3) && found.removed == numbers(5))
        #expect(found.order == numbers(3, 0))
        #expect(try plan(options, order: numbers(3, 0), .last).order == numbers(0, 3))
        #expect(try plan(options, order: numbers(3, 0), .next).order == numbers(3, 0))
    }

    @Test func entriesToPartitionsThatAreGoneGoWhateverTheirName() throws {
        let options: [UInt16: LoadOption?] = [
            0: Self.option("Tiny", Self.wiped), 1: Self.option("Old", Self.wiped, "\\x.efi"),
            2: Self.option("Tiny", Self.elsewhere), 3: Self.network,
        ]
        let found = try plan(options, order: numbers(1, 3, 0, 2), gone: [Self.wiped])
        #expect(found.removed == numbers(0, 1) && found.order == numbers(4, 3, 2))
    }

    @Test func anotherLabelOrFileOrDiskIsAnotherEntry() throws {
        let options: [UInt16: LoadOption?] = [
            0: Self.option("Rescue", Self.ours), 1: Self.option("Tiny", Self.ours, "\\other.efi"),
            2: Self.option("Tiny", Self.elsewhere), 3: Self.network,
        ]
        let found = try plan(options, order: [])
        #expect(found.number == BootNumber(4) && found.removed.isEmpty && found.order == numbers(4))
    }

    @Test func whenAllNumbersAreTakenThereIsNoPlan() {
        let all = (0...UInt16.max).map(BootNumber.init)
        let entries = FirmwareEntries(order: all)
        #expect(BootEntryPlan(adding: Self.new, to: entries, at: .first, gone: []) == nil)
    }

    @Test(arguments: [BootEntryPlacement.first, .last, .next])
    func whateverTheFirmwareHoldsOthersKeepTheirOrderAndASecondRunChangesNothing(
        placement: BootEntryPlacement
    ) throws {
        var generator = SystemRandomNumberGenerator()
        let pool = [
            Self.new, Self.network, Self.option("Tiny", Self.wiped), Self.option("Other", Self.ours),
            Self.option("Tiny", Self.elsewhere), nil,
        ]
        for _ in 0..<500 {
            var entries = FirmwareEntries()
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                let number = BootNumber(UInt16.random(in: 0...15, using: &generator))
                entries.options.updateValue(pool.randomElement(using: &generator) ?? nil, forKey: number)
            }
            entries.order = numbers(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).shuffled(using: &generator)
            entries.order.removeLast(Int.random(in: 0...11, using: &generator))
            let plan = try #require(
                BootEntryPlan(adding: Self.new, to: entries, at: placement, gone: [Self.wiped]))

            #expect(!plan.removed.contains(plan.number))
            #expect(plan.order.count { $0 == plan.number } == 1)
            let touched = Set(plan.removed + [plan.number])
            #expect(plan.order.filter { !touched.contains($0) } == entries.order.filter { !touched.contains($0) })
            for number in plan.removed {
                let option = try #require(entries.options[number] ?? nil)
                #expect(option == Self.new || option.path.partition?.guid == Self.wiped)
            }
            if let replaced = entries.options[plan.number] { #expect(replaced == Self.new) }

            for number in plan.removed { entries.options[number] = nil }
            entries.options.updateValue(Self.new, forKey: plan.number)
            entries.order = plan.order
            let again = try #require(
                BootEntryPlan(adding: Self.new, to: entries, at: placement, gone: [Self.wiped]))
            #expect(again.number == plan.number && again.removed.isEmpty && again.order == plan.order)
        }
    }
}
