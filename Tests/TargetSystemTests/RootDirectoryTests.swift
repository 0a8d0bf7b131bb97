import CLinux
import Foundation
import Glibc
import LinuxSystem
import Synchronization
import SystemPackage
import Testing

@testable import TargetSystem

@Suite(.serialized) final class `Root directory as Root` {
    /// Disks and directories live as long as the test, not as long as their last use in it.
    private var held: [AnyObject] = []

    /// Two directories side by side: the image's root, and the ramdisk that it must never reach.
    private func places() throws -> (scratch: Scratch, root: RootDirectory, outside: String) {
        let scratch = try Scratch()
        held.append(scratch)
        try scratch.write("canary", to: "outside/canary")
        try scratch.write("", to: "root/keep")
        return (scratch, try RootDirectory("\(scratch.path)/root"), "\(scratch.path)/outside")
    }

    @Test func `links of the image never lead out of it`() throws {
        let (scratch, root, outside) = try places()
        try scratch.link("root/absolute", to: outside)
        try scratch.link("root/upwards", to: "../outside")
        try scratch.link("root/far", to: "../../../../../../../..\(outside)")
        try scratch.link("root/canary", to: "../outside/canary")
        try scratch.link("root/self", to: "/proc/self/root\(outside)")
        for name in ["absolute", "upwards", "far", "self"] {
            #expect(throws: SystemCallError.self) { try root.write([1], to: "/\(name)/new", mode: 0o644) }
            #expect(throws: SystemCallError.self) { try root.makeDirectories("/\(name)/new") }
            #expect(throws: SystemCallError.self) { try root.read("/\(name)/canary") }
            #expect(throws: SystemCallError.self) { try root.list("/\(name)") }
            #expect(throws: SystemCallError.self) { try root.makeSymbolicLink(to: "x", at: "/\(name)/new") }
        }
        #expect(throws: SystemCallError.self) { try root.read("/../outside/canary") }
        try root.makeDirectories("/../outside2/x/../..")
        #expect(try root.list("/outside2") == ["x"])
        // A link at the end is replaced, not followed.
        try root.write([2], to: "/canary", mode: 0o644)
        try root.remove("/absolute")
        #expect(try Files.list(outside) == ["canary"])
        #expect(try Files.readText("\(outside)/canary") == "canary")
        #expect(try Files.list(scratch.path).filter { $0 != "root" && $0 != "outside" }.isEmpty)
        #expect(try facts("\(scratch.path)/root/canary").hasPrefix("regular file"))
    }

    @Test func `absolute links of the image lead inside it`() throws {
        let (scratch, root, _) = try places()
        try scratch.write("", to: "root/data/etc/x")
        try scratch.link("root/etc", to: "/data/etc")
        try scratch.link("root/up", to: "../../data")
        try root.write(Array("here".utf8), to: "/etc/new", mode: 0o640)
        try root.makeDirectories("/up/a/b")
        #expect(try Files.readText("\(scratch.path)/root/data/etc/new") == "here")
        #expect(try facts("\(scratch.path)/root/data/etc/new") == "regular file 640 0:0")
        #expect(Files.exists("\(scratch.path)/root/data/a/b"))
        #expect(
            try root.resolvedPath("/etc")
                == URL(filePath: "\(scratch.path)/root/data/etc").resolvingSymlinksInPath().path)
    }

    @Test func `files are replaced whole and leave nothing beside them`() throws {
        let (scratch, root, _) = try places()
        let old = try Descriptor.open(try scratch.write("old", to: "root/etc/file", mode: 0o644), O_RDONLY)
        try root.write(Array("new".utf8), to: "etc/file", mode: 0o4755, owner: FileOwner(user: 12, group: 34))
        #expect(try facts("\(scratch.path)/root/etc/file") == "regular file 4755 12:34")
        #expect(try old.readBytes(count: 9, at: 0) == Array("old".utf8))
        #expect(try root.list("/etc") == ["file"])
        try FileManager.default.createDirectory(
            atPath: "\(scratch.path)/root/etc/folder", withIntermediateDirectories: true)
        #expect(throws: SystemCallError.self) { try root.write([1], to: "/etc/folder", mode: 0o600) }
        for path in ["", "/", "/etc/..", "/etc/.", "a\0b"] {
            #expect(throws: SystemCallError.self) { try root.write([1], to: path, mode: 0o600) }
        }
        #expect(try root.list("/etc") == ["file", "folder"])
    }

    @Test func `only regular files of bounded length are read, and a FIFO blocks nobody`() throws {
        let (scratch, root, _) = try places()
        try scratch.write("12345", to: "root/five")
        #expect(try root.read("/five", limit: 5).count == 5)
        #expect(throws: SystemCallError(call: "read", subject: "/five", errno: .fileTooLarge)) {
            try root.read("/five", limit: 4)
        }
        #expect(mkfifo("\(scratch.path)/root/fifo", 0o600) == 0)
        #expect(throws: SystemCallError.self) { try root.read("/fifo") }
        #expect(root.text("/absent") == nil)
    }

    @Test func `trees are removed without following links`() throws {
        let (scratch, root, outside) = try places()
        try scratch.write("", to: "root/a/b/c")
        try scratch.link("root/a/link", to: outside)
        try scratch.link("root/a/b/inside", to: "/keep")
        try root.remove("/a")
        try root.remove("/a")
        #expect(try root.list("/") == ["keep"])
        #expect(try Files.list(outside) == ["canary"])
    }

    @Test func `new files take the security label of what they replace, else of their directory`() throws {
        let image = try LoopImage(1)
        let scratch = try Scratch()
        held += [image, scratch]
        let mounted = try MountedRoot.mount(image.partition, among: [], at: "\(scratch.path)/m", loadModule: noModules)
        defer { try? mounted.unmount() }
        func label(_ path: String, set value: String? = nil) throws -> String {
            let file = try mounted.directory.open(path, O_RDONLY)
            if let value {
                let bytes = Array(value.utf8)
                #expect(martlet_fsetxattr(file.rawValue, "security.selinux", bytes, bytes.count) == 0)
            }
            var read = [UInt8](repeating: 0, count: 100)
            let length = martlet_fgetxattr(file.rawValue, "security.selinux", &read, 100)
            return String(decoding: read.prefix(max(length, 0)), as: UTF8.self)
        }
        try mounted.directory.makeDirectories("/etc")
        try mounted.directory.write([1], to: "/etc/old", mode: 0o644)
        _ = try label("/etc", set: "system_u:object_r:etc_t:s0")
        _ = try label("/etc/old", set: "system_u:object_r:hostname_etc_t:s0")
        try mounted.directory.write([2], to: "/etc/old", mode: 0o644)
        try mounted.directory.write([2], to: "/etc/new", mode: 0o644)
        try mounted.directory.makeDirectories("/etc/a/b")
        #expect(try label("/etc/old") == "system_u:object_r:hostname_etc_t:s0")
        #expect(try label("/etc/new") == "system_u:object_r:etc_t:s0")
        #expect(try label("/etc/a/b") == "system_u:object_r:etc_t:s0")
        // What came before the labels had none to take.
        mounted.directory.hasUnlabelled.store(false, ordering: .relaxed)
        try mounted.directory.makeSymbolicLink(to: "new", at: "/etc/link")
        var read = [UInt8](repeating: 0, count: 100)
        let length = lgetxattr("\(mounted.mountPoint)/etc/link", "security.selinux", &read, 100)
        #expect(String(decoding: read.prefix(max(length, 0)), as: UTF8.self) == "system_u:object_r:etc_t:s0")
        let isComplete = !mounted.directory.hasUnlabelled.load(ordering: .relaxed)
        #expect(isComplete)
        try mounted.directory.write([1], to: "/unlabelled", mode: 0o644)
        let isMissed = mounted.directory.hasUnlabelled.load(ordering: .relaxed)
        #expect(isMissed)
    }

    @Test func `after close nothing works`() throws {
        let (_, root, _) = try places()
        root.close()
        #expect(throws: SystemCallError.self) { try root.read("/keep") }
    }
}
