import Glibc
import ImageSources
import LinuxSystem

/// A file that is gone with its last owner.
final class TemporaryFile: Sendable {
    let path: String

    init(_ bytes: [UInt8], in directory: String = "/var/tmp") throws {
        path = "\(directory)/martlet-image-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        try Files.write(bytes, to: path)
    }

    deinit {
        unlink(path)
    }

    var contents: [UInt8] { get throws { try Files.read(path, limit: 1 << 30) } }
    func open(_ flags: Int32 = O_RDWR) throws -> Descriptor { try Descriptor.open(path, flags) }
    var source: any ImageSource { FileImageSource(path) }
}

/// A loop device over a temporary file, detached with its last owner: loop(4).
final class LoopDevice: Sendable {
    let file: TemporaryFile
    let path: String

    convenience init(_ file: TemporaryFile, sectorSize: UInt32) throws {
        try self.init(file.open(), of: file, sectorSize: sectorSize)
    }

    /// - Parameter backing: what shows the file's bytes.
    init(_ backing: Descriptor, of file: TemporaryFile, sectorSize: UInt32) throws {
        self.file = file
        let control = try Descriptor.open("/dev/loop-control", O_RDWR)
        // Another test may take the free device first.
        for _ in 0..<100 {
            let number = try control.ioctl("ioctl(LOOP_CTL_GET_FREE)", 0x4c82, 0)
            let device = try Descriptor.open("/dev/loop\(number)", O_RDWR)
            // struct loop_config: descriptor, block size, then loop_info64.
            var config = [UInt32](repeating: 0, count: 304 / 4)
            config[0] = UInt32(backing.rawValue)
            config[1] = sectorSize
            if (try? device.ioctl("ioctl(LOOP_CONFIGURE)", 0x4c0a, &config)) != nil {
                path = "/dev/loop\(number)"
                return
            }
        }
        throw SystemCallError(call: "ioctl(LOOP_CONFIGURE)", subject: file.path, errno: .resourceBusy)
    }

    deinit {
        detach()
    }

    func detach() {
        guard let device = try? Descriptor.open(path, O_RDONLY) else { return }
        _ = try? device.ioctl("ioctl(LOOP_CLR_FD)", 0x4c01, 0)
    }

    func open() throws -> Descriptor { try Descriptor.open(path, O_RDWR | O_EXCL) }

    var contents: [UInt8] {
        get throws {
            let device = try Descriptor.open(path, O_RDONLY)
            return try device.readBytes(count: Int(lseek(device.rawValue, 0, SEEK_END)), at: 0)
        }
    }
}

/// Whether two runs of bytes are the same; `==` takes a second for a few megabytes in a debug build.
func areEqual(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
    one.withUnsafeBytes { one in
        other.withUnsafeBytes { other in
            guard one.count == other.count else { return false }
            guard let first = one.baseAddress, let second = other.baseAddress else { return one.isEmpty }
            return memcmp(first, second, one.count) == 0
        }
    }
}

/// Whether all bytes have one value, as fast.
func consists(_ bytes: ArraySlice<UInt8>, of value: UInt8) -> Bool {
    bytes.isEmpty || bytes.first == value && areEqual(bytes.dropFirst(), bytes.dropLast())
}
