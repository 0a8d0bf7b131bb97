import Diagnostics
import Pipeline
import ProvisioningAPI
import Synchronization
import Testing

@testable import Console

@Suite struct ConsoleTests {
    private final class Screen: Sendable {
        let text = Mutex("")
        var console: ConsoleWriter { ConsoleWriter { piece in self.text.withLock { $0 += piece } } }
        var shown: String { text.withLock { $0 } }
    }

    @Test func aStepThatIsNotInterruptedTakesOneLine() {
        let screen = Screen()
        let steps = StepLines(console: screen.console)
        steps.stepStarted(.network, number: 2, count: 15)
        steps.stepFinished(.network, number: 2, count: 15, seconds: 1.23, retries: 0)
        #expect(screen.shown == "[ 2/15] network … done 1.2s\n")
    }

    @Test func aLineInTheMiddleOfAStepLeavesBothWhole() {
        let screen = Screen()
        let console = screen.console
        let steps = StepLines(console: console)
        steps.stepStarted(.network, number: 2, count: 15)
        console.say("eth0: no carrier")
        steps.stepFinished(.network, number: 2, count: 15, seconds: 30, retries: 1)
        #expect(
            screen.shown
                == "[ 2/15] network …\neth0: no carrier\n[ 2/15] network … done 30.0s after 2 tries\n")
    }

    @Test func progressIsRewrittenInPlace() {
        let screen = Screen()
        let console = screen.console
        console.update("write … 1 %")
        console.update("write … 2 %")
        console.finish("write … done 2.0s")
        #expect(screen.shown == "write … 1 %\r\u{1b}[Kwrite … 2 %\r\u{1b}[Kwrite … done 2.0s\n")
    }

    @Test func secretsNeverReachTheScreen() {
        let screen = Screen()
        let console = screen.console
        console.hide(SecretScrubber(["hunter22", "hunter22-long"]))
        console.say("token hunter22-long and hunter22")
        console.finish("step hunter22")
        #expect(screen.shown == "token [secret] and [secret]\nstep [secret]\n")
    }

    @Test func theFailureBlockBeginsAsTheContractSays() {
        let failure = StepFailure(step: .selectDisk, cause: "no disk matches\n sda: too small", advice: "check it")
        let block = FailureBlock(failure, recentLog: ["[INFO] a"], next: "a shell opens")
        #expect(
            block.lines == [
                "", "martlet: FAILED step select-disk: no disk matches", "   sda: too small", "  what to try: check it",
                "  the last log lines:", "    | [INFO] a", "  next: a shell opens",
            ])
    }
}
