import LinuxSystem
import Testing

@testable import SNTP

/// The client against servers on loopback that answer as they are told to.
@Suite("Asking time servers", .serialized)
struct SNTPClientTests {
    private static let earliest = UnixTime(seconds: 1_577_836_800)

    private func ask(_ servers: [SNTPServer], timeout: Duration = .seconds(5)) async throws -> ClockOffset {
        try await offPool("sntp") { try SNTPClient.ask(servers, earliest: Self.earliest, timeout: timeout) }
    }

    /// Whether an offset is this one, as far as a busy machine lets it be told.
    private func isNear(_ offset: Duration, _ expected: Duration) -> Bool {
        offset > expected - .milliseconds(200) && offset < expected + .milliseconds(200)
    }

    @Test("the offset of a single server comes at once")
    func single() async throws {
        let server = try ScriptedServer { [$0.answer(wrongBy: .seconds(86_400 * 400)).encoded] }
        let begun = ContinuousClock.now
        let offset = try await ask([server.server])
        #expect(begun.duration(to: .now) < .milliseconds(900))
        #expect(isNear(offset.offset, .seconds(86_400 * 400)), "\(offset)")
        #expect(offset.server == "127.0.0.1:\(server.port)" && offset.stratum == 2)
        #expect(offset.delay < .milliseconds(500))
    }

    @Test("of three servers, the two that agree have their way, and one that is silent does not hold them up")
    func several() async throws {
        let right = try ScriptedServer { [$0.answer(wrongBy: .seconds(60)).encoded] }
        let alsoRight = try ScriptedServer { [$0.answer(wrongBy: .seconds(61)).encoded] }
        let wrong = try ScriptedServer { [$0.answer(wrongBy: .seconds(90_000)).encoded] }
        let silent = try ScriptedServer { _ in [] }
        let begun = ContinuousClock.now
        let offset = try await ask([silent, wrong, right, alsoRight].map(\.server), timeout: .seconds(10))
        #expect(begun.duration(to: .now) < .seconds(3))
        #expect(isNear(offset.offset, .seconds(61)), "\(offset)")
    }

    @Test("a lost packet is sent again, with another number")
    func retransmission() async throws {
        let seen = Monitor<[NTPTimestamp]>([])
        let server = try ScriptedServer { question in
            let count = seen.update { seen in
                seen.append(question.transmit)
                return seen.count
            }
            return count == 1 ? [] : [question.answer().encoded]
        }
        let offset = try await ask([server.server])
        #expect(isNear(offset.offset, .zero), "\(offset)")
        #expect(Set(seen.update { $0 }).count == 2)
    }

    @Test("forged packets before the answer do not matter")
    func forged() async throws {
        let server = try ScriptedServer { question in
            var forged = question.answer(wrongBy: .seconds(5000))
            forged.origin = NTPTimestamp(rawValue: question.transmit.rawValue ^ 1)
            return [[], [1, 2, 3], forged.encoded, question.encoded, question.answer().encoded]
        }
        #expect(isNear(try await ask([server.server]).offset, .zero))
    }

    @Test("every server that told no time has its sentence")
    func failures() async throws {
        let kiss = try ScriptedServer { question in
            var packet = question.answer()
            packet.stratum = 0
            packet.referenceID = 0x4445_4e59
            return [packet.encoded]
        }
        let unsynchronised = try ScriptedServer { question in
            var packet = question.answer()
            packet.leap = 3
            return [packet.encoded]
        }
        let mistaken = try ScriptedServer { question in
            var packet = question.answer()
            packet.origin = NTPTimestamp(rawValue: 7)
            return [packet.encoded]
        }
        let silent = try ScriptedServer { _ in [] }
        let closed = try ScriptedServer { _ in [] }.port
        try await Task.sleep(for: .milliseconds(200))
        let servers = [kiss, unsynchronised, mistaken, silent].map(\.server)
        let error = await #expect(throws: SNTPError.self) {
            try await ask(
                servers + [
                    SNTPServer(host: "127.0.0.1", port: closed), SNTPServer(host: "no-such-host.invalid"),
                ], timeout: .seconds(2))
        }
        let failures = try #require(error?.failures)
        #expect(failures.count == 6)
        let expected = [
            "it does not want to be asked (kiss-o'-death DENY)",
            "it does not know the time itself (its clock is not synchronised)", "what it answered was not asked",
            "no answer in 2 s", "nothing listens on UDP port \(closed)",
        ]
        for (place, reason) in expected.enumerated() {
            let host = place < 4 ? "\(servers[place])" : "127.0.0.1:\(closed)"
            #expect(failures[place] == "\(host): \(reason)")
        }
        #expect(failures[5].hasPrefix("no-such-host.invalid: its name is not resolved: "))
        #expect(error?.description.hasPrefix("no time server told the time\n  127.0.0.1:") == true)
    }

    @Test("without servers the error says so at once")
    func none() async throws {
        let error = await #expect(throws: SNTPError.self) { try await ask([]) }
        #expect(error?.description == "no time server is known")
    }

    @Test("a name is resolved")
    func name() async throws {
        let server = try ScriptedServer { [$0.answer().encoded] }
        let offset = try await ask([SNTPServer(host: "localhost", port: server.port)])
        #expect(offset.server == "localhost:\(server.port) (127.0.0.1)")
    }
}
