import Diagnostics
import LinuxSystem
import SystemPackage

/// Why another kernel was not loaded.
public enum KexecError: ExplainedError, Equatable {
    /// This kernel or its policy does not allow it; nothing is broken. A reboot is the way on.
    case refused(KexecRefusal, kernel: String)
    /// The command line is longer than the kernel takes. Lengths in bytes, without the final NUL.
    case commandLineTooLong(length: Int, limit: Int)
    /// The command line holds a NUL, which would end it.
    case commandLineHoldsNUL
    /// An initial RAM disk could not be read or held in memory.
    case initrdUnreadable(SystemCallError)
    /// The call failed for another reason, such as a lack of memory or a disk that cannot be read.
    case failed(SystemCallError)

    /// Sorts the failure of kexec_file_load(2) by what the machine's policy says.
    init(_ error: SystemCallError, policy: KexecPolicy) {
        if let refusal = KexecRefusal(error.errno, policy: policy) {
            self = .refused(refusal, kernel: error.subject)
        } else {
            self = .failed(error)
        }
    }

    /// Whether this is a refusal and no fault.
    public var isRefusal: Bool {
        if case .refused = self { true } else { false }
    }

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .refused(let refusal, let kernel): "the running kernel does not load \(kernel) for kexec: \(refusal)"
        case .commandLineTooLong(let length, let limit):
            "the next kernel's command line has \(length) bytes, and at most \(limit) are possible"
        case .commandLineHoldsNUL: "the next kernel's command line holds a NUL"
        case .initrdUnreadable(let error): "the initial RAM disk could not be put together: \(error)"
        case .failed(let error): "loading the next kernel failed: \(error)"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .refused: "nothing is wrong with the disk: the machine can reboot into it; HANDOVER=reboot does so at once"
        case .commandLineTooLong, .commandLineHoldsNUL:
            "shorten MACHINE_EXTRA_KERNEL_PARAMS or the image's kernel arguments, or set HANDOVER=reboot"
        case .initrdUnreadable, .failed: "set HANDOVER=reboot to start the installed system through the firmware"
        }
    }
}

/// Why the running kernel does not take another one.
public enum KexecRefusal: Equatable, Sendable, CustomStringConvertible {
    /// `kernel.kexec_load_disabled` is set.
    case disabled
    /// The kernel is locked down, as under Secure Boot, and the next kernel's signature does not satisfy it.
    case lockedDown(String)
    /// Permission denied for another reason, such as a security module or a missing `CAP_SYS_BOOT`.
    case notPermitted
    /// The next kernel's signature is missing, broken or of an unknown key.
    case signature(Errno)
    /// The file is no kernel in a format that kexec knows.
    case format
    /// The running kernel was built without kexec_file_load(2).
    case unsupported

    /// `nil` when this errno is a fault and no refusal.
    init?(_ errno: Errno, policy: KexecPolicy) {
        switch errno {
        case .notPermitted, .permissionDenied:
            if policy.isDisabled {
                self = .disabled
            } else if let mode = policy.lockdown {
                self = .lockedDown(mode)
            } else {
                self = .notPermitted
            }
        case .execFormatError: self = .format
        case .noFunction, .notSupported, .notSupportedOnSocket: self = .unsupported
        default:
            guard KexecPolicy.signatureErrors.contains(errno.rawValue) else { return nil }
            self = .signature(errno)
        }
    }

    /// One clause without a final full stop.
    public var description: String {
        switch self {
        case .disabled: "kernel.kexec_load_disabled is set"
        case .lockedDown(let mode): "it is locked down (\(mode)) and the signature does not satisfy it"
        case .notPermitted: "permission was denied"
        case .signature(let errno): "its signature was not accepted (\(errno))"
        case .format: "the file is no kernel in a format that kexec knows"
        case .unsupported: "it was built without kexec_file_load"
        }
    }
}
