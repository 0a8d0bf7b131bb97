import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// Loads another kernel into memory and jumps to it, without going through the firmware: kexec_file_load(2).
public enum Kexec {
    /// Bytes that the kernel's command line may take, with its final NUL: `COMMAND_LINE_SIZE` of x86 and of 64-bit Arm
    /// (`arch/x86/include/asm/setup.h`, `arch/arm64/include/uapi/asm/setup.h`).
    public static let commandLineSize = 2048

    /// Loads a kernel. It replaces one that was loaded before; all files may be closed and unmounted afterwards.
    ///
    /// - Parameters:
    ///   - kernel: open for reading, on a regular file.
    ///   - initrds: concatenated in this order, each padded to a multiple of 4 bytes.
    ///   - commandLine: the kernel's arguments.
    /// - Throws: `refused` when this kernel or its policy does not allow it, so that a reboot is the way on; any other
    ///   case is a fault.
    public static func load(
        kernel: Descriptor, initrds: [InitialRAMDisk] = [], commandLine: String
    ) throws(KexecError) {
        try check(commandLine)
        let initrd: Descriptor?
        do {
            initrd = try InitialRAMDisk.combine(initrds)
        } catch {
            throw .initrdUnreadable(error)
        }
        do {
            try load(kernel: kernel, initrd: initrd, commandLine: commandLine)
        } catch {
            throw KexecError(error, policy: .current())
        }
    }

    /// Whether a kernel is loaded (`/sys/kernel/kexec_loaded`).
    public static var isLoaded: Bool { Files.attribute("/sys/kernel/kexec_loaded") == "1" }

    static func check(_ commandLine: String) throws(KexecError) {
        let length = commandLine.utf8.count + 1
        guard length <= commandLineSize else {
            throw .commandLineTooLong(length: length - 1, limit: commandLineSize - 1)
        }
        guard !commandLine.utf8.contains(0) else { throw .commandLineHoldsNUL }
    }

    private static func load(
        kernel: Descriptor, initrd: Descriptor?, commandLine: String
    ) throws(SystemCallError) {
        let flags = initrd == nil ? MARTLET_KEXEC_NO_INITRAMFS : 0
        let length = UInt(commandLine.utf8.count + 1)
        _ = try withExtendedLifetime((kernel, initrd)) { () throws(SystemCallError) in
            try systemCall("kexec_file_load", kernel.name) {
                martlet_kexec_file_load(kernel.rawValue, initrd?.rawValue ?? -1, length, commandLine, flags)
            }
        }
    }
}
