import CLinux
import Glibc
import LinuxSystem

/// A firmware file that a driver asked for and the kernel did not find.
public struct MissingFirmware: Hashable, Sendable, CustomStringConvertible {
    /// The file, relative to `/lib/firmware`.
    public let file: String
    /// Driver and device as the kernel named them, such as `bnx2 0000:04:00.0`; empty when it did not.
    public let device: String

    /// Recognises the kernel's message, in upstream's wording (`Direct firmware load for X failed with error -2`,
    /// drivers/base/firmware_loader) and in Debian's (`firmware: failed to load X (-2)`).
    public init?(kernelMessage message: String) {
        let text = Array(message.utf8)
        for (before, after) in [
            ("Direct firmware load for ", " failed with error "), ("firmware: failed to load ", " ("),
        ] {
            guard let start = Self.position(of: before, in: text[...]) else { continue }
            let rest = text[start...].dropFirst(before.utf8.count)
            guard let end = Self.position(of: after, in: rest), end > rest.startIndex else { continue }
            file = String(decoding: rest[..<end], as: UTF8.self)
            var owner = text[..<start]
            while let last = owner.last, last == UInt8(ascii: " ") || last == UInt8(ascii: ":") { owner.removeLast() }
            device = String(decoding: owner, as: UTF8.self)
            return
        }
        return nil
    }

    /// Every firmware file missed since the kernel booted, each once per device, from its log: /dev/kmsg.
    ///
    /// - Throws: the error of opening or reading the log.
    public static func sinceBoot(log path: String = "/dev/kmsg") throws(SystemCallError) -> [MissingFirmware] {
        let log = try Descriptor.open(path, O_RDONLY | O_NONBLOCK)
        var record = [UInt8](repeating: 0, count: 8 << 10)
        var found: [MissingFirmware] = []
        while true {
            let outcome = record.withUnsafeMutableBytes { buffer in
                Result { () throws(SystemCallError) -> Int in try log.read(into: buffer) }
            }
            switch outcome {
            case .success(0): return found
            case .success(let length):
                let missing = Self.records(in: record[..<length]).compactMap { MissingFirmware(kernelMessage: $0) }
                for each in missing where !found.contains(each) { found.append(each) }
            // EPIPE: older records were overwritten while reading; the next read goes on with the oldest there is.
            case .failure(let error) where error.errno == .brokenPipe: continue
            case .failure(let error) where error.errno == .resourceTemporarilyUnavailable: return found
            case .failure(let error): throw error
            }
        }
    }

    private static func position(of part: String, in text: ArraySlice<UInt8>) -> Int? {
        text.indices.first { text[$0...].starts(with: part.utf8) }
    }

    /// The messages of what one read(2) gave: `priority,sequence,time,flags;MESSAGE`, then ` KEY=value` lines.
    private static func records(in bytes: ArraySlice<UInt8>) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n")).filter { $0.first != UInt8(ascii: " ") }.map { line in
            let message = line.firstIndex(of: UInt8(ascii: ";")).map { line[$0...].dropFirst() } ?? line
            return String(decoding: message, as: UTF8.self)
        }
    }

    /// One sentence without a final full stop.
    public var description: String {
        device.isEmpty ? "firmware \(file) is missing" : "firmware \(file) is missing, asked for by \(device)"
    }
}
