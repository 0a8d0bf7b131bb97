import Foundation
import Testing

@testable import LVM

/// Physical volumes on loop devices, made by lvm2 itself without a device-mapper driver.
final class LVMTools {
    private let directory: String
    private(set) var devices: [String] = []

    init() throws {
        directory = NSTemporaryDirectory() + "martlet-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit {
        for device in devices { _ = try? Self.run("losetup", "--detach", device) }
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Makes a loop device.
    func device(mebibytes: Int) throws -> String {
        let file = "\(directory)/\(devices.count)"
        try Self.run("truncate", "-s", "\(mebibytes)M", file)
        let device = try Self.run("losetup", "--find", "--show", file)
        devices.append(device)
        return device
    }

    /// Makes a device longer, as a partition is that grew.
    func lengthen(_ device: String, mebibytes: Int) throws {
        let index = try #require(devices.firstIndex(of: device))
        try Self.run("truncate", "-s", "\(mebibytes)M", "\(directory)/\(index)")
        try Self.run("losetup", "--set-capacity", device)
    }

    /// Runs a command of lvm2 that sees these devices alone and touches no driver.
    ///
    /// - Returns: what it printed, also as warnings.
    @discardableResult
    func lvm(_ command: String, _ arguments: String...) throws -> String { try lvm(command, arguments) }

    /// Runs a command of lvm2 that sees these devices alone and touches no driver.
    @discardableResult
    func lvm(_ command: String, _ arguments: [String]) throws -> String {
        // The host may have volume groups of its own, and no udev.
        let filter = devices.map { "\"a|^\($0)$|\"" }.joined(separator: ",")
        let configuration =
            "devices { use_devicesfile=0 filter=[\(filter),\"r|.*|\"] } activation { udev_sync=0 } backup { backup=0 archive=0 }"
        return try Self.run(command, ["--driverloaded", "n", "-q", "--config", configuration] + arguments)
    }

    /// What a command that checks has to say, without what it always says here.
    func complaints(_ command: String, _ arguments: String...) throws -> [String] {
        try lvm(command, arguments).split(separator: "\n").map(String.init)
            .filter { !$0.contains("Activation disabled") && !$0.contains("  Found ") }
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: String...) throws -> String { try run(program, arguments) }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LVM_SUPPRESS_FD_WARNINGS": "1"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) \(arguments): \(text)")
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Writes to a device, through to its file.
    static func write(_ bytes: [UInt8], to device: String, at offset: UInt64 = 0) throws {
        let handle = try #require(FileHandle(forWritingAtPath: device))
        defer { try? handle.close() }
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: Data(bytes))
        try handle.synchronize()
    }

    /// A device's first bytes; all of the metadata lies in its first MiB.
    static func head(of device: String) throws -> [UInt8] {
        let handle = try #require(FileHandle(forReadingAtPath: device))
        defer { try? handle.close() }
        return Array(try handle.read(upToCount: 1 << 20) ?? Data())
    }
}

/// Reads from bytes in memory.
func volume(in bytes: [UInt8]) throws -> PhysicalVolume? {
    try PhysicalVolume.read { offset, count in
        Array(bytes.dropFirst(Int(clamping: offset)).prefix(count))
    }
}
