import CLinux
import Glibc

/// Ends this kernel's run: reboot(2). For PID 1, once everything is unmounted.
public enum Reboot {
    /// What comes after this kernel.
    public enum Action: Sendable, Equatable {
        /// The firmware, from the start.
        case restart
        /// Nothing: power off.
        case powerOff
        /// The kernel that kexec_file_load(2) put in memory.
        case kexec

        var command: Int32 {
            switch self {
            case .restart: MARTLET_REBOOT_RESTART
            case .powerOff: MARTLET_REBOOT_POWER_OFF
            case .kexec: MARTLET_REBOOT_KEXEC
            }
        }
    }

    /// Leaves this kernel. Returns only by throwing, such as `EINVAL` when no kernel was loaded for `.kexec`.
    public static func now(_ action: Action) throws(SystemCallError) {
        try systemCall("reboot") { martlet_reboot(action.command) }
    }

    /// Turns Ctrl-Alt-Del into a `SIGINT` for PID 1, in place of an immediate reset.
    public static func deliverControlAltDelete() throws(SystemCallError) {
        try systemCall("reboot") { martlet_reboot(MARTLET_REBOOT_CAD_OFF) }
    }
}
