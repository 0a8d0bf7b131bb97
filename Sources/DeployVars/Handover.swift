/// What follows when everything is done.
public enum Handover: String, CaseIterable, Sendable {
    /// Jump into the installed kernel; restart where that is refused.
    case kexec
    /// Restart through the firmware.
    case reboot
    /// Switch the machine off.
    case poweroff
    /// Stay in the ramdisk.
    case stay

    /// `DISABLE_KEXEC=true` turns the jump into a restart and leaves the other choices alone.
    init(_ reader: inout VarsReader) {
        let choice = reader.choice(.handover, default: Handover.kexec)
        let disabled = reader.boolean(.disableKexec, default: false)
        self = disabled && choice == .kexec ? .reboot : choice
    }
}
