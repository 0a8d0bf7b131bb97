import Foundation

/// What runs the guest's instructions.
public enum Accelerator: String, Sendable {
    /// QEMU's translator: works everywhere.
    case tcg
    /// The processor itself, through /dev/kvm: only where it is proven to boot a guest.
    case kvm

    /// TCG, unless the environment says `MARTLET_LAB_ACCEL=kvm`.
    public static var selected: Accelerator {
        ProcessInfo.processInfo.environment["MARTLET_LAB_ACCEL"].flatMap(Accelerator.init(rawValue:)) ?? .tcg
    }

    /// KVM where a probe boot proves it, else TCG.
    ///
    /// A machine can have a /dev/kvm that opens and creates guests which then hang. So the probe starts a kernel without
    /// a root file system and takes its panic, a second or two later, for the proof.
    public static func fastestProven(directory: String) async -> Accelerator {
        guard access("/dev/kvm", R_OK | W_OK) == 0, let kernel = try? Artefact.kernel.path else { return .tcg }
        let output = "\(directory)/kvm-probe"
        let probe = try? ChildProcess(
            [
                "qemu-system-x86_64", "-nodefaults", "-no-reboot", "-machine", "q35,accel=kvm", "-cpu", "host",
                "-m", "256", "-display", "none", "-serial", "stdio", "-kernel", kernel,
                "-append", "console=ttyS0 panic=-1",
            ], outputPath: output)
        guard let probe else { return .tcg }
        let ending = try? await probe.waitForEnd(within: .seconds(8))
        probe.kill()
        return ending == .exited(0) && probe.output.contains("Kernel panic") ? .kvm : .tcg
    }
}
