import FoundationEssentials
import ImageStreaming

/// What `martlet capture` prints: for people on standard error, for programs as JSON lines.
struct CaptureReport: Sendable {
    let isJSON: Bool
    /// Whether standard output carries the image.
    let isOutputTaken: Bool
    let device: String
    private let line = ProgressLine()

    init(isJSON: Bool, isOutputTaken: Bool, device: String) {
        self.isJSON = isJSON
        self.isOutputTaken = isOutputTaken
        self.device = device
    }

    private struct Line: Encodable {
        var event: String
        var device: String
        var destination: String?
        var percent: Int?
        var imageBytes: UInt64?
        var size: UInt64?
        var unusedBytes: UInt64?
        var readBytes: UInt64?
        var sentBytes: UInt64?
        var imageChecksum: String?
        var fileChecksum: String?
        var seconds: Double?
        var remarks: [String]?
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

    func inspected(_ inspection: CaptureInspection) {
        let extents = inspection.extents
        if isJSON {
            emit(
                Line(
                    event: "inspected", device: device, size: extents.size, unusedBytes: extents.unusedBytes,
                    remarks: inspection.remarks))
        } else {
            standardError("\(device): \(sizeText(extents.size)), \(sizeText(extents.unusedBytes)) of it unused")
            for remark in inspection.remarks { standardError("  \(remark)") }
        }
    }

    func progressed(_ progress: CaptureProgress) {
        if isJSON {
            emit(
                Line(
                    event: "progress", device: device, percent: progress.percent, imageBytes: progress.imageBytes,
                    size: progress.size, sentBytes: progress.sentBytes))
        } else {
            line.show(percent: progress.percent, done: progress.imageBytes, of: progress.size)
        }
    }

    func finished(_ summary: CaptureSummary) {
        let seconds = summary.duration / .seconds(1)
        if isJSON {
            emit(
                Line(
                    event: "finished", device: device, destination: summary.destination, percent: 100,
                    imageBytes: summary.imageBytes, unusedBytes: summary.unusedBytes, readBytes: summary.readBytes,
                    sentBytes: summary.sentBytes, imageChecksum: summary.imageChecksum.description,
                    fileChecksum: summary.fileChecksum.description, seconds: seconds))
        } else {
            let rate = rateText(summary.imageBytes, in: seconds)
            let tenths = Int((seconds * 10).rounded())
            line.show(percent: 100, done: summary.imageBytes, of: summary.imageBytes)
            line.say(
                "\(summary.destination): \(sizeText(summary.imageBytes)) as \(sizeText(summary.sentBytes)) in "
                    + "\(tenths / 10).\(tenths % 10) s, \(rate)")
            standardError("  \(summary.fileChecksum) of the file, \(summary.imageChecksum) of the image")
        }
    }

    private func emit(_ line: Line) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(line) else { return }
        let text = String(decoding: data, as: UTF8.self)
        if isOutputTaken { standardError(text) } else { standardOutput(text) }
    }
}
