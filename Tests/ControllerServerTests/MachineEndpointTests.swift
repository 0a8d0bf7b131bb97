import ControllerServer
import FoundationEssentials
import ProvisioningAPI
import Testing

@Suite(.timeLimit(.minutes(1))) struct MachineEndpointTests {
    @Test func aMachineIsDefinedListedChangedAndForgotten() async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory) { controller in
                let body = #"{"vars":{"IMAGE":"http://x/y"},"macs":["52-54-00-AA-BB-01"],"future":1}"#
                let created = try await controller.ask(.PUT, "/api/v1/machines/web-1", body: body)
                #expect(created.status == 201)
                let token = try #require(try created.json(MachineRegistration.self).token)
                #expect(token.utf8.count == 43)
                let again = try await controller.ask(.PUT, "/api/v1/machines/web-1", body: body)
                #expect(again.status == 200)
                #expect(try again.json(MachineRegistration.self).token == nil)
                let record = try await controller.record("web-1")
                #expect(record.definition.macs == ["52:54:00:aa:bb:01"])
                #expect(record.summary.state == .waiting)
                #expect(record.summary.armed)

                let listing: MachineListing = try await controller.ask(.GET, "/api/v1/machines").json()
                #expect(listing.complete)
                #expect(listing.machines.map(\.id) == ["web-1"])
                let rotated = try await controller.ask(.PUT, "/api/v1/machines/web-1", body: #"{"rotateToken":true}"#)
                #expect(try rotated.json(MachineRegistration.self).token != nil)
                #expect(
                    try await controller.ask(.POST, "/api/v1/machines/web-1/heartbeat", token: token, body: "heartbeat")
                        .status == 401)

                #expect(try await controller.ask(.DELETE, "/api/v1/machines/web-1").status == 204)
                #expect(try await controller.ask(.GET, "/api/v1/machines/web-1").status == 404)
                let rest: MachineListing = try await controller.ask(
                    .GET, "/api/v1/machines?since=\(listing.revision)"
                ).json()
                #expect(!rest.complete)
                #expect(rest.deleted == ["web-1"])
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory)/machines").isEmpty)
        }
    }

    @Test(arguments: [
        ("web-1", "{", "the body is not the JSON expected here: it cannot be parsed"),
        ("web-1", #"{"vars":{"A":1}}"#, "the body is not the JSON expected here: a value has the wrong type at vars.A"),
        ("web-1", #"{"macs":["52:54"]}"#, "the definition is not usable: 52:54 is no MAC address"),
        (
            "web-1", #"{"vars":{"TOKEN":"x"}}"#,
            "the definition is not usable: TOKEN is made by the controller, for each machine"
        ),
        ("web-1", #"{"nocloud":{"../x":""}}"#, "the definition is not usable: ../x is no NoCloud file"),
    ])
    func aDefinitionThatIsWrongIsRefusedWithTheReason(id: String, body: String, message: String) async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory) { controller in
                let answer = try await controller.ask(.PUT, "/api/v1/machines/\(id)", body: body)
                #expect(answer.status == 400)
                #expect(try answer.json(ErrorMessage.self).message == message)
            }
        }
    }

    @Test func aMACAddressBelongsToOneMachine() async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory) { controller in
                _ = try await controller.define("a", MachineDefinition(macs: ["52:54:00:00:00:01"]))
                let body = #"{"macs":["52:54:00:00:00:01"]}"#
                #expect(try await controller.ask(.PUT, "/api/v1/machines/b", body: body).status == 409)
                #expect(try await controller.ask(.PUT, "/api/v1/machines/a", body: #"{"macs":[]}"#).status == 200)
                #expect(try await controller.ask(.PUT, "/api/v1/machines/b", body: body).status == 201)
            }
        }
    }

    @Test(arguments: [
        "status/init", "status/success", "status/error", "log", "debug", "events", "heartbeat", "commands/ack",
        "inventory", "health", "metrics",
    ])
    func everyAgentEndpointAsksForTheMachinesToken(path: String) async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory) { controller in
                _ = try await controller.define("a")
                let other = try await controller.define("b")
                let url = "/api/v1/machines/a/\(path)"
                let bodies = [
                    "events":
                        #"{"type":"progress","step":"network","message":"","progress":1,"timestamp":"2026-07-01T12:00:00Z"}"#,
                    "commands/ack": #"{"id":"1","status":"completed"}"#, "inventory": "{}", "health": "[]",
                    "metrics": "{}",
                ]
                let body = bodies[path] ?? "text\n"
                for token in [nil, "", "wrong", other] {
                    #expect(try await controller.ask(.POST, url, token: token, body: body).status == 401)
                }
                let record = try await controller.record("a")
                #expect(record.summary.lastSeen == nil)
                #expect(record.history.isEmpty)
                #expect(try await controller.ask(.GET, "/api/v1/machines/a/log").text.isEmpty)
            }
        }
    }

    @Test func whatAMachineSentCanBeReadBack() async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory) { controller in
                let token = try await controller.define("a")
                for (path, body) in [("inventory", #"{"disks":[]}"#), ("health", "[]"), ("metrics", #"{"steps":[]}"#)] {
                    let url = "/api/v1/machines/a/\(path)"
                    #expect(try await controller.ask(.GET, url).status == 404)
                    #expect(try await controller.ask(.POST, url, token: token, body: "{").status == 400)
                    #expect(try await controller.ask(.POST, url, token: token, body: body).status == 204)
                    #expect(try await controller.ask(.GET, url).text == body)
                }
                let log = "/api/v1/machines/a/log"
                #expect(
                    try await controller.ask(.POST, log, token: token, body: "[INFO] one\n[INFO] t\u{1b}wo\n").status
                        == 204)
                #expect(try await controller.ask(.GET, log).text == "[INFO] one\n[INFO] t wo\n")
                #expect(try await controller.record("a").summary.message == "[INFO] t wo")
                let commands = try await controller.ask(.GET, "/api/v1/machines/a/commands", token: token)
                #expect(commands.status == 204)
                let tooLong = String(repeating: "x", count: (4 << 20) + 1)
                #expect(try await controller.ask(.POST, log, token: token, body: tooLong).status == 413)
            }
        }
    }

    @Test func aRepeatedCallCountsOnce() async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory) { controller in
                let token = try await controller.define("a")
                for key in ["1", "1", "2", "1", "2"] {
                    let answer = try await controller.ask(
                        .POST, "/api/v1/machines/a/log", token: token, headers: [("Idempotency-Key", key)],
                        body: "[INFO] batch \(key)\n")
                    #expect(answer.status == 204)
                }
                #expect(
                    try await controller.ask(.GET, "/api/v1/machines/a/log").text == "[INFO] batch 1\n[INFO] batch 2\n")
            }
        }
    }

    @Test func logsAreBoundedOnDiskAndKeepTheNewestLinesWhole() async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory, { $0.logLimit = 2000 }) { controller in
                let token = try await controller.define("a")
                for number in 0..<100 {
                    _ = try await controller.ask(
                        .POST, "/api/v1/machines/a/log", token: token,
                        body: "[INFO] line \(number) " + String(repeating: "x", count: 60) + "\n")
                }
                let lines = try await controller.ask(.GET, "/api/v1/machines/a/log").text.split(separator: "\n")
                #expect((10...30).contains(lines.count))
                #expect(lines.allSatisfy { $0.hasPrefix("[INFO] line ") })
                #expect(lines.last?.hasPrefix("[INFO] line 99 ") == true)
            }
        }
    }

    @Test func stateSurvivesARestart() async throws {
        try await withTemporaryDirectory { directory in
            let token = try await withController(data: directory) { controller in
                let token = try await controller.define("a", MachineDefinition(vars: ["IMAGE": "x"]))
                for (path, body) in [
                    ("status/init", "provisioning started"), ("log", "[INFO] before\n"),
                    ("status/success", "provisioning complete"),
                ] {
                    let answer = try await controller.ask(.POST, "/api/v1/machines/a/\(path)", token: token, body: body)
                    #expect(answer.status == 204)
                }
                #expect(try await controller.ask(.POST, "/api/v1/checkins/c", body: #"{"addresses":[]}"#).status == 204)
                return token
            }
            try await withController(data: directory) { controller in
                let record = try await controller.record("a")
                #expect(record.summary.state == .succeeded)
                #expect(!record.summary.armed)
                #expect(record.summary.address == "127.0.0.1")
                #expect(record.history.map(\.kind) == [.`init`, .success])
                #expect(record.definition.vars == ["IMAGE": "x"])
                #expect(try await controller.ask(.GET, "/api/v1/machines/a/log").text == "[INFO] before\n")
                #expect(try await controller.ask(.GET, "/api/v1/checkins/c").status == 200)
                let answer = try await controller.ask(
                    .POST, "/api/v1/machines/a/status/init", token: token, body: "provisioning started")
                #expect(answer.status == 409)
            }
        }
    }

    @Test func aDataDirectoryServesOneController() async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory) { _ in
                await #expect(throws: (any Error).self) {
                    try await withController(data: directory) { _ in }
                }
            }
            try await withController(data: directory) { _ in }
        }
    }
}
