import ByteCoding
import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// The firmware's boot variables as files: efivarfs (Documentation/filesystems/efivarfs.rst of the kernel).
///
/// A file holds four bytes of attributes and the variable's data; one write(2) is one SetVariable() of the firmware,
/// which may take seconds in system management mode.
public struct FirmwareVariables: Sendable {
    /// Where the kernel shows that UEFI started it.
    public static let firmwareDirectory = "/sys/firmware/efi"
    /// Where efivarfs is mounted.
    public static let usualDirectory = "/sys/firmware/efi/efivars"

    /// EFI_GLOBAL_VARIABLE (UEFI specification 3.3), whose variables alone are of interest here.
    private static let globalVariable = "8be4df61-93ca-11d2-aa0d-00e098032b8c"
    /// Non-volatile, for boot services and at run time: what the boot variables must be (UEFI specification, table 3-1).
    private static let usualAttributes: UInt32 = 7
    private static let attributesLength = 4
    /// More than any firmware takes for one variable.
    private static let limit = 64 << 10

    private let directory: String

    /// The variables below a directory.
    public init(directory: String = usualDirectory) {
        self.directory = directory
    }

    /// All boot entries and their order. An entry that cannot be read counts as one that makes no sense.
    ///
    /// - Throws: when the directory or the order cannot be read.
    public func entries() throws(SystemCallError) -> FirmwareEntries {
        var entries = FirmwareEntries()
        for file in try Files.list(directory) {
            guard file.hasSuffix("-" + Self.globalVariable) else { continue }
            let name = file.dropLast(Self.globalVariable.utf8.count + 1)
            guard let number = BootNumber(variable: name) else { continue }
            // A name in lower case is another variable than ours of that number would be: not to be touched.
            let isProper = name == number.description
            let data = isProper ? (try? read(String(name)))?.data : nil
            entries.options.updateValue(data.flatMap { try? LoadOption(parsing: $0) }, forKey: number)
        }
        // Taken for empty, one that cannot be read would be overwritten.
        if Files.exists(path("BootOrder")) { entries.order = BootNumber.list(parsing: try read("BootOrder").data) }
        return entries
    }

    /// Writes a variable and reads it back, unless it holds that already. Its attributes stay what they are.
    ///
    /// - Throws: the firmware's refusal: `EINVAL`, `EROFS`, `ENOSPC`, `EIO`, … (`efi_status_to_err` of the kernel); `EIO`
    ///   when it took the value and does not have it.
    public func write(_ data: [UInt8], to name: String) throws(SystemCallError) {
        let former = try? read(name)
        if let former, former.data.elementsEqual(data) { return }
        var writer = ByteWriter(reservingCapacity: Self.attributesLength + data.count)
        writer.littleEndian(former?.attributes ?? Self.usualAttributes)
        writer.append(data)
        let path = path(name)
        let isNew = !Files.exists(path)
        do throws(SystemCallError) {
            try makeMutable(path)
            let file = try Descriptor.open(path, O_WRONLY | O_CREAT, mode: 0o644)
            let written = try systemCall("write", name) {
                writer.bytes.withUnsafeBytes { Glibc.write(file.rawValue, $0.baseAddress, $0.count) }
            }
            guard written == writer.count, (try? read(name))?.data.elementsEqual(data) == true else {
                throw SystemCallError(call: "write", subject: name, errno: .ioError)
            }
        } catch {
            // What open(2) made is no variable of the firmware's, and only in the way of the next attempt.
            if isNew { unlink(path) }
            throw error
        }
    }

    /// Deletes a variable; that there is none is no error.
    public func delete(_ name: String) throws(SystemCallError) {
        let path = path(name)
        guard Files.exists(path) else { return }
        try makeMutable(path)
        try systemCall("unlink", name) { unlink(path) }
    }

    private func read(_ name: String) throws(SystemCallError) -> (attributes: UInt32, data: ArraySlice<UInt8>) {
        var reader = ByteReader(try Files.read(path(name), limit: Self.limit))
        guard let attributes = try? reader.littleEndian(UInt32.self) else {
            throw SystemCallError(call: "read", subject: name, errno: .ioError)
        }
        return (attributes, reader.readRest())
    }

    private func path(_ name: String) -> String {
        "\(directory)/\(name)-\(Self.globalVariable)"
    }

    /// Takes the flag away by which the kernel protects variables against `rm -rf`. A file that is not there, or that has
    /// no flags, needs nothing.
    private func makeMutable(_ path: String) throws(SystemCallError) {
        guard let file = try? Descriptor.open(path, O_RDONLY) else { return }
        var flags: Int32 = 0
        guard (try? file.ioctl("ioctl(FS_IOC_GETFLAGS)", MARTLET_FS_IOC_GETFLAGS, &flags)) != nil,
            flags & MARTLET_FS_IMMUTABLE_FL != 0
        else { return }
        flags &= ~MARTLET_FS_IMMUTABLE_FL
        try file.ioctl("ioctl(FS_IOC_SETFLAGS)", MARTLET_FS_IOC_SETFLAGS, &flags)
    }
}
