import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import TargetSystem

/// Runs a program and returns what it printed; its failure is the test's.
@discardableResult
func run(_ program: String, _ arguments: String...) throws -> String {
    try run(program, arguments)
}

/// The same, for arguments in a list.
@discardableResult
func run(_ program: String, _ arguments: [String]) throws -> String {
    let path = NSTemporaryDirectory() + "martlet-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let output = try Descriptor.open(path, O_RDWR | O_CREAT | O_APPEND)
    let pid = try ChildProcess.spawn(
        "/usr/bin/env", arguments: ["env", program] + arguments,
        environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
        streams: [.file("/dev/null", flags: O_RDONLY), .descriptor(output), .descriptor(output)])
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    let text = try Files.readText(path)
    try #require(status == 0, "\(program) \(arguments): \(text)")
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
}

/// A directory for one test, removed with all in it.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "martlet-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file and the directories above it.
    @discardableResult
    func write(_ text: String, to name: String, mode: Int = 0o644) throws -> String {
        let file = "\(path)/\(name)"
        let folder = (file as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Files.write(text, to: file, mode: 0o600)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }

    func link(_ name: String, to target: String) throws {
        let folder = ("\(path)/\(name)" as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }
}

/// A file system in a file, on a loop device, filled from a directory.
final class LoopImage {
    let device: String
    let partition: TargetPartition
    private let scratch: Scratch

    /// - Parameter tree: what the file system holds at first; `nil` for nothing. Only ext4 can be filled.
    init(_ number: Int, type: String = "ext4", label: String = "", megabytes: Int = 16, tree: Scratch? = nil) throws {
        scratch = try Scratch()
        let file = "\(scratch.path)/image"
        try run("truncate", "-s", "\(megabytes)M", file)
        let uuid = UUID().uuidString.lowercased()
        switch type {
        case "ext4":
            let content = tree.map { ["-d", $0.path] } ?? []
            try run(
                "sh", "-c",
                (["mkfs.ext4", "-q", "-U", uuid, "-L", "'\(label)'"] + content + [file]).joined(separator: " "))
        case "xfs": try run("mkfs.xfs", "-q", "-m", "uuid=\(uuid)", file)
        default: try run("mkfs.\(type)", "-q", "-U", uuid, file)
        }
        device = try run("losetup", "--find", "--show", file)
        partition = TargetPartition(
            number: number, devicePath: device, partitionUUID: "part-\(number)",
            fileSystem: FileSystemIdentity(type: type, label: label, uuid: uuid))
    }

    deinit {
        _ = try? run("losetup", "--detach", device)
    }

    var uuid: String { partition.fileSystem?.uuid ?? "" }
}

/// The host loads drivers by itself.
let noModules: ModuleLoading = { _ in }

/// Permissions, owner and text of a file, not following a link.
func facts(_ path: String) throws -> String {
    try run("stat", "--format=%F %a %u:%g", path)
}
