import CPIOArchive
import Foundation

/// Files laid over the initramfs: a second newc archive, as iPXE or the controller would append one.
public struct Overlay: Sendable {
    private var entries: [CPIOEntry] = []

    /// An overlay with nothing in it.
    public init() {}

    /// Adds a file; directories that the base does not ship are to be added first.
    public mutating func add(_ path: String, bytes: some Sequence<UInt8>, permissions: UInt32 = 0o600) {
        entries.append(CPIOEntry(path: path, content: .file(Array(bytes)), permissions: permissions))
    }

    /// Adds a text file.
    public mutating func add(_ path: String, text: String, permissions: UInt32 = 0o600) {
        add(path, bytes: text.utf8, permissions: permissions)
    }

    /// Adds a directory.
    public mutating func addDirectory(_ path: String) {
        entries.append(CPIOEntry(path: path, content: .directory))
    }

    /// Adds a program of the host with the libraries it needs, below `/lab`, out of the way of what the base ships.
    ///
    /// - Returns: the command that runs it in the guest.
    /// - Throws: `LabFailure` when the host has no such program.
    public mutating func addHostProgram(_ path: String) async throws -> String {
        guard FileManager.default.fileExists(atPath: path) else {
            throw LabFailure("\(path) is not there", advice: "install the Debian package that has it")
        }
        // Lines such as `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`.
        let libraries = try await HostTool.run(["ldd", path]).split(separator: "\n").compactMap { line in
            line.split(separator: " ").map { $0.trimmingCharacters(in: .whitespaces) }.first { $0.hasPrefix("/") }
        }
        guard let loader = libraries.first(where: { $0.contains("/ld-linux") }) else {
            throw LabFailure("\(path) names no dynamic loader")
        }
        addDirectory("lab")
        for file in libraries + [path] {
            let url = URL(fileURLWithPath: file)
            add("lab/\(url.lastPathComponent)", bytes: try Data(contentsOf: url), permissions: 0o755)
        }
        let name = { (file: String) in URL(fileURLWithPath: file).lastPathComponent }
        return "/lab/\(name(loader)) --library-path /lab /lab/\(name(path))"
    }

    /// The archive.
    public func archive() throws -> [UInt8] {
        var writer = CPIOWriter()
        for entry in entries { try writer.append(entry) }
        return writer.finish(alignment: 4)
    }

    /// Writes the base with an overlay's archive after it, for a loader that takes one file.
    ///
    /// - Throws: `LabFailure` when the base's length is no multiple of 4: the kernel would not find the overlay then.
    public static func append(_ archive: [UInt8], to base: String, as path: String) throws {
        var image = try Data(contentsOf: URL(fileURLWithPath: base))
        guard image.count.isMultiple(of: 4) else {
            throw LabFailure("\(base) is \(image.count) bytes long, which is no multiple of 4")
        }
        image.append(contentsOf: archive)
        try image.write(to: URL(fileURLWithPath: path))
    }
}
