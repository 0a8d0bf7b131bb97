import Synchronization

/// What the controller counts from its start on, for `/metrics`.
final class ServerCounters: Sendable {
    private let requests = Mutex<[Int: Int]>([:])
    private let fileBytes = Atomic<Int>(0)
    private let logLines = Atomic<Int>(0)

    /// Counts one request by the status it was answered with.
    func countRequest(status: Int) {
        requests.withLock { $0[status, default: 0] += 1 }
    }

    /// Counts bytes of files sent.
    func count(fileBytes count: Int) {
        fileBytes.wrappingAdd(count, ordering: .relaxed)
    }

    /// Counts log lines received.
    func count(logLines count: Int) {
        logLines.wrappingAdd(count, ordering: .relaxed)
    }

    /// The counters in the text format of Prometheus
    /// (https://prometheus.io/docs/instrumenting/exposition_formats/).
    var exposition: String {
        var lines = [
            "# HELP martlet_http_requests_total Requests answered, by status.",
            "# TYPE martlet_http_requests_total counter",
        ]
        let byStatus = requests.withLock { $0 }
        for (status, count) in byStatus.sorted(by: { $0.key < $1.key }) {
            lines.append("martlet_http_requests_total{status=\"\(status)\"} \(count)")
        }
        lines += [
            "# HELP martlet_file_bytes_total Bytes of images and boot files sent.",
            "# TYPE martlet_file_bytes_total counter",
            "martlet_file_bytes_total \(fileBytes.load(ordering: .relaxed))",
            "# HELP martlet_log_lines_total Log lines received from machines.",
            "# TYPE martlet_log_lines_total counter",
            "martlet_log_lines_total \(logLines.load(ordering: .relaxed))",
        ]
        return lines.joined(separator: "\n") + "\n"
    }
}
