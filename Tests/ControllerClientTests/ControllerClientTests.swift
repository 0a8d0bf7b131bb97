import Diagnostics
import HTTPTypes
import Hummingbird
import ProvisioningAPI
import Synchronization
import Testing

@testable import ControllerClient

@Suite(.timeLimit(.minutes(1))) struct ControllerClientTests {
    private static let fast = RetryPolicy(
        first: .milliseconds(5), longest: .milliseconds(20), attemptLimit: .seconds(5))

    /// Gives up after the first failure, however long a busy host takes for that.
    private static let once = RetryPolicy(first: .seconds(60), longest: .seconds(60), attemptLimit: .seconds(20))

    private func withClient<Value: Sendable>(
        _ endpoints: ControllerEndpoints, retry: RetryPolicy = fast, limits: ShippingLimits = ShippingLimits(),
        scrubber: SecretScrubber = SecretScrubber([String]()), notice: @escaping @Sendable (String) -> Void = { _ in },
        _ body: @Sendable (ControllerClient) async throws -> Value
    ) async throws -> Value {
        let client = try ControllerClient(
            configuration: ControllerConfiguration(
                endpoints: endpoints, token: Secret("the-token"), scrubber: scrubber, version: "1.2.3", retry: retry,
                limits: limits, notice: notice))
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(client)) } catch { outcome = .failure(error) }
        await client.shutdown()
        return try outcome.get()
    }

    @Test func initCarriesTokenVersionAndPhraseAndIsRepeatedUntilItSucceeds() async throws {
        let statuses: [HTTPResponse.Status] = [
            .serviceUnavailable, .requestTimeout, .tooEarly, .badGateway, .noContent,
        ]
        let controller = ScriptedController { _, number in Response(status: statuses[min(number, 4)]) }
        try await controller.serving {
            try await withClient(ControllerEndpoints(initial: controller.url("/init"))) { client in
                try await client.reportInit(.provision)
            }
        }
        let calls = controller.calls(to: "/init")
        #expect(calls.count == 5)
        #expect(calls.allSatisfy { $0.body == "provisioning started" && $0.method == "POST" })
        #expect(calls.allSatisfy { $0.headers["authorization"] == "Bearer the-token" })
        #expect(calls.allSatisfy { $0.headers["user-agent"] == "martlet/1.2.3" })
        #expect(Set(calls.compactMap { $0.headers["idempotency-key"] }).count == 1)
    }

    @Test(arguments: [409, 410]) func aMachineThatIsSentAwayLearnsSoAtOnce(status: Int) async throws {
        let controller = ScriptedController { _, _ in Response(status: .init(code: status)) }
        try await controller.serving {
            await #expect(throws: ControllerError.leaveAlone(status: status)) {
                try await withClient(ControllerEndpoints(initial: controller.url("/init"))) { client in
                    try await client.reportInit(.provision)
                }
            }
        }
        #expect(controller.calls.count == 1)
    }

    @Test func anyOtherRefusalIsFinalAndSaysWhyWithoutSecrets() async throws {
        let controller = ScriptedController { _, _ in
            Response(
                status: .forbidden,
                body: .init(byteBuffer: .init(string: #"{"message":"the-token is not valid\nhere"}"#)))
        }
        try await controller.serving {
            let endpoints = ControllerEndpoints(success: controller.url("/success?key=confidential"))
            let error = await #expect(throws: ControllerError.self) {
                try await withClient(endpoints) { try await $0.reportSuccess(.provision) }
            }
            let text = error?.description ?? ""
            #expect(text.contains("status 403: [secret] is not valid"))
            #expect(!text.contains("confidential"))
            #expect(error?.advice.contains("TOKEN") == true)
        }
        #expect(controller.calls.count == 1)
    }

    @Test func redirectsAreNotFollowedSoThatTheTokenStaysHome() async throws {
        let controller = ScriptedController { path, _ in
            Response(status: .temporaryRedirect, headers: [.location: "/elsewhere"])
        }
        try await controller.serving {
            await #expect(throws: ControllerError.self) {
                try await withClient(ControllerEndpoints(success: controller.url("/success"))) {
                    try await $0.reportSuccess(.provision)
                }
            }
        }
        #expect(controller.calls.map(\.path) == ["/success"])
    }

    @Test func theControllerSetsThePauseWithRetryAfter() async throws {
        let controller = ScriptedController { _, number in
            number == 0 ? Response(status: .tooManyRequests, headers: [.retryAfter: "1"]) : Response(status: .ok)
        }
        try await controller.serving {
            try await withClient(ControllerEndpoints(initial: controller.url("/init"))) { client in
                try await client.reportInit(.inspect)
            }
        }
        let calls = controller.calls
        #expect(calls.count == 2)
        #expect((calls.first?.time).map { $0.duration(to: calls.last?.time ?? $0) >= .seconds(1) } == true)
    }

    @Test func aControllerThatNeverAnswersEndsWithTheLimit() async throws {
        let controller = ScriptedController { _, _ in
            try? await Task.sleep(for: .seconds(60))
            return Response(status: .ok)
        }
        try await controller.serving {
            let start = ContinuousClock.now
            let error = await #expect(throws: ControllerError.self) {
                try await withClient(ControllerEndpoints(initial: controller.url("/init"))) { client in
                    try await client.reportInit(.provision, within: .milliseconds(300))
                }
            }
            #expect(start.duration(to: .now) < .seconds(5))
            #expect(error?.description.hasSuffix("failed because it did not answer in time") == true)
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1:1/init", "failed because the connection was refused"),
        ("http://name.invalid/init", "failed because its name could not be resolved"),
    ])
    func aConnectionThatFailsIsExplained(url: String, ending: String) async throws {
        let error = await #expect(throws: ControllerError.self) {
            try await withClient(ControllerEndpoints(initial: url), retry: Self.once) { client in
                try await client.reportInit(.provision, within: .seconds(20))
            }
        }
        #expect(error?.description == "the call to INIT_URL (\(url)) \(ending)")
        #expect(error?.advice.isEmpty == false)
    }

    @Test func aPeerWithoutTLSIsExplained() async throws {
        let controller = ScriptedController { _, _ in Response(status: .ok) }
        try await controller.serving {
            let url = controller.url("/init").replacing("http:", with: "https:")
            let error = await #expect(throws: ControllerError.self) {
                try await withClient(ControllerEndpoints(initial: url), retry: Self.once) { client in
                    try await client.reportInit(.provision, within: .seconds(20))
                }
            }
            #expect(error?.description.hasSuffix("it does not speak TLS 1.2 or later on that port") == true)
        }
    }

    @Test(arguments: ["ftp://host/x", "/relative", "http://", "", "host:80"])
    func whatIsNoURLIsRefusedByItsKey(url: String) {
        #expect(throws: ControllerError.invalidURL(key: "LOG_URL")) {
            try ControllerClient(
                configuration: ControllerConfiguration(endpoints: ControllerEndpoints(log: url), version: "1"))
        }
    }

    @Test func logLinesArriveOnceInOrderAndInFewCallsThroughAFlakyController() async throws {
        let controller = ScriptedController { _, number in
            Response(status: number % 3 == 1 ? .noContent : .serviceUnavailable)
        }
        try await controller.serving {
            try await withClient(
                ControllerEndpoints(log: controller.url("/log")), scrubber: SecretScrubber(["hunter22"])
            ) { client in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await client.run() }
                    for number in 0..<500 {
                        client.log.record(.info, "line \(number) the-token", metadata: [("secret", "hunter22")])
                    }
                    #expect(await client.drain(within: .seconds(10)))
                    group.cancelAll()
                }
            }
        }
        // The scripted controller takes the second of three calls; only what it took counts.
        let calls = controller.calls
        let taken = calls.enumerated().filter { $0.offset % 3 == 1 }.map(\.element.body).joined()
        #expect(taken.split(separator: "\n") == (0..<500).map { "[INFO] line \($0) [secret] secret=[secret]" })
        #expect(calls.count < 20)
        #expect(!calls.contains { $0.body.contains("the-token") || $0.body.contains("hunter22") })
    }

    @Test func aDeadControllerCostsLinesButNeitherMemoryNorTime() async throws {
        let controller = ScriptedController { _, number in
            if number < 2 { try? await Task.sleep(for: .milliseconds(300)) }
            return Response(status: number < 2 ? .internalServerError : .ok)
        }
        let notices = Mutex<[String]>([])
        try await controller.serving {
            try await withClient(
                ControllerEndpoints(log: controller.url("/log")),
                limits: ShippingLimits(logBytes: 2000, batchInterval: .milliseconds(1), batchBytes: 1000),
                notice: { text in notices.withLock { $0.append(text) } }
            ) { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await client.run() }
                    client.log.record(.info, "first")
                    while controller.calls.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
                    let start = ContinuousClock.now
                    for number in 0..<1000 { client.log.record(.info, "line \(number)") }
                    #expect(start.duration(to: .now) < .milliseconds(250))
                    #expect(await client.drain(within: .seconds(10)))
                    group.cancelAll()
                }
                #expect(client.log.droppedLines > 800)
                let taken = controller.calls.dropFirst(2).map(\.body).joined().split(separator: "\n")
                #expect(taken.first == "[INFO] first")
                #expect(taken.dropFirst().first?.hasSuffix("count=\(client.log.droppedLines)") == true)
                #expect(taken.last == "[INFO] line 999")
                #expect(taken.count == 1002 - client.log.droppedLines)
            }
        }
        #expect(notices.withLock { $0.count } == 2)
        #expect(notices.withLock { $0.last } == "LOG_URL answers again")
    }

    @Test func drainingEndsWithItsLimitWhenNobodyTakesTheLines() async throws {
        let controller = ScriptedController { _, _ in Response(status: .serviceUnavailable) }
        try await controller.serving {
            try await withClient(ControllerEndpoints(log: controller.url("/log"))) { client in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await client.run() }
                    client.log.record(.info, "lost")
                    let start = ContinuousClock.now
                    #expect(await client.drain(within: .milliseconds(200)) == false)
                    #expect(start.duration(to: .now) < .seconds(2))
                    group.cancelAll()
                }
            }
        }
    }

    @Test func aMachineChecksInUntilItIsKnown() async throws {
        let controller = ScriptedController { _, number in Response(status: number < 3 ? .notFound : .noContent) }
        try await controller.serving {
            try await withClient(
                ControllerEndpoints(checkin: controller.url("/checkin")),
                limits: ShippingLimits(checkinInterval: .milliseconds(20))
            ) { client in
                let asked = Atomic(0)
                await client.checkIn {
                    asked.wrappingAdd(1, ordering: .relaxed).newValue == 1 ? [] : ["192.0.2.7", "2001:db8::7"]
                }
            }
        }
        #expect(controller.calls.count == 4)
        #expect(controller.calls.allSatisfy { $0.method == "PUT" })
        #expect(controller.calls.last?.body == #"{"addresses":["192.0.2.7","2001:db8::7"]}"#)
    }

    @Test func heartbeatsGoOnAfterOneIsLost() async throws {
        let controller = ScriptedController { _, number in
            Response(status: number == 1 ? .internalServerError : .noContent)
        }
        try await controller.serving {
            try await withClient(
                ControllerEndpoints(heartbeat: controller.url("/heartbeat")),
                limits: ShippingLimits(heartbeatInterval: .milliseconds(20))
            ) { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await client.run() }
                    while controller.calls.count < 4 { try await Task.sleep(for: .milliseconds(5)) }
                    group.cancelAll()
                }
            }
        }
        #expect(controller.calls.allSatisfy { $0.body == "heartbeat" })
    }

    @Test func withoutEndpointsEverythingSucceedsAndNothingIsSent() async throws {
        try await withClient(ControllerEndpoints()) { client in
            try await client.reportInit(.provision)
            try await client.reportSuccess(.provision)
            try await client.reportError(ErrorReport(origin: .agent, cause: "none"))
            try await client.sendDebugReport("none")
            client.log.record(.info, "none")
            client.events.post(Event(.stepStarted, step: .network))
            #expect(await client.drain(within: .milliseconds(50)))
        }
    }
}
