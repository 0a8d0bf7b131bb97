import Glibc
import LinuxSystem

/// PID 1: mounts, consoles, signals, reaping, the shells, and the end. Everything else is the agent's, its child.
///
/// One thread, no async runtime, nothing parsed from outside: a trap here would be a kernel panic.
public final class Supervisor {
    private var terminals = Terminals()
    private var shells = Shells()
    private var button = PowerButton()
    private var recent = RecentLines()
    private var agent: AgentProcess?
    private var reporter: AgentProcess?
    private var signals: Descriptor?
    private let version: String

    /// Since when shells are wanted, in seconds since boot; `nil` when they are not.
    private var shellsWantedSince: UInt64?
    /// What was said of terminals without a shell, so that it is said once.
    private var shellFailures: [SystemCallError] = []
    private var announcedOutcome: AgentOutcome?
    private var agentUnreapedSince: UInt64?
    private var agentAwaitsOperator = false
    private var agentIsBeingReplaced = false
    /// Seconds since boot at which something falls due.
    private var restartDue: UInt64?
    private var retryDue: UInt64?
    private var reporterDue: UInt64?

    /// A supervisor that announces itself with this version.
    public init(version: String) {
        self.version = version
    }

    /// Runs for ever. Every way out of it ends the kernel's run.
    public func run() -> Never {
        let failures = EarlyMounts.mountAll()
        quietenKernel()
        terminals = Terminals.open()
        Banner.lines(version: version).forEach { say($0) }
        failures.forEach { say("martlet: \($0)") }
        signals = try? Signals.descriptor(for: [
            SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGPWR, SIGPIPE,
        ])
        try? Reboot.deliverControlAltDelete()
        startAgent()
        while true { turn() }
    }

    // MARK: one turn of the loop

    private func turn() {
        button.lookForDevices()
        var waiting = button.descriptors
        if let signals { waiting.append(signals.rawValue) }
        for process in [agent, reporter] {
            if let process { waiting += [process.output.rawValue, process.control.rawValue] }
        }
        // A closed pipe is readable for ever; without the agent there is none in the list.
        _ = Polling.readable(waiting, timeout: terminals.isDrained ? 500 : 20)
        relay()
        if button.takePress() { finish(.powerOff, because: "the power button was pressed") }
        handleSignals()
        reap()
        takeMessages()
        terminals.flush()
        // A console that takes nothing (flow control without a peer) must not keep the shell from the others.
        if let since = shellsWantedSince, terminals.isDrained || secondsSinceBoot() >= since + 3 { openShells() }
        handleDueTimes()
        giveUpStuckAgent()
    }

    private func relay() {
        for process in [agent, reporter] {
            guard let bytes = process?.takeOutput(), !bytes.isEmpty else { continue }
            recent.take(bytes)
            terminals.write(bytes)
        }
    }

    private func takeMessages() {
        for byte in agent?.takeMessages() ?? [] {
            if byte == ControlByte.openShell {
                agentAwaitsOperator = true
                wantShells()
            } else if let outcome = AgentOutcome(rawValue: Int32(byte)) {
                announcedOutcome = outcome
            }
        }
    }

    private func handleSignals() {
        guard let signals else { return }
        while let number = Signals.next(from: signals) {
            switch number {
            case SIGINT: finish(.restart, because: "Ctrl-Alt-Del was pressed")
            case SIGTERM: finish(.restart, because: "the operator asked for a restart")
            case SIGUSR1, SIGUSR2, SIGPWR: finish(.powerOff, because: "the operator asked to power off")
            case SIGHUP: replaceAgent()
            default: break
            }
        }
    }

    private func reap() {
        while let (pid, ending) = ChildProcess.reapOne() {
            if pid == agent?.pid {
                relay()
                agent = nil
                agentAwaitsOperator = false
                agentEnded(ending)
            } else if pid == reporter?.pid {
                relay()
                reporter = nil
                reporterDue = nil
                // Unless the operator has started over meanwhile.
                if agent == nil { followRescueMode() }
            } else if shells.ended(pid), agentAwaitsOperator {
                agentAwaitsOperator = false
                shellsWantedSince = nil
                agent?.proceed()
            }
        }
    }

    private func handleDueTimes() {
        let now = secondsSinceBoot()
        if let due = restartDue, now >= due { finish(.restart, because: "RESCUE_TIMEOUT is over") }
        if let due = retryDue, now >= due {
            retryDue = nil
            startAgent()
        }
        if let due = reporterDue, now >= due, let reporter {
            reporterDue = nil
            say("martlet: the failure report has not gone out in time; giving it up")
            kill(reporter.pid, SIGKILL)
        }
    }

    // MARK: the agent

    private func startAgent() {
        guard agent == nil else { return }
        restartDue = nil
        retryDue = nil
        announcedOutcome = nil
        agentUnreapedSince = nil
        if let reporter { kill(reporter.pid, SIGKILL) }
        do throws(SystemCallError) {
            agent = try AgentProcess.start(role: "agent")
        } catch {
            say("martlet: FAILED step agent: could not be started: \(error)")
            wantShells()
        }
    }

    /// `martlet retry`: whatever the agent does now ends, and a new one starts from the first step.
    private func replaceAgent() {
        retryDue = nil
        guard let agent else { return startAgent() }
        say("martlet: starting over on the operator's word")
        agentIsBeingReplaced = true
        kill(agent.pid, SIGKILL)
    }

    /// An agent whose threads are stuck in the kernel cannot be reaped, but what follows need not wait for it.
    private func giveUpStuckAgent() {
        guard let agent, agent.hasEnded else {
            agentUnreapedSince = nil
            return
        }
        let now = secondsSinceBoot()
        let since = agentUnreapedSince ?? now
        agentUnreapedSince = since
        guard now >= since + 10 else { return }
        say(
            "martlet: the agent has ended, but a call on a device that does not answer keeps it from being cleared away"
        )
        relay()
        self.agent = nil
        agentAwaitsOperator = false
        if let announcedOutcome {
            agentEnded(.exited(announcedOutcome.rawValue))
        } else {
            agentEnded(.killed(signal: SIGKILL))
        }
    }

    private func agentEnded(_ ending: ChildProcess.Ending) {
        if agentIsBeingReplaced {
            agentIsBeingReplaced = false
            return startAgent()
        }
        guard case .exited(let status) = ending, let outcome = AgentOutcome(rawValue: status) else {
            return agentCrashed(ending)
        }
        switch outcome {
        case .restart: finish(.restart, because: "the agent is done")
        case .powerOff: finish(.powerOff, because: "the agent is done")
        case .kexec: finish(.kexec, because: "the agent is done")
        case .stay: wantShells()
        case .failed: followRescueMode()
        }
    }

    private func agentCrashed(_ ending: ChildProcess.Ending) {
        let step = Files.attribute(RunFiles.step) ?? "its start"
        let cause = "the agent was \(ending) during \(step)"
        let lines = recent.all
        say("")
        say("martlet: FAILED step agent: \(cause)")
        say("  what to try: `martlet log` shows what it did last, `martlet retry` starts over; please report the crash")
        say("  the last lines before it:")
        lines.forEach { say("    | \($0)") }
        do throws(SystemCallError) {
            reporter = try AgentProcess.start(role: "report-crash", arguments: [cause])
            reporterDue = secondsSinceBoot() + 60
        } catch {
            say("martlet: the failure could not be reported: \(error)")
            followRescueMode()
        }
    }

    private func followRescueMode() {
        let settings = RescueSettings.current()
        switch settings.mode {
        case .reboot:
            say("martlet: RESCUE_MODE=reboot: restarting in 10 s")
            restartDue = secondsSinceBoot() + 10
        case .retry:
            say("martlet: RESCUE_MODE=retry: starting over in 30 s")
            retryDue = secondsSinceBoot() + 30
        case .shell, .wait:
            wantShells()
            if settings.timeout > 0 {
                say("martlet: this shell gives way to a restart in \(settings.timeout) s (RESCUE_TIMEOUT)")
                restartDue = secondsSinceBoot() + UInt64(settings.timeout)
            }
        }
    }

    private func openShells() {
        let failures = shells.start(on: terminals.shellPaths, asksPassword: RescueSettings.current().asksPassword)
        guard !failures.isEmpty, failures != shellFailures else { return }
        shellFailures = failures
        failures.forEach { say("martlet: no shell: \($0)") }
    }

    private func wantShells() {
        if shellsWantedSince == nil { shellsWantedSince = secondsSinceBoot() }
    }

    // MARK: the end, and small things

    private func finish(_ action: Reboot.Action, because reason: String) {
        relay()
        switch action {
        case .restart: say("martlet: restarting: \(reason)")
        case .powerOff: say("martlet: powering off: \(reason)")
        case .kexec: say("martlet: starting the installed kernel")
        }
        terminals.drain(milliseconds: 2000)
        Shutdown.perform(action) { [self] line in
            say(line)
            terminals.drain(milliseconds: 1000)
        }
        wantShells()
    }

    private func say(_ line: String) {
        recent.take((line + "\n").utf8)
        terminals.say(line)
    }

    /// Keeps kernel messages below the level of warnings off the consoles, where they would tear the agent's lines.
    private func quietenKernel() {
        let commandLine = (try? Files.readText("/proc/cmdline")) ?? ""
        guard !commandLine.split(whereSeparator: \.isWhitespace).contains("martlet.debug") else { return }
        try? Files.write("4", to: "/proc/sys/kernel/printk")
    }

    private func secondsSinceBoot() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_BOOTTIME, &now)
        return UInt64(clamping: now.tv_sec)
    }
}
