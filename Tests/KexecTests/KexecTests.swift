import Glibc
import LinuxSystem
import SystemPackage
import Testing

@testable import Kexec

@Suite struct `Kexec errors` {
    static let open = KexecPolicy(isDisabled: false, lockdown: nil)
    static let disabled = KexecPolicy(isDisabled: true, lockdown: "integrity")
    static let locked = KexecPolicy(isDisabled: false, lockdown: "integrity")

    static let refusals: [(errno: Int32, policy: KexecPolicy, refusal: KexecRefusal?)] = [
        (EPERM, disabled, .disabled), (EPERM, locked, .lockedDown("integrity")), (EPERM, open, .notPermitted),
        (EACCES, open, .notPermitted), (ENOEXEC, open, .format), (ENOSYS, open, .unsupported),
        (EOPNOTSUPP, open, .unsupported), (EKEYREJECTED, locked, .signature(Errno(rawValue: EKEYREJECTED))),
        (ENOKEY, open, .signature(Errno(rawValue: ENOKEY))), (ENODATA, open, .signature(Errno(rawValue: ENODATA))),
        (ENOMEM, open, nil), (EIO, locked, nil), (EBUSY, open, nil), (EINVAL, open, nil), (EADDRNOTAVAIL, open, nil),
    ]

    @Test(arguments: refusals)
    func `refusals are told from faults`(row: (errno: Int32, policy: KexecPolicy, refusal: KexecRefusal?)) {
        let cause = SystemCallError(call: "kexec_file_load", subject: "/vmlinuz", errno: Errno(rawValue: row.errno))
        let error = KexecError(cause, policy: row.policy)
        #expect(error.isRefusal == (row.refusal != nil))
        #expect(error == row.refusal.map { .refused($0, kernel: "/vmlinuz") } ?? .failed(cause))
    }

    @Test(arguments: [
        ("[none] integrity confidentiality", nil), ("none [integrity] confidentiality", "integrity"),
        ("none integrity [confidentiality]", "confidentiality"), ("", nil), ("]x[", nil), ("[]", nil),
    ])
    func `the lockdown mode is the one in brackets`(text: String, mode: String?) {
        #expect(KexecPolicy.lockdownMode(in: text) == mode)
    }

    @Test func `a command line may fill the kernel's buffer and no more`() throws {
        try Kexec.check(String(repeating: "x", count: 2047))
        #expect(throws: KexecError.commandLineTooLong(length: 2048, limit: 2047)) {
            try Kexec.check(String(repeating: "x", count: 2048))
        }
        #expect(throws: KexecError.commandLineTooLong(length: 2048, limit: 2047)) {
            try Kexec.check(String(repeating: "ü", count: 1024))
        }
        #expect(throws: KexecError.commandLineHoldsNUL) { try Kexec.check("a\0b") }
    }

    @Test func `a refusal says why, and that a reboot is the way on`() {
        let error = KexecError.refused(.lockedDown("integrity"), kernel: "/boot/vmlinuz")
        #expect(
            error.description == "the running kernel does not load /boot/vmlinuz for kexec: it is locked down "
                + "(integrity) and the signature does not satisfy it")
        #expect(error.advice.contains("reboot"))
    }
}

@Suite struct `Initial RAM disks` {
    @Test func `none is none, and a single file is used as it is`() throws {
        #expect(try InitialRAMDisk.combine([]) == nil)
        let file = try Descriptor.open("/proc/self/exe", O_RDONLY)
        #expect(try InitialRAMDisk.combine([.file(file)]) === file)
    }

    @Test func `several are concatenated, each at a multiple of four bytes`() throws {
        let path = "/tmp/martlet-initrd-\(getpid())"
        let long = (0..<(1 << 20) + 3).map { UInt8(truncatingIfNeeded: $0) }
        try Files.write(long, to: path)
        defer { unlink(path) }
        let file = try Descriptor.open(path, O_RDONLY)
        let parts: [InitialRAMDisk] = [.bytes([1, 2, 3, 4, 5]), .file(file), .bytes([]), .bytes([9])]
        let combined = try #require(try InitialRAMDisk.combine(parts))
        let bytes = try combined.readBytes(count: 4 << 20, at: 0)
        #expect(bytes == [1, 2, 3, 4, 5, 0, 0, 0] + long + [0, 9])
        // Read-only: the kernel would say "text file busy" otherwise.
        #expect(throws: SystemCallError.self) { try [UInt8](repeating: 0, count: 1).withUnsafeBytes(combined.writeAll) }
    }
}

@Suite struct `Kexec as Root` {
    /// True on every kernel: without kexec it is unsupported, with it the format is unknown, under lockdown denied.
    @Test func `a file that is no kernel is refused, not a fault`() throws {
        let path = "/tmp/martlet-kernel-\(getpid())"
        try Files.write([UInt8](repeating: 7, count: 8192), to: path)
        defer { unlink(path) }
        let file = try Descriptor.open(path, O_RDONLY)
        let error = #expect(throws: KexecError.self) {
            try Kexec.load(kernel: file, initrds: [.bytes([1])], commandLine: "ro")
        }
        #expect(error?.isRefusal == true)
        #expect(!Kexec.isLoaded)
    }
}
