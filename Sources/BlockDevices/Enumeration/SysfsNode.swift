import CLinux
import Glibc
import LinuxSystem

/// A directory of sysfs whose attributes are read one by one: cheap enough for hundreds of disks.
struct SysfsNode {
    /// The directory, all links resolved.
    let path: String
    /// Held open: an attribute is then one name to look up instead of a dozen. `nil` when there is no such directory.
    private let directory: Descriptor?
    /// The kernel's largest page; attributes are no longer.
    private static let longest = 64 << 10

    /// The directory at this path; links are resolved once, here.
    init(_ path: String) {
        self.path = Self.resolved(path)
        directory = try? Descriptor.open(self.path, O_RDONLY | O_DIRECTORY)
    }

    /// The directory that a link of sysfs leads to. Its links are relative, and what they lead to has none of its own, so
    /// one readlink(2) does what realpath(3) needs a dozen for.
    private static func resolved(_ path: String) -> String {
        guard let target = try? Files.linkTarget(path) else { return path }
        if target.hasPrefix("/") { return Files.resolved(path) }
        var components = path.pathComponents.dropLast() + []
        for component in target.pathComponents {
            if component == ".." { _ = components.popLast() } else { components.append(component) }
        }
        return "/" + components.joined(separator: "/")
    }

    /// An attribute's text without white space at its ends; `nil` when it is absent, unreadable or empty.
    func text(_ name: String) -> String? {
        read(name) { bytes in
            func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }
            guard let first = bytes.firstIndex(where: { !isBlank($0) }),
                let last = bytes.lastIndex(where: { !isBlank($0) })
            else { return nil }
            return String(decoding: bytes[first...last], as: UTF8.self)
        }
    }

    /// An attribute that is a decimal number.
    func number<Value: FixedWidthInteger>(_ name: String, as: Value.Type = Value.self) -> Value? {
        text(name).flatMap { Value($0) }
    }

    /// An attribute that says yes with 1.
    func flag(_ name: String) -> Bool { text(name) == "1" }

    /// A binary attribute; empty when it is absent.
    func bytes(_ name: String) -> [UInt8] { read(name) { Array($0) } ?? [] }

    /// Sysfs gives a whole attribute to one read.
    private func read<Value>(_ name: String, _ body: (Slice<UnsafeRawBufferPointer>) -> Value?) -> Value? {
        guard let directory,
            let raw = try? systemCall(
                "openat", name, { martlet_openat(directory.rawValue, name, O_RDONLY | O_CLOEXEC, 0) })
        else { return nil }
        let file = Descriptor(owning: raw, name: name)
        return withUnsafeTemporaryAllocation(byteCount: Self.longest, alignment: 8) { buffer in
            guard let count = try? file.read(into: buffer) else { return nil }
            return body(UnsafeRawBufferPointer(buffer)[..<count])
        }
    }
}

extension String {
    /// What lies between the slashes of a path. By bytes: by characters it would take most of the time that hundreds of
    /// disks take.
    var pathComponents: [Substring] { utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) } }
}
