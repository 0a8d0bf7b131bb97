import DeployVars
import Synchronization
import Testing

@testable import DiskErase

@Suite struct NVMeNamespacesTests {
    private typealias Namespace = SimulatedController.Namespace
    private static let rest = NamespaceLayout.Entry(.rest)
    private static let half = NamespaceLayout.Entry(.percent(50))
    private static let system = NamespaceLayout.Entry(.bytes(480_000_000_000))

    @Test func namespacesAreDetachedAndDeletedThenMadeAndAttachedOneAfterTheOther() throws {
        let controller = SimulatedController.fromFactory()
        let heard = Mutex<[String]>([])
        let namespaces = NVMeNamespaces(
            of: "/dev/nvme0", progress: { text, _ in heard.withLock { $0.append(text) } },
            perform: { try controller.perform($0) }, look: {})
        let identifiers = try apply([Self.system, Self.rest], namespaces)
        #expect(identifiers == [1, 2])
        #expect(
            controller.changes == [
                "Namespace Attachment (detach)", "Namespace Management (delete)", "Namespace Management (create)",
                "Namespace Attachment (attach)", "Namespace Management (create)", "Namespace Attachment (attach)",
            ])
        let left = (960_197_124_096 - 480_000_000_000) / 512
        #expect(
            controller.namespaces == [
                1: Namespace(blocks: 937_500_000, capacity: 937_500_000, controllers: [7]),
                2: Namespace(blocks: UInt64(left), capacity: UInt64(left), controllers: [7]),
            ])
        #expect(heard.withLock { $0.first } == "deleting namespace 1 of /dev/nvme0")
    }

    /// Layouts, and the namespaces that are just that.
    @Test(
        arguments: [
            ([rest], [1: Namespace(blocks: 1_875_385_008, capacity: 1_875_385_008, controllers: [7])], UInt32(1)),
            // Less than a unit is left over.
            ([rest], [1: Namespace(blocks: 1_875_000_000, capacity: 1_875_000_000, controllers: [7])], 1),
            // Identifiers are in no order of ours.
            (
                [system, rest],
                [
                    3: Namespace(blocks: 937_885_008, capacity: 937_885_008, controllers: [7]),
                    5: Namespace(blocks: 937_500_000, capacity: 937_500_000, controllers: [7]),
                ], 5
            ),
            (
                [NamespaceLayout.Entry(.rest, sectorSize: 4096)],
                [2: Namespace(blocks: 234_423_126, capacity: 234_423_126, format: 2, controllers: [7])], 2
            ),
        ] as [([NamespaceLayout.Entry], [UInt32: SimulatedController.Namespace], UInt32)])
    func whatIsRightAlreadyStaysAsItIs(
        layout: [NamespaceLayout.Entry], present: [UInt32: SimulatedController.Namespace], target: UInt32
    ) throws {
        let controller = SimulatedController { $0.namespaces = present }
        #expect(try plan(layout, controller) == .keep(target))
        #expect(controller.changes == [])
    }

    /// What is not quite what is asked for.
    @Test(
        arguments: [
            ([rest], [:]),
            ([rest], [1: Namespace(blocks: 937_500_000, capacity: 937_500_000, controllers: [7])]),
            ([rest], [1: Namespace(blocks: 1_875_385_008, capacity: 1_875_385_008, controllers: [])]),
            ([rest], [1: Namespace(blocks: 1_875_385_008, capacity: 1_800_000_000, controllers: [7])]),
            ([rest], [1: Namespace(blocks: 1_875_385_008, capacity: 1_875_385_008, format: 1, controllers: [7])]),
            ([rest], [1: Namespace(blocks: 234_423_126, capacity: 234_423_126, format: 2, controllers: [7])]),
            ([system], [1: Namespace(blocks: 1_875_385_008, capacity: 1_875_385_008, controllers: [7])]),
            ([half, half], [1: Namespace(blocks: 937_692_503, capacity: 937_692_503, controllers: [7])]),
        ] as [([NamespaceLayout.Entry], [UInt32: SimulatedController.Namespace])])
    func whatIsNotRightIsReplaced(
        layout: [NamespaceLayout.Entry], present: [UInt32: SimulatedController.Namespace]
    ) throws {
        let controller = SimulatedController { $0.namespaces = present }
        guard case .replace(let replacement) = try plan(layout, controller) else {
            Issue.record("it was kept")
            return
        }
        #expect(replacement.deleted.map(\.identifier) == present.keys.sorted())
        #expect(replacement.created.count == layout.count)
        _ = try apply(layout, namespaces(controller))
        let target = try #require(try apply(layout, namespaces(controller)).first)
        #expect(controller.namespaces[target]?.controllers == [7])
    }

    /// What stands in the way of a layout, and words of the error.
    struct Obstacle: Sendable {
        let words: String
        let layout: [NamespaceLayout.Entry]
        let change: @Sendable (inout SimulatedController.State) -> Void

        init(
            _ words: String, _ layout: [NamespaceLayout.Entry],
            _ change: @escaping @Sendable (inout SimulatedController.State) -> Void = { _ in }
        ) {
            (self.words, self.layout, self.change) = (words, layout, change)
        }
    }

    private static let obstacles: [Obstacle] = [
        Obstacle("does not offer Namespace Management", [rest]) { $0.optionalCommands = 0x06 },
        Obstacle("Namespace Management is not among", [rest]) { $0.supported = [0x06, 0x15] },
        Obstacle("Namespace Attachment is not among", [rest]) { $0.supported = [0x06, 0x0d] },
        Obstacle("how much capacity", [rest]) { state in
            state.namespaces = [:]
            state.total = 0
        },
        Obstacle("1 at most", [half, half]) { $0.mostNamespaces = 1 },
        Obstacle("sectors of 4096", [NamespaceLayout.Entry(.rest, sectorSize: 4096)]) { $0.formats[2].metadata = 64 },
        Obstacle("512 or 4096", [rest]) { $0.formats = [(9, 8)] },
        Obstacle("no 1 TB of its 960", [NamespaceLayout.Entry(.bytes(1_000_000_000_000))]),
        Obstacle("for namespace 3", [system, system, rest]),
        Obstacle("for namespace 2", [half, NamespaceLayout.Entry(.percent(51))]),
        Obstacle("other controllers as well (8)", [half, half]) { $0.namespaces[1]?.controllers = [7, 8] },
        Obstacle("other controllers as well (8)", [half, half]) { $0.namespaces[1]?.controllers = [8] },
        // As it should be, but for that.
        Obstacle("other controllers as well (8)", [rest]) { $0.namespaces[1]?.controllers = [7, 8] },
        Obstacle("attached to no controller", [half, half]) { state in
            state.others = [8]
            state.namespaces[1]?.controllers = []
        },
        Obstacle("write-protected", [half, half]) { $0.namespaces[1]?.isWriteProtected = true },
    ]

    @Test(arguments: obstacles)
    func whatCannotBeIsRefusedBeforeAnythingIsDeleted(obstacle: Obstacle) {
        let controller = SimulatedController.fromFactory(obstacle.change)
        let before = controller.namespaces
        let error = #expect(throws: NamespaceError.self) { try apply(obstacle.layout, namespaces(controller)) }
        #expect(error?.description.contains(obstacle.words) == true, "\(error?.description ?? "none")")
        #expect(controller.changes == [] && controller.namespaces == before)
    }

    @Test func anotherControllerThatHasNoneOfTheNamespacesIsNoObstacle() throws {
        let controller = SimulatedController.fromFactory { $0.others = [8] }
        #expect(try apply([Self.half, Self.half], namespaces(controller)) == [1, 2])
    }

    /// Whatever number of commands was carried out before the power went: the next run ends where one would have ended.
    @Test(arguments: 0...9)
    func aRunAfterAPowerCutCompletesIt(commands: Int) throws {
        let layout = [Self.system, Self.half]
        let whole = SimulatedController.fromFactory { Self.addSecond(&$0) }
        _ = try apply(layout, namespaces(whole))
        #expect(whole.changes.count == 8)

        let controller = SimulatedController.fromFactory {
            Self.addSecond(&$0)
            $0.commandsLeft = commands
        }
        if commands < 8 {
            #expect(throws: PowerCut.self) { try apply(layout, namespaces(controller)) }
        }
        controller.state.withLock { $0.commandsLeft = nil }
        _ = try apply(layout, namespaces(controller))
        #expect(controller.namespaces == whole.namespaces)
        let changes = controller.changes
        #expect(try apply(layout, namespaces(controller)) == [1])
        #expect(controller.changes == changes, "the third run changes nothing")
    }

    @Test func whatGivesOutCapacityInUnitsGetsItsRestInWholeOnes() throws {
        let controller = SimulatedController.fromFactory {
            $0.unit = 1 << 30
            $0.total = 960_197_124_096 / (1 << 30) * (1 << 30) + 4096
            $0.namespaces = [:]
        }
        #expect(try apply([Self.rest], namespaces(controller)) == [1])
        #expect(controller.namespaces[1]?.blocks == 894 << 21)
        #expect(try plan([Self.rest], controller) == .keep(1))
    }

    @Test func whatTheControllerRefusesIsSaidWithItsReason() {
        let controller = SimulatedController { $0.hidden = 900 << 30 }
        let error = #expect(throws: NamespaceError.self) { try apply([Self.rest], namespaces(controller)) }
        #expect(
            error
                == .refused(
                    controller: "/dev/nvme0", command: "Namespace Management (create)",
                    reason: "it has not that much capacity left (NVMe status 0x115)"))
    }

    private static func addSecond(_ state: inout SimulatedController.State) {
        state.namespaces = [
            1: Namespace(blocks: 1000, capacity: 1000, controllers: [7]),
            4: Namespace(blocks: 2000, capacity: 2000, format: 3, controllers: [7]),
        ]
    }

    private func namespaces(_ controller: SimulatedController) -> NVMeNamespaces {
        NVMeNamespaces(of: "/dev/nvme0", perform: { try controller.perform($0) }, look: {})
    }

    private func plan(_ entries: [NamespaceLayout.Entry], _ controller: SimulatedController) throws -> NamespacePlan {
        try namespaces(controller).plan(#require(NamespaceLayout(entries)))
    }

    /// What a run does.
    private func apply(_ entries: [NamespaceLayout.Entry], _ namespaces: NVMeNamespaces) throws -> [UInt32] {
        switch try namespaces.plan(#require(NamespaceLayout(entries))) {
        case .keep(let target): return [target]
        case .replace(let replacement):
            try namespaces.delete(replacement)
            return try namespaces.create(replacement)
        }
    }
}
