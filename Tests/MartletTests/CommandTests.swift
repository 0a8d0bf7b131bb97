import Foundation
import HTTPTestKit
import TLSTestKit
import Testing

/// The program as an operator runs it.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CommandTests {
    private struct Ending {
        let status: Int32
        let output: String
        let errors: String
    }

    /// A directory with an image `image` of 4 MiB, a file `disk` of 8 MiB full of something else, and one too small.
    private final class Place {
        let path = "/var/tmp/martlet-command-\(UUID().uuidString)"

        init() throws {
            try FileManager.default.createDirectory(atPath: path + "/directory", withIntermediateDirectories: true)
            _ = try shell(
                "truncate -s 4M image; sgdisk -n 1:1M:+2M image > sgdisk.log; mkfifo pipe; truncate -s 1M small; "
                    + "head -c 8M /dev/zero | tr '\\0' x > disk; echo '<html>' > page")
        }

        deinit {
            try? FileManager.default.removeItem(atPath: path)
        }

        /// Runs a command of the shell there, in which `martlet` is the program that was built.
        func shell(_ command: String) throws -> Ending {
            let process = try started(command)
            process.waitUntilExit()
            return try ending(of: process)
        }

        func started(_ command: String) throws -> Process {
            let process = Process()
            let programs = Bundle.main.executableURL?.deletingLastPathComponent().path ?? "."
            process.executableURL = URL(filePath: "/bin/bash")
            process.arguments = [
                "-o", "pipefail", "-c",
                "PATH=\(programs):$PATH:/usr/sbin; { \(command); } > output 2> errors < /dev/null",
            ]
            process.currentDirectoryURL = URL(filePath: path)
            try process.run()
            return process
        }

        func ending(of process: Process) throws -> Ending {
            Ending(
                status: process.terminationStatus, output: try text("output"), errors: try text("errors"))
        }

        func head(of name: String) throws -> Data {
            try FileHandle(forReadingFrom: URL(filePath: "\(path)/\(name)")).read(upToCount: 1 << 20) ?? Data()
        }

        private func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
        }
    }

    static let refusals: [(arguments: String, status: Int32, says: String)] = [
        ("nothing disk", 1, "martlet: open nothing: No such file or directory; check the path"),
        ("image nothing", 1, "nothing cannot be overwritten: there is no such device or file; name a block device"),
        ("image directory", 1, "it is neither a block device nor a regular file; name a block device"),
        ("directory disk", 1, "directory is no location of an image: it is a directory"),
        ("image image", 1, "image cannot be overwritten: it is the image itself"),
        ("$PWD/image image", 1, "image cannot be overwritten: it is the image itself"),
        ("pipe disk", 1, "pipe is no location of an image: it is a pipe, and an image is read twice"),
        ("image small", 1, "choose a larger disk or a smaller image"),
        ("page disk", 1, "the image is text such as a web page, not a raw image of a whole disk"),
        ("image disk --checksum sha256:zz", 64, "'sha256:zz' is invalid"),
        ("image disk --checksum md5:00", 64, "'md5:00' is invalid"),
        ("image disk --checksum zz", 64, "'zz' is invalid"),
        ("htp://x/y disk", 64, "the scheme htp is not supported"),
        ("oci://r/OS disk", 64, "the name of its repository"),
        ("http://127.0.0.1:9/x disk", 1, "cannot reach http://127.0.0.1:9/x: Connection refused; check the URL"),
        ("image disk --signature s", 64, "--signature needs --ed25519-key or --gpg-key"),
        ("image disk --mirror htp://x/y", 64, "the scheme htp is not supported"),
        ("image image --mirror page", 1, "image cannot be overwritten: it is the image itself"),
        ("page image --mirror ./image", 1, "image cannot be overwritten: it is the image itself"),
        ("http://127.0.0.1:9/x disk --header @nothing", 1, "open nothing: No such file or directory"),
        ("http://127.0.0.1:9/x disk --header @page", 1, "line 1 of page is not a header field NAME: VALUE"),
        ("http://127.0.0.1:9/x disk --header secret", 1, "--header is not a header field NAME: VALUE; give it as"),
        ("http://127.0.0.1:9/x disk --ca-file nothing", 1, "open nothing: No such file or directory"),
        ("image /dev/full", 1, "/dev/full cannot be overwritten: it is neither"),
    ]

    @Test(arguments: refusals) func whatIsWrongIsSaidAndNothingIsWritten(
        arguments: String, status: Int32, says: String
    ) throws {
        let place = try Place()
        let ending = try place.shell("martlet write \(arguments)")
        #expect(ending.status == status)
        #expect(ending.errors.contains(says), "\(ending.errors)")
        #expect(try place.head(of: "disk").allSatisfy { $0 == UInt8(ascii: "x") })
    }

    @Test func programsGetTheFailureAsALineOfTheirOwn() throws {
        let place = try Place()
        let zeros = String(repeating: "0", count: 64)
        let ending = try place.shell("martlet write image disk --json --checksum sha256:\(zeros)")
        let last = try #require(ending.output.split(separator: "\n").last)
        let line = try JSONDecoder().decode([String: String].self, from: Data(last.utf8))
        #expect(ending.status == 1)
        #expect(line["event"] == "failed" && line["device"] == "disk")
        #expect(line["message"]?.contains(zeros) == true && line["advice"]?.isEmpty == false)
        #expect(try place.head(of: "disk").allSatisfy { $0 == 0 })
    }

    @Test func programsGetTheSummaryAsALineOfTheirOwn() throws {
        let place = try Place()
        let sum = try place.shell("sha256sum image").output.prefix(64)
        let ending = try place.shell("martlet write image disk --json --verify-readback --checksum sha256:\(sum)")
        #expect(ending.status == 0, "\(ending.errors)")
        let last = try #require(ending.output.split(separator: "\n").last)
        let line = try #require(try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
        #expect(line["event"] as? String == "finished" && line["device"] as? String == "disk")
        #expect(line["imageBytes"] as? Int == 4 << 20 && line["servedBytes"] as? Int == 4 << 20)
        #expect(line["resumes"] as? Int == 0 && line["retriedWrites"] as? Int == 0)
        #expect(line["verified"] as? [String] == ["sha256:\(sum)"] && line["isReadBack"] as? Bool == true)
        let written = try #require(line["writtenBytes"] as? Int)
        let skipped = try #require(line["deallocatedBytes"] as? Int)
        #expect(written + skipped <= 4 << 20 && written >= 0)
        let stages = try #require(line["stageSeconds"] as? [String: Double])
        #expect(Set(stages.keys).isSuperset(of: ["receive", "decode", "hash", "flush", "readBack"]))
        #expect(stages.values.allSatisfy { $0 > 0 && $0 < 60 })
    }

    /// Answers with the image of a place to whoever gives the right password.
    private func server(of place: Place, password: String) throws -> FaultServer {
        let image = [UInt8](try Data(contentsOf: URL(filePath: place.path + "/image")))
        return try FaultServer { _, request in
            guard request.fields["authorization"] == password else {
                return [head("401 Unauthorized", "Content-Length: 0")]
            }
            return [head("200 OK", "ETag: \"1\"", "Content-Length: \(image.count)"), .send(image)]
        }
    }

    @Test func headerFieldsComeFromTheCommandLineOrAFileAndAreNeverSaid() throws {
        let place = try Place()
        let server = try server(of: place, password: "Bearer hush")
        for header in ["'Authorization: Bearer hush'", "@fields"] {
            let ending = try place.shell(
                "printf 'X-Other: 1\\r\\n\\nauthorization:Bearer hush\\n' > fields; "
                    + "martlet write \(server.origin)/image disk --header \(header)")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(!(ending.errors + ending.output).contains("hush"))
        }
        #expect(server.requests.last?.fields["x-other"] == "1")
        let refused = try place.shell("martlet write \(server.origin)/image disk --header 'Authorization: Bearer hash'")
        #expect(refused.status == 1 && refused.errors.contains("give credentials in the URL or in --header"))
        #expect(!refused.errors.contains("hash"))
    }

    /// That it is no image is known only once the certificate is trusted.
    @Test func aServerOfAnAuthorityInAFileIsRead() async throws {
        let place = try Place()
        let server = try await TLSServer([TestCertificates.right])
        try TestCertificates.authority.write(toFile: place.path + "/ca.pem", atomically: true, encoding: .utf8)
        let command = "martlet write https://localhost:\(server.port)/x disk"
        let refused = try place.shell(command)
        #expect(refused.status == 1 && refused.errors.contains("the file of --ca-file"), "\(refused.errors)")
        let ending = try place.shell(command + " --ca-file ca.pem")
        #expect(ending.status == 1 && ending.errors.contains("the image is text"), "\(ending.errors)")
    }

    @Test func aRegistryWithoutTLSIsAskedWhereThatIsAllowed() throws {
        let place = try Place()
        let server = try FaultServer { _, _ in [head("404 Not Found", "Content-Length: 0")] }
        // An address that is not known to be this machine's.
        let command = "martlet write oci://0.0.0.0:\(server.port)/os:1 disk"
        let refused = try place.shell(command)
        #expect(refused.status == 1 && refused.errors.contains("tried only with --insecure-transport"))
        #expect(!server.requests.contains { $0.path.hasPrefix("/v2/") })
        let ending = try place.shell(command + " --insecure-transport")
        #expect(ending.status == 1 && ending.errors.contains("at http://0.0.0.0:\(server.port): 404 Not Found"))
    }

    @Test func anotherMirrorIsTakenWhenTheFirstFails() throws {
        let place = try Place()
        let server = try server(of: place, password: "Bearer hush")
        let ending = try place.shell(
            "martlet write http://127.0.0.1:9/image disk --mirror \(server.origin)/image --mirror nothing "
                + "--header 'Authorization: Bearer hush'")
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.errors.hasPrefix("\(server.origin)/image: raw"))
        #expect(try place.head(of: "disk")[512..<520].elementsEqual("EFI PART".utf8))
    }

    @Test func howAQCOW2FileIsReadAndWhatDecodingTakesIsSaid() throws {
        let ending = try Place().shell(
            "qemu-img convert -O qcow2 image image.qcow2; zstd -q image.qcow2; martlet write image.qcow2.zst disk")
        #expect(ending.status == 0, "\(ending.errors)")
        let lines = ending.errors.split(separator: "\n")
        #expect(lines.first?.hasPrefix("image.qcow2.zst: qcow2 in zstd, 4.0 MiB for disk, ") == true)
        #expect(lines.first?.hasSuffix(" of memory to decode it") == true, "\(ending.errors)")
        #expect(lines.dropFirst().first?.contains("it is compressed as a whole, by zstd") == true)
    }

    @Test func aReaderThatGoesAwayDoesNotLeaveHalfADisk() throws {
        let place = try Place()
        let ending = try place.shell("martlet write image disk --json | head -n 1")
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.output.contains("inspected"))
        #expect(try place.head(of: "disk")[512..<520].elementsEqual("EFI PART".utf8))
    }

    /// Into a file: a line for each tenth part at most, and no carriage return.
    @Test func progressInALogHasFewLines() throws {
        let ending = try Place().shell("martlet write image disk")
        #expect(ending.status == 0 && !ending.errors.contains("\r"))
        let lines = ending.errors.split(separator: "\n")
        #expect(lines.first == "image: raw, 4.0 MiB for disk" && lines.count <= 13, "\(ending.errors)")
        #expect(lines.last?.hasPrefix("disk: 4.0 MiB in ") == true)
    }

    @Test(arguments: [SIGINT, SIGTERM]) func anInterruptionSaysWhatIsLeft(signal: Int32) async throws {
        let place = try Place()
        let image = [UInt8](try Data(contentsOf: URL(filePath: place.path + "/image")))
        let server = try FaultServer { _, _ in
            [
                head("200 OK", "ETag: \"1\"", "Content-Length: \(image.count)"), .send(Array(image[..<(3 << 20)])),
                .pause(9000),
            ]
        }
        let process = try place.started("exec martlet write \(server.origin)/x disk")
        for _ in 0..<500 where server.requests.count < 2 { try await Task.sleep(for: .milliseconds(10)) }
        // The signals are heeded from the moment on at which the writing begins.
        try await Task.sleep(for: .milliseconds(500))
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        let ending = try place.ending(of: process)
        #expect(ending.status == 1)
        #expect(
            ending.errors.hasSuffix(
                "martlet: interrupted: disk is unfinished, and boots no more if anything was written to it; "
                    + "run the same command again; it begins at the start\n"), "\(ending.errors)")
        let first = try #require(try place.head(of: "disk").first)
        #expect(try place.head(of: "disk").allSatisfy { $0 == first } && [0, UInt8(ascii: "x")].contains(first))
    }

    @Test func aCaptureThatIsInterruptedLeavesNoFile() async throws {
        let place = try Place()
        _ = try place.shell("truncate -s 40G large")
        let process = try place.started("exec martlet capture large captured.zst")
        try await Task.sleep(for: .seconds(1))
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        let ending = try place.ending(of: process)
        #expect(ending.status == 1 && ending.errors.contains("interrupted: captured.zst has no whole image"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).allSatisfy { !$0.contains("captured") })
    }
}
