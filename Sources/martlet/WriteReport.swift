import FoundationEssentials
import ImageStreaming

/// What `martlet write` prints: for people on standard error, for programs as JSON lines on standard output.
struct WriteReport: Sendable {
    let isJSON: Bool
    let device: String
    private let line = ProgressLine()

    init(isJSON: Bool, device: String) {
        self.isJSON = isJSON
        self.device = device
    }

    private struct Line: Encodable {
        var event: String
        var device: String
        var source: String?
        var compression: String?
        var percent: Int?
        var servedBytes: UInt64?
        var servedLength: UInt64?
        var imageBytes: UInt64?
        var decoderMemory: UInt64?
        var writtenBytes: UInt64?
        var deallocatedBytes: UInt64?
        var retriedWrites: Int?
        var verified: [String]?
        var signer: String?
        var isReadBack: Bool?
        var seconds: Double?
        var stageSeconds: [String: Double]?
        var resumes: Int?
        var message: String?
        var advice: String?
    }

    func failed(_ message: String, _ advice: String) {
        if isJSON { emit(Line(event: "failed", device: device, message: message, advice: advice)) }
    }

    /// Ends the line of progress, so that what follows has one of its own.
    func pause() {
        line.end()
    }

    func noticed(_ notice: String) {
        if isJSON {
            emit(Line(event: "notice", device: device, message: notice))
        } else {
            line.say(notice)
        }
    }

    func inspected(_ facts: ImageFacts) {
        if isJSON {
            emit(
                Line(
                    event: "inspected", device: device, source: facts.origin.name,
                    compression: facts.kind, servedLength: facts.origin.length,
                    imageBytes: facts.declaredSize, decoderMemory: facts.decoderMemory))
        } else {
            let size = sizeText(facts.declaredSize)
            let memory = facts.decoderMemory == 0 ? "" : ", \(sizeText(facts.decoderMemory)) of memory to decode it"
            standardError("\(facts.origin.name): \(facts.kind), \(size) for \(device)\(memory)")
        }
    }

    func progressed(_ progress: ImageProgress) {
        if isJSON {
            emit(
                Line(
                    event: "progress", device: device, percent: progress.percent, servedBytes: progress.servedBytes,
                    servedLength: progress.servedLength, imageBytes: progress.imageBytes))
        } else {
            line.show(
                percent: progress.percent, done: progress.imageBytes, of: progress.declaredSize,
                note: progress.isReadingBack ? "read back" : "")
        }
    }

    func finished(_ summary: ImageWriteSummary) {
        let seconds = summary.duration / .seconds(1)
        if isJSON {
            emit(
                Line(
                    event: "finished", device: device, source: summary.origin, percent: 100,
                    servedBytes: summary.servedBytes, imageBytes: summary.imageBytes,
                    writtenBytes: summary.writtenBytes, deallocatedBytes: summary.deallocatedBytes,
                    retriedWrites: summary.retriedWrites,
                    verified: summary.verified.map(\.description), signer: summary.signer,
                    isReadBack: summary.isReadBack, seconds: seconds,
                    stageSeconds: summary.stageSeconds, resumes: summary.resumes))
        } else {
            let rate = rateText(summary.imageBytes, in: seconds)
            let tenths = Int((seconds * 10).rounded())
            let checked = [
                summary.verified.isEmpty ? nil : "checksum right", summary.signer.map { "signed by \($0)" },
                summary.isReadBack ? "read back" : nil,
            ]
            .compactMap { $0 }
            line.show(percent: 100, done: summary.imageBytes, of: summary.imageBytes)
            line.say(
                "\(device): \(sizeText(summary.imageBytes)) in \(tenths / 10).\(tenths % 10) s, \(rate), "
                    + (checked.isEmpty ? "not verified" : checked.joined(separator: ", "))
                    + (summary.resumes == 0 ? "" : ", connections taken up again: \(summary.resumes)")
                    + (summary.retriedWrites == 0 ? "" : ", writes tried once more: \(summary.retriedWrites)"))
        }
    }

    private func emit(_ line: Line) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(line) else { return }
        standardOutput(String(decoding: data, as: UTF8.self))
    }
}

/// Bytes as a person reads them, in binary units.
func sizeText(_ bytes: UInt64) -> String {
    let units = [(UInt64(1) << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
    guard let (unit, name) = units.first(where: { bytes >= $0.0 }) else { return "\(bytes) bytes" }
    let tenths = bytes / (unit / 10)
    return "\(tenths / 10).\(tenths % 10) \(name)"
}

/// Bytes a second as a person reads them.
func rateText(_ bytes: UInt64, in seconds: Double) -> String {
    "\(sizeText(UInt64(min(Double(bytes) / max(seconds, 0.001), 0x1p62))))/s"
}
