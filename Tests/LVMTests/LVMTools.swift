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

    /// Runs a command of lvm2 that sees these devices alone and touches no driver.
    func lvm(_ command: String, _ arguments: String...) throws {
        // The host may have volume groups of its own, and no udev.
        let filter = devices.map { "\"a|^\($0)$|\"" }.joined(separator: ",")
        let configuration =
            "devices { use_devicesfile=0 filter=[\(filter),\"r|.*|\"] } activation { udev_sync=0 } backup { backup=0 archive=0 }"
        try Self.run(command, ["--driverloaded", "n", "-q", "--config", configuration] + arguments)
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
