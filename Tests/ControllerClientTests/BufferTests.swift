import CZlib
import Diagnostics
import ProvisioningAPI
import Testing

@testable import ControllerClient

@Suite struct BufferTests {
    @Test func batchesKeepTheOrderAndTheirLimit() {
        var buffer = LogBuffer(limit: 1 << 20)
        for number in 0..<200 { buffer.append("line \(number)") }
        var seen: [String] = []
        while let batch = buffer.takeBatch(limit: 100) {
            #expect(batch.text.utf8.count <= 100)
            #expect(batch.text.hasSuffix("\n"))
            seen += batch.text.split(separator: "\n").map(String.init)
        }
        #expect(seen == (0..<200).map { "line \($0)" })
        #expect(buffer.count == 0)
    }

    @Test func aFullBufferDropsItsOldestLinesAndSaysHowMany() throws {
        var buffer = LogBuffer(limit: 100)
        for number in 0..<50 { buffer.append("line \(number + 10)") }
        #expect(buffer.count <= 100)
        let taken = buffer.takeBatch(limit: 10_000)
        let batch = try #require(taken)
        let lines = batch.text.split(separator: "\n")
        #expect(lines.last == "line 59")
        #expect(lines.count - 1 == batch.lines)
        #expect(lines.first?.hasSuffix("count=\(50 - batch.lines)") == true)
        #expect(buffer.totalDropped == 50 - batch.lines)
        #expect(buffer.takeBatch(limit: 10_000) == nil)
    }

    @Test func aLineLongerThanTheLimitsTravelsAloneOrIsCounted() {
        var buffer = LogBuffer(limit: 1000)
        let long = String(repeating: "x", count: 500)
        buffer.append(long)
        buffer.append("short")
        #expect(buffer.takeBatch(limit: 100)?.text == long + "\n")
        buffer.append(String(repeating: "y", count: 2000))
        #expect(buffer.isEmpty)
        #expect(buffer.totalDropped == 2)
    }

    @Test func anEntryIsAlwaysOneLineAndWithoutSecrets() {
        let scrubber = SecretScrubber(["hunter22", "two\nlines"])
        let line = LogLine(
            .warning, "a\nb hunter22 \u{1b}[31m two\nlines",
            metadata: [("disk", "sda"), ("why", "said \"no\""), ("empty", ""), ("token", "hunter22")],
            scrubber: scrubber)
        #expect(
            line.text
                == #"[WARNING] a\nb [secret] \u{1b}[31m [secret] disk=sda why="said \"no\"" empty="" token=[secret]"#)
    }

    @Test func progressIsThinnedOutAndStepsAreNot() {
        var queue = EventQueue(limit: 100, progressInterval: .seconds(1))
        let start = ContinuousClock.now
        queue.append(Event(.stepStarted, step: .writeImage), now: start)
        for tenth in 0..<35 {
            queue.append(
                Event(.progress, step: .writeImage, progress: tenth), now: start + .milliseconds(100 * tenth))
            if tenth == 15 { queue.append(Event(.stepStarted, step: .findRoot), now: start) }
        }
        var seen: [String] = []
        while let event = queue.next() {
            seen.append("\(event.type.rawValue) \(event.progress.map { "\($0)" } ?? "-")")
        }
        // Taken at 0, 1, 2 and 3 s; those next to each other leave only the newest.
        #expect(seen == ["step-started -", "progress 10", "step-started -", "progress 30"])
    }

    @Test func aNoticeIsNotLostBetweenFiguresAndNotRepeatedAtOnce() {
        var queue = EventQueue(limit: 100, progressInterval: .seconds(1))
        let now = ContinuousClock.now
        queue.append(Event(.progress, step: .writeImage, progress: 1), now: now)
        for _ in 0..<3 { queue.append(Event(.progress, step: .writeImage, message: "reading on"), now: now) }
        queue.append(Event(.progress, step: .writeImage, message: "40 MB", progress: 2), now: now + .seconds(2))
        #expect([queue.next()?.message, queue.next()?.message, queue.next()?.message] == ["reading on", "40 MB", nil])
    }

    @Test func aFullQueueGivesUpProgressBeforeSteps() {
        var queue = EventQueue(limit: 2, progressInterval: .zero)
        let now = ContinuousClock.now
        queue.append(Event(.stepStarted, step: .preflight), now: now)
        queue.append(Event(.progress, step: .preflight, progress: 1), now: now)
        queue.append(Event(.stepFinished, step: .preflight), now: now)
        #expect(queue.dropped == 1)
        #expect([queue.next()?.type, queue.next()?.type] == [.stepStarted, .stepFinished])
    }

    @Test func aDebugReportIsGzipThatReadsBack() throws {
        let text = (0..<20_000).map { "line \($0)\n" }.joined()
        let report = DebugReport(text)
        #expect(report.isGzip)
        #expect(report.body.count < text.utf8.count / 3)
        #expect(String(decoding: try inflated(report.body), as: UTF8.self) == text)
    }

    @Test func aDebugReportThatIsTooLongLosesItsMiddle() throws {
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<20_000).map { _ in String(generator.next(), radix: 36) }.joined(separator: "\n")
        let report = DebugReport("first line\n" + noise + "\nlast line\n", limit: 10_000)
        #expect(report.body.count <= 10_000)
        let text = String(decoding: try inflated(report.body), as: UTF8.self)
        #expect(text.hasPrefix("first line\n"))
        #expect(text.hasSuffix("\nlast line\n"))
        #expect(text.contains("bytes left out"))
    }

    private func inflated(_ packed: [UInt8]) throws -> [UInt8] {
        var stream = z_stream()
        try #require(inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
        defer { inflateEnd(&stream) }
        var input = packed
        var output = [UInt8](repeating: 0, count: 8 << 20)
        let status = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                return inflate(&stream, Z_FINISH)
            }
        }
        #expect(status == Z_STREAM_END)
        return Array(output.prefix(Int(stream.total_out)))
    }
}
