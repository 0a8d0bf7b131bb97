import FoundationEssentials
import ProvisioningAPI
import Testing

@Suite struct MessageTests {
    @Test func stepNamesAreThoseOfTheContractInItsOrder() {
        #expect(
            StepName.allCases.map(\.rawValue) == [
                "vars", "network", "check-machine", "report-init", "collect-inventory", "select-disk",
                "capture-disk", "preflight", "release-disk", "write-image", "find-root", "seed-root", "run-hooks",
                "load-kernel", "seal-disk",
                "report-success", "hand-over",
            ])
    }

    @Test(arguments: [
        ("provision", "provisioning started", "provisioning complete"),
        ("deprovision", "deprovisioning started", "deprovisioning complete"),
        ("soft-deprovision", "soft-deprovisioning started", "soft-deprovisioning complete"),
        ("inspect", "inspection started", "inspection complete"),
        ("dry-run", "dry-run started", "dry-run complete"),
        ("capture", "capture started", "capture complete"),
        ("standby", "standby", "standby complete"),
    ])
    func aModeHasItsPhrases(name: String, started: String, complete: String) throws {
        let mode = try #require(ProvisioningMode(rawValue: name))
        #expect(mode.startedPhrase == started)
        #expect(mode.completePhrase == complete)
        #expect(ProvisioningMode(phrase: started) == mode)
        #expect(ProvisioningMode(phrase: complete) == mode)
    }

    @Test func anEventIsWrittenAsTheContractSays() throws {
        let time = try #require(Timestamp("2026-07-01T12:00:00.250Z"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let started = Event(.stepStarted, step: .writeImage, message: "to sda", timestamp: time)
        #expect(
            String(decoding: try encoder.encode(started), as: UTF8.self)
                == #"{"message":"to sda","progress":null,"step":"write-image","timestamp":"2026-07-01T12:00:00.250Z","#
                + #""type":"step-started"}"#)
        #expect(try JSONDecoder().decode(Event.self, from: try encoder.encode(started)) == started)
        #expect(Event(.progress, step: .writeImage, progress: 140, timestamp: time).progress == 100)
    }

    @Test(arguments: [
        #"{"type":"progress","step":"x","message":"","progress":101,"timestamp":"2026-07-01T12:00:00Z"}"#,
        #"{"type":"other","step":"x","message":"","progress":1,"timestamp":"2026-07-01T12:00:00Z"}"#,
        #"{"type":"progress","step":"x","message":"","progress":1,"timestamp":"yesterday"}"#,
    ])
    func anEventOutsideTheContractIsRefused(text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Event.self, from: Data(text.utf8)) }
    }

    @Test(arguments: ["2026-07-01T12:00:00Z", "2026-07-01T12:00:00.000Z", "2026-07-01T14:00:00+02:00"])
    func anInstantIsReadInEveryFormOfRFC3339(text: String) {
        #expect(Timestamp(text)?.description == "2026-07-01T12:00:00.000Z")
    }

    @Test func commandsAreReadWhateverTheCaseOfTheirNames() throws {
        let text = #"[{"id":"1","TYPE":"reboot"},{"ID":"2","Type":"provision","Payload":"aGk="}]"#
        let commands = try JSONDecoder().decode([Command].self, from: Data(text.utf8))
        #expect(
            commands == [
                Command(id: "1", type: "reboot"), Command(id: "2", type: "provision", payload: Data("hi".utf8)),
            ])
    }

    @Test func anErrorReportIsOneLineAndReadsBack() {
        let report = ErrorReport(origin: .step(.writeImage), cause: "the image\nis failed: short")
        #expect(report.description == "step write-image failed: the image is failed: short")
        #expect(ErrorReport(report.description) == report)
        #expect(ErrorReport("step agent failed: killed by SIGSEGV")?.origin == .agent)
        for text in ["step x failed: y", "step failed: y", "provisioning started", ""] {
            #expect(ErrorReport(text) == nil, "\(text)")
        }
    }

    @Test func aDefinitionMayLeaveEverythingOut() throws {
        #expect(try JSONDecoder().decode(MachineDefinition.self, from: Data("{}".utf8)) == MachineDefinition())
    }
}
