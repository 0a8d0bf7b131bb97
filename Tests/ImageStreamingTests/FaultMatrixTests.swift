import Foundation
import HTTPTestKit
import ImageStreaming
import LinuxSystem
import Testing

@testable import ImageSources

private let disk = TestImage.gpt()

/// What is served of the disk.
enum ServedForm: String, CaseIterable, Sendable {
    case raw, zstd, gzip, qcow2

    private static let all: [Self: [UInt8]] = {
        guard let directory = try? TemporaryDirectory(), (try? directory.write(disk.bytes, to: "raw")) != nil,
            (try? directory.shell(
                "zstd -q -1 -o zstd raw; gzip -1c raw > gzip; qemu-img convert -f raw -O qcow2 raw qcow2")) != nil
        else { return [:] }
        return Dictionary(uniqueKeysWithValues: allCases.map { ($0, (try? directory.read($0.rawValue)) ?? []) })
    }()

    var bytes: [UInt8] { Self.all[self] ?? [] }
    var image: FaultyImage { FaultyImage(bytes: bytes) }

    /// Whether the format's own tool finds the disk in a damaged file.
    func holds(_ disk: [UInt8], in file: [UInt8], _ directory: TemporaryDirectory) throws -> Bool {
        let tool: String
        switch self {
        case .raw: return file == disk
        case .zstd: tool = "zstd"
        case .gzip: tool = "gzip"
        // There are bytes that nothing reads, and some that only qemu does, which refuses them.
        case .qcow2: return true
        }
        _ = try directory.write(file, to: "served")
        _ = try directory.write(disk, to: "expected")
        return try directory.shell("if \(tool) -dc <served 2>/dev/null | cmp -s - expected; then echo same; fi")
            == "same\n"
    }
}

/// From the server's socket to the seal: the outcome is the right disk, or an error and a disk that nothing boots.
@Suite(.serialized, .timeLimit(.minutes(5))) struct FaultMatrixTests {
    enum Outcome { case disk, error }

    private static let diskSize = 16 << 20
    private static let sixteenths = 1...15

    /// A disk to which the image was written without a fault.
    private static let sealed = Monitor<[UInt8]?>(nil)

    /// Serves, writes and seals.
    private func outcome(
        _ options: ImageWriter.Options = .init(),
        _ answer: @escaping @Sendable (Int, FaultServer.Request) -> [FaultServer.Action]
    ) async throws -> Outcome {
        let server = try FaultServer(answer)
        var http = HTTPOptions()
        http.stallTimeout = .milliseconds(400)
        http.resumeAttempts = 2
        http.backoff = Backoff(first: .milliseconds(2), longest: .milliseconds(4))
        let source = try MirroredImageSource(locations: [server.origin + "/d"], options: http)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Self.diskSize))
        do {
            try await write(source, to: target, options)
        } catch {
            let left = try target.contents
            let isUntouched = consists(left[...], of: 0xaa)
            let hasNoTable = consists(left[..<TestImage.headLength], of: 0) && consists(left.suffix(33 * 512), of: 0)
            #expect(isUntouched || hasNoTable, "\(error)")
            return .error
        }
        let right = try await rightDisk()
        #expect(areEqual(try target.contents[...], right[...]))
        return .disk
    }

    /// Expects what becomes of it.
    private func expect(
        _ expected: Outcome, _ options: ImageWriter.Options = .init(), _ location: SourceLocation = #_sourceLocation,
        _ answer: @escaping @Sendable (Int, FaultServer.Request) -> [FaultServer.Action]
    ) async throws {
        let found = try await outcome(options, answer)
        #expect(found == expected, sourceLocation: location)
    }

    private func write(
        _ source: any ImageSource, to target: TemporaryFile, _ options: ImageWriter.Options = .init()
    ) async throws {
        let descriptor = try target.open()
        let facts = try await ImagePreflight.inspect(
            source, diskSize: UInt64(Self.diskSize), logicalSectorSize: 512, options: options)
        let table = try await ImageWriter.write(source, to: descriptor, facts: facts, options: options)
        try table.seal(on: descriptor)
    }

    private func rightDisk() async throws -> [UInt8] {
        if let known = Self.sealed.update({ $0 }) { return known }
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: Self.diskSize))
        let image = try TemporaryFile(disk.bytes)
        try await write(image.source, to: target)
        let bytes = try target.contents
        Self.sealed.update { $0 = bytes }
        return bytes
    }

    @Test(arguments: [ServedForm.raw, .zstd, .qcow2], sixteenths)
    func aConnectionThatBreaksOffIsTakenUp(form: ServedForm, sixteenth: Int) async throws {
        var image = form.image
        image.cut = image.bytes.count * sixteenth / 16
        if sixteenth.isMultiple(of: 2) { image.end = [.reset] }
        try await expect(.disk) { [image] _, request in image.answer(request) }
    }

    /// The preflight is the first request; the write is the second.
    @Test(arguments: [ServedForm.raw, .zstd, .gzip], [1, 8, 15])
    func aServerWithoutRangesSendsItOnceMore(form: ServedForm, sixteenth: Int) async throws {
        var whole = form.image
        whole.hasRanges = false
        var broken = whole
        broken.cut = whole.bytes.count * sixteenth / 16
        try await expect(.disk) { [whole, broken] number, request in
            (number == 1 ? broken : whole).answer(request)
        }
    }

    @Test(arguments: ServedForm.allCases, [1, 5, 11, 15])
    func whatAlwaysBreaksOffAtOnePlaceIsAnError(form: ServedForm, sixteenth: Int) async throws {
        var image = form.image
        image.cut = image.bytes.count * sixteenth / 16
        image.hasRanges = false
        try await expect(.error) { [image] _, request in image.answer(request) }
    }

    @Test(arguments: ServedForm.allCases, [false, true])
    func aStallIsTakenUpUnlessItIsForEver(form: ServedForm, isForEver: Bool) async throws {
        var image = form.image
        image.cut = image.bytes.count / 2
        image.end = [.pause(1500)]
        image.hasRanges = !isForEver
        try await expect(isForEver ? .error : .disk) { [image] _, request in image.answer(request) }
    }

    @Test(arguments: ServedForm.allCases) func aDripIsTakenUp(form: ServedForm) async throws {
        let image = form.image
        let start = image.bytes.count / 3
        let drips = (0..<30).flatMap { [FaultServer.Action.send([image.bytes[start + $0]]), .pause(40)] }
        try await expect(.disk) { number, request in
            guard number == 1, request.fields["range"] == nil else { return image.answer(request) }
            return Array(image.answer(request).prefix(1)) + [.send(Array(image.bytes[..<start]))] + drips
        }
    }

    /// The length of what is sent, and how much more is announced.
    @Test(arguments: ServedForm.allCases, [-1, 1, -300_000, 300_000])
    func aLengthThatLiesIsAnError(form: ServedForm, lie: Int) async throws {
        var image = form.image
        image.lie = lie
        try await expect(.error) { [image] _, request in image.answer(request) }
    }

    enum Break: CaseIterable { case never, once, always }

    @Test(arguments: ServedForm.allCases, Break.allCases)
    func chunksWithoutALengthAreReadToTheLastOne(form: ServedForm, fault: Break) async throws {
        var broken = form.image
        broken.cut = broken.bytes.count / 2
        try await expect(fault == .always ? .error : .disk) { [broken] number, _ in
            let breaks = fault == .once && number == 1 || fault == .always && number > 0
            return breaks ? broken.chunks(isWhole: false) : form.image.chunks()
        }
    }

    /// A body that the end of the connection ends: only what is in it says that there should be more.
    @Test(arguments: ServedForm.allCases) func aBodyWithoutAnEndOfItsOwnIsAnErrorWhenItIsCut(form: ServedForm)
        async throws
    {
        for (share, expected) in [(1.0, Outcome.disk), (0.7, .error)] {
            let body = Array(form.bytes.prefix(Int(Double(form.bytes.count) * share)))
            try await expect(expected) { _, _ in [head("200 OK"), .send(body)] }
        }
    }

    /// A server that sends all of it where a part was asked for; and one that has a new version by then, with the same bytes
    /// even, and says so whether it knows If-Range or not.
    @Test(arguments: [ServedForm.raw, .zstd, .gzip], ["v1", "v2"])
    func readingOnIsOfTheSameVersionOnly(form: ServedForm, version: String) async throws {
        var image = form.image
        image.cut = image.bytes.count / 2
        var later = form.image
        later.validator = "ETag: \"\(version)\""
        for hasRanges in [false, true] {
            later.hasRanges = hasRanges
            try await expect(version == "v1" ? .disk : .error) { [image, later] _, request in
                (request.fields["range"] == nil ? image : later).answer(request)
            }
        }
    }

    @Test(arguments: ServedForm.allCases) func anImageThatIsAnotherOneByTheWriteIsAnError(form: ServedForm) async throws
    {
        let other = FaultyImage(bytes: TestImage.mbr().bytes)
        try await expect(.error) { number, request in
            (number == 0 ? form.image : other).answer(request)
        }
    }

    /// A server that is busy at first, or in the middle for a while.
    @Test(arguments: ServedForm.allCases, [true, false])
    func aBusyServerIsAskedAgainInTheMiddle(form: ServedForm, isAtFirst: Bool) async throws {
        var image = form.image
        image.cut = image.bytes.count / 2
        let refusals = Monitor(0)
        let busy = [head("503 Service Unavailable", "Retry-After: 1", "Content-Length: 0")]
        try await expect(isAtFirst ? .error : .disk) { [image] number, request in
            if isAtFirst, number == 0 { return busy }
            let isOver = refusals.update { count in
                if request.fields["range"]?.hasPrefix("bytes=\(image.cut ?? 0)-") == true { count += 1 }
                return count != 1
            }
            return isOver ? image.answer(request) : busy
        }
    }

    @Test(arguments: ServedForm.allCases, [0, 1, 2]) func aCircleOfRedirectsIsAnError(form: ServedForm, first: Int)
        async throws
    {
        var image = form.image
        image.cut = image.bytes.count / 2
        try await expect(.error) { [image] number, request in
            number < first
                ? image.answer(request) : [head("302 Found", "Location: /d", "Content-Length: 0")]
        }
    }

    /// What the format cannot prove by itself, a check sum does. A bit that the format's own tool does not miss (the
    /// padding after a deflate block, a code that no symbol uses) may be another: the disk is the right one then.
    @Test(arguments: ServedForm.allCases) func aByteThatIsAnotherIsAnError(form: ServedForm) async throws {
        let directory = try TemporaryDirectory()
        var options = ImageWriter.Options()
        if form == .raw || form == .qcow2 {
            _ = try directory.write(disk.bytes, to: "d")
            options.checksum = ImageChecksum(.sha256, hex: try directory.shell("sha256sum d").prefix(64))
        }
        try await expect(.disk, options) { _, request in form.image.answer(request) }
        for _ in 0..<4 {
            var image = form.bytes
            // Not in the header, where a file has its name.
            let place = Int.random(in: 64..<image.count)
            let bit = UInt8.random(in: 0...7)
            image[place] ^= 1 << bit
            let served = FaultyImage(bytes: image)
            let outcome = try await outcome(options) { _, request in served.answer(request) }
            #expect(
                try outcome == .error || form.holds(disk.bytes, in: image, directory),
                "byte \(place) of \(image.count), bit \(bit)")
        }
    }
}
