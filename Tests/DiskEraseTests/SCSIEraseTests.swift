import Synchronization
import Testing

@testable import DiskErase

@Suite struct SCSIEraseTests {
    private typealias Answers = Recording<SCSICommand, SCSIReply>

    @Test(arguments: [
        (SCSISanitize.begin(.cryptoErase), "48 a3 00 00 00 00 00 00 00 00"),
        (SCSISanitize.begin(.blockErase), "48 a2 00 00 00 00 00 00 00 00"),
        (SCSISanitize.begin(.overwrite), "48 a1 00 00 00 00 00 00 08 00"),
        (SCSISanitize.begin(.exitFailureMode), "48 1f 00 00 00 00 00 00 00 00"),
        (SCSISanitize.reportSupport(of: .blockErase), "a3 0c 02 48 00 02 00 00 00 40 00 00"),
        (SCSISanitize.requestSense, "03 00 00 00 fc 00"),
    ])
    func aCommandIsTheBytesOfTheStandard(command: SCSICommand, bytes: String) {
        #expect(command.bytes.map(hex).joined(separator: " ") == bytes)
    }

    @Test func anOverwriteIsOnePassOfZeros() {
        #expect(SCSISanitize.begin(.overwrite).transfer == .send([1, 0, 0, 4, 0, 0, 0, 0]))
    }

    /// Sense data, then key, code, qualifier and progress.
    @Test(
        arguments: [
            (
                [UInt8](arrayLiteral: 0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 4, 0x1b, 0, 0x80, 0x80, 0),
                [2, 4, 0x1b, 50]
            ),
            ([0x70, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, -1]),
            ([0x72, 2, 4, 0x1b, 0, 0, 0, 8, 2, 6, 0, 0, 0x80, 0x40, 0, 0], [2, 4, 0x1b, 25]),
            ([0x72, 2, 4, 0x1b, 0, 0, 0, 12, 0, 2, 0, 0, 2, 6, 0, 0, 0x80, 0xff, 0xff, 0], [2, 4, 0x1b, 99]),
            ([0xf0, 0, 3, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x31, 3], [3, 0x31, 3, -1]),
        ] as [([UInt8], [Int])])
    func senseDataIsReadInBothFormats(bytes: [UInt8], expected: [Int]) throws {
        let sense = try #require(SenseData(bytes))
        #expect([Int(sense.key), Int(sense.code), Int(sense.qualifier), sense.percent ?? -1] == expected)
    }

    @Test(arguments: [[UInt8](), [0x70], [0x70, 0, 2, 0, 0, 0, 0], [0x72, 2], [0x01, 2, 3, 4]])
    func senseDataThatIsShortOrOfAnotherFormatIsNone(bytes: [UInt8]) {
        #expect(SenseData(bytes) == nil)
    }

    @Test func onlyWhatTheDiskReportsIsOffered() throws {
        // SUPPORT 1 for crypto erase, 3 for block erase; overwrite is an illegal request (as QEMU answers everything).
        let replies = Answers([
            SCSIReply(data: [0, 1, 0, 0]),
            SCSIReply(status: 2, sense: [0x70, 0, 6, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x29, 0, 0, 0, 0, 0]),
            SCSIReply(data: [0, 3, 0, 10]),
            SCSIReply(status: 2, sense: [0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0]),
        ])
        #expect(try eraser(replies).actions() == [.blockErase])
        #expect(replies.commands.count == 4, "the one that met a unit attention was repeated")
    }

    @Test func aSanitizeIsWaitedFor() throws {
        let replies = Answers([SCSIReply(), sensed(0x40), sensed(0x80), SCSIReply(data: noSense)])
        let heard = Mutex<[Int?]>([])
        let eraser = SCSIErase(
            disk: "/dev/sda", progress: { _, percent in heard.withLock { $0.append(percent) } },
            perform: { try replies.next($0) }, interval: .milliseconds(1))
        try eraser.sanitize(.cryptoErase, name: "sanitize")
        #expect(heard.withLock { $0 } == [25, 50])
        #expect(replies.commands.map { $0.bytes[0] } == [0x48, 3, 3, 3])
    }

    @Test func aFailedSanitizeIsLeftAndSaid() {
        let failed: [UInt8] = [0x70, 0, 3, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x31, 3, 0, 0, 0, 0]
        let replies = Answers([SCSIReply(), SCSIReply(data: failed), SCSIReply()])
        #expect(throws: EraseError.operationFailed(disk: "/dev/sda", operation: "sanitize")) {
            try eraser(replies).sanitize(.blockErase, name: "sanitize")
        }
        #expect(replies.commands.last == SCSISanitize.begin(.exitFailureMode))
    }

    @Test func aSanitizeThatWentOnAloneIsWaitedFor() throws {
        let replies = Answers([sensed(0), sensed(0x40), SCSIReply(data: noSense)])
        #expect(try eraser(replies).resume() != nil)
        #expect(try eraser(Answers([SCSIReply(data: noSense)])).resume() == nil)
    }

    private let noSense: [UInt8] = [0x70, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

    private func sensed(_ progress: UInt8) -> SCSIReply {
        SCSIReply(data: [0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 4, 0x1b, 0, 0x80, progress, 0])
    }

    private func eraser(_ replies: Answers) -> SCSIErase {
        SCSIErase(
            disk: "/dev/sda", progress: { _, _ in }, perform: { try replies.next($0) }, interval: .milliseconds(1))
    }
}

/// Answers in their order, and the commands that they were given to.
final class Recording<Command: Sendable, Answer: Sendable>: Sendable {
    struct OutOfAnswers: Error {}
    private let state: Mutex<(commands: [Command], answers: [Answer])>

    init(_ answers: [Answer]) {
        state = Mutex(([], answers))
    }

    var commands: [Command] { state.withLock { $0.commands } }

    func next(_ command: Command) throws -> Answer {
        let answer = state.withLock { state -> Answer? in
            state.commands.append(command)
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let answer else { throw OutOfAnswers() }
        return answer
    }
}
