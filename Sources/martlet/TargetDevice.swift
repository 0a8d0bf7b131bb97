import CLinux
import Diagnostics
import Glibc
import ImageSources
import LinuxSystem
import SystemPackage

/// A disk or file that is to be overwritten or captured, held so that nobody else can mount or use it meanwhile.
struct TargetDevice {
    /// What is to be done with it.
    enum Purpose: String {
        case overwriting = "overwritten"
        case capturing = "captured"
    }

    let descriptor: Descriptor
    private let path: String
    private let facts: stat

    /// Opens a block device exclusively, or a regular file that no loop device uses; to capture it, only for reading.
    ///
    /// - Throws: `TargetDeviceError`, `SystemCallError`.
    init(_ path: String, for purpose: Purpose = .overwriting) throws {
        let flags = purpose == .overwriting ? O_RDWR : O_RDONLY
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            let errno = Errno(rawValue: errno)
            guard errno == .noSuchFileOrDirectory else {
                throw SystemCallError(call: "stat", subject: path, errno: errno)
            }
            throw TargetDeviceError(
                path: path, purpose: purpose, reason: "there is no such device or file",
                advice: "name a block device, or a regular file that exists")
        }
        self.path = path
        self.facts = facts
        switch facts.st_mode & MARTLET_S_IFMT {
        case S_IFBLK:
            let name = "\(martlet_major(UInt64(facts.st_rdev))):\(martlet_minor(UInt64(facts.st_rdev)))"
            guard !Files.exists("/sys/dev/block/\(name)/partition") else {
                throw TargetDeviceError(
                    path: path, purpose: purpose, reason: "it is a partition", advice: "name the whole disk")
            }
            guard purpose == .capturing || Files.attribute("/sys/dev/block/\(name)/ro") != "1" else {
                throw TargetDeviceError(
                    path: path, purpose: purpose, reason: "it is read-only",
                    advice: "look for a switch on the medium, or run blockdev --setrw \(path)")
            }
            do throws(SystemCallError) {
                descriptor = try Descriptor.open(path, flags | O_EXCL)
            } catch {
                guard error.errno == .resourceBusy else { throw error }
                throw TargetDeviceError(path: path, purpose: purpose, reason: Self.use(of: name) ?? "it is in use")
            }
        case S_IFREG:
            if let loop = Self.loopDevice(of: path) {
                throw TargetDeviceError(path: path, purpose: purpose, reason: "the loop device \(loop) uses it")
            }
            descriptor = try Descriptor.open(path, flags)
        default:
            throw TargetDeviceError(
                path: path, purpose: purpose, reason: "it is neither a block device nor a regular file",
                advice: "name a block device, or a regular file that exists")
        }
    }

    /// Makes sure that an image at a path can be read while this is overwritten.
    ///
    /// - Throws: `TargetDeviceError` when both are one, `ImageSourceError` for a pipe: an image is looked at first and read
    ///   from its start then.
    func refuse(source: String) throws {
        var other = stat()
        guard stat(source, &other) == 0 else { return }
        let isDevice = facts.st_mode & MARTLET_S_IFMT == S_IFBLK
        let isSame =
            isDevice
            ? other.st_mode & MARTLET_S_IFMT == S_IFBLK && other.st_rdev == facts.st_rdev
            : other.st_dev == facts.st_dev && other.st_ino == facts.st_ino
        guard !isSame else {
            throw TargetDeviceError(
                path: path, purpose: .overwriting, reason: "it is the image itself", advice: "name another disk")
        }
        if other.st_mode & MARTLET_S_IFMT == S_IFIFO {
            throw ImageSourceError.invalidLocation(source, reason: "it is a pipe, and an image is read twice")
        }
    }

    /// Lets the kernel see the new partitions: `BLKRRPART`. A file has none to show.
    func rereadPartitions() {
        _ = martlet_ioctl_pointer(descriptor.rawValue, MARTLET_BLKRRPART, nil)
    }

    /// Who uses a disk or one of its partitions: a mount, swap, md or device-mapper.
    private static func use(of device: String) -> String? {
        let directory = "/sys/dev/block/\(device)"
        var numbers = [device]
        var holders = (try? Files.list("\(directory)/holders")) ?? []
        for name in (try? Files.list(directory)) ?? [] where Files.exists("\(directory)/\(name)/partition") {
            if let number = Files.attribute("\(directory)/\(name)/dev") { numbers.append(number) }
            holders += (try? Files.list("\(directory)/\(name)/holders")) ?? []
        }
        if let holder = holders.first { return "\(holder) holds it" }
        for line in ((try? Files.readText("/proc/self/mountinfo")) ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count > 4, numbers.contains(String(fields[2])) { return "it is mounted at \(fields[4])" }
        }
        return nil
    }

    private static func loopDevice(of path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        let file = String(cString: resolved)
        return ((try? Files.list("/sys/block")) ?? []).first {
            Files.attribute("/sys/block/\($0)/loop/backing_file") == file
        }
    }
}

/// A disk or file that must not be overwritten or captured.
struct TargetDeviceError: ExplainedError {
    let path: String
    let purpose: TargetDevice.Purpose
    let reason: String

    var advice = "unmount and stop what uses it, or name another disk"

    var description: String { "\(path) cannot be \(purpose.rawValue): \(reason)" }
}
