import Glibc
import LinuxSystem

/// What this machine says about loading kernels.
struct KexecPolicy: Equatable {
    /// `kernel.kexec_load_disabled` is 1.
    let isDisabled: Bool
    /// The lockdown mode, `integrity` or `confidentiality`; `nil` for none.
    let lockdown: String?

    /// The errors of signature verification (`crypto/asymmetric_keys`, `certs`): no key, a rejected, revoked or expired
    /// one, no signature, an unknown digest, a malformed or wrong signature.
    static let signatureErrors: Set<Int32> = [
        ENOKEY, EKEYREJECTED, EKEYREVOKED, EKEYEXPIRED, ENODATA, ENOPKG, EBADMSG, ELIBBAD,
    ]

    /// Reads `/proc/sys/kernel/kexec_load_disabled` and `/sys/kernel/security/lockdown`.
    static func current() -> KexecPolicy {
        KexecPolicy(
            isDisabled: Files.attribute("/proc/sys/kernel/kexec_load_disabled") == "1",
            lockdown: lockdownMode(in: Files.attribute("/sys/kernel/security/lockdown") ?? ""))
    }

    /// The mode that brackets mark in `none [integrity] confidentiality`.
    static func lockdownMode(in text: String) -> String? {
        guard let open = text.firstIndex(of: "["), let close = text.firstIndex(of: "]"), open < close else {
            return nil
        }
        let mode = text[text.index(after: open)..<close]
        return mode.isEmpty || mode == "none" ? nil : String(mode)
    }
}
