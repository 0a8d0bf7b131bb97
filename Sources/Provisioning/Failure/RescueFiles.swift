import DeployVars
import InitRuntime
import LinuxSystem

/// What the vars say about failures, put where PID 1 finds it: it must know even when the agent has crashed.
enum RescueFiles {
    /// From the seal on a crash must not start over by itself: only a failed seal or the operator may wipe the disk again.
    static func protectSealedDisk() throws(SystemCallError) {
        var settings = RescueSettings.current()
        guard settings.mode == .retry else { return }
        settings.mode = .shell
        try Files.write(settings.text, to: RunFiles.rescue)
    }

    static func write(_ rescue: RescueVars, _ services: Services) throws(SystemCallError) {
        var settings = RescueSettings(mode: .shell, timeout: UInt32(clamping: rescue.timeoutSeconds))
        settings.mode = RescueSettings.Mode(rawValue: rescue.mode.rawValue) ?? .shell
        if let hash = rescue.passwordHash {
            // The hash goes where sulogin looks for it, and only there; a shell that cannot ask must not open.
            settings.asksPassword = true
            try Files.write("root:\(hash.revealed):19000:0:99999:7:::\n", to: "/etc/shadow")
        }
        try Files.write(settings.text, to: RunFiles.rescue)
    }
}
