import Synchronization
import Testing

@testable import DiskErase

@Suite struct NVMeEraseTests {
    private typealias Answers = Recording<NVMeCommand, [UInt8]>

    @Test func aSanitizeIsWaitedFor() throws {
        let heard = Mutex<[Int?]>([])
        let answers = Answers([[], status(2, 0x2000), status(2, 0xc000), status(1, 0xffff)])
        let eraser = NVMeErase(
            disk: "/dev/nvme0n1", progress: { _, percent in heard.withLock { $0.append(percent) } },
            perform: { try answers.next($0) }, interval: .milliseconds(1))
        try eraser.sanitize(.cryptoErase, name: "sanitize")
        #expect(heard.withLock { $0 } == [12, 75])
        #expect(answers.commands.map(\.opcode) == [0x84, 2, 2, 2])
    }

    /// A controller that says "never sanitized" after it took the command has not done it.
    @Test(arguments: [UInt8(0), 3])
    func aFailedSanitizeIsLeftAndSaid(state: UInt8) {
        let answers = Answers([[], status(state, 0), []])
        #expect(throws: EraseError.operationFailed(disk: "/dev/nvme0n1", operation: "sanitize")) {
            try eraser(answers).sanitize(.blockErase, name: "sanitize")
        }
        #expect(answers.commands.last == .sanitize(.exitFailureMode))
    }

    @Test func aSanitizeThatWentOnAloneIsWaitedFor() throws {
        let answers = Answers([controller(sanitize: 1), status(2, 0), status(2, 9), status(1, 0xffff)])
        #expect(try eraser(answers).resume() != nil)
        #expect(try eraser(Answers([controller(sanitize: 0)])).resume() == nil)
        #expect(try eraser(Answers([controller(sanitize: 2), status(1, 0)])).resume() == nil)
    }

    /// CMIC, the list of allocated namespaces (none where the controller does not know it), that of active ones, and the
    /// others that come of them.
    @Test(
        arguments: [
            (UInt8(0), [UInt32]?.none, [UInt32]?([1]), [UInt32]?([])), (0, nil, [1, 2], [2]), (2, nil, [1], nil),
            (2, [1], nil, []), (2, [1, 3], nil, [3]), (0, [2], [1], []), (0, nil, nil, nil), (0, nil, [2], nil),
        ] as [(UInt8, [UInt32]?, [UInt32]?, [UInt32]?)])
    func otherNamespacesAreThoseOfTheSubsystem(
        multipath: UInt8, allocated: [UInt32]?, active: [UInt32]?, others: [UInt32]?
    ) throws {
        let controller = controller(sanitize: 0, multipath: multipath)
        let eraser = NVMeErase(disk: "/dev/nvme0n1", progress: { _, _ in }) { command in
            func list(_ namespaces: [UInt32]?) throws -> [UInt8] {
                guard let namespaces else {
                    throw EraseError.refused(disk: "", command: "Identify", reason: NVMeStatus.text(0x4002))
                }
                return namespaces.flatMap { [UInt8($0), 0, 0, 0] } + [0, 0, 0, 0]
            }
            return switch command.dword10 {
            case 0x10: try list(allocated)
            case 0x02: try list(active)
            case 0x01: controller
            default: [UInt8](repeating: 0, count: 4096)
            }
        }
        #expect(try eraser.capabilities(namespace: 1, isLocal: true).otherNamespaces == others)
    }

    private func status(_ state: UInt8, _ progress: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: progress), UInt8(progress >> 8), state] + [UInt8](repeating: 0, count: 29)
    }

    private func controller(sanitize: UInt8, multipath: UInt8 = 0) -> [UInt8] {
        var page = [UInt8](repeating: 0, count: 4096)
        (page[76], page[328]) = (multipath, sanitize)
        return page
    }

    private func eraser(_ answers: Answers) -> NVMeErase {
        NVMeErase(
            disk: "/dev/nvme0n1", progress: { _, _ in }, perform: { try answers.next($0) },
            interval: .milliseconds(1))
    }
}
