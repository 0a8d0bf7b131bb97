import FoundationEssentials
import ProvisioningAPI

/// Calls that a caller makes once and waits for, each for a limited time.
extension ControllerClient {
    /// INIT: asks whether the run may begin.
    ///
    /// - Throws: `ControllerError.leaveAlone` when the controller says that this machine must not be touched (409, 410);
    ///   any other error when there was no success within the limit, which ends the run before anything is written.
    public func reportInit(_ mode: ProvisioningMode, within limit: Duration = .seconds(120))
        async throws(ControllerError)
    {
        guard let url = configuration.endpoints.initial else { return }
        do {
            try await transport.deliver(status("INIT_URL", url, mode.startedPhrase), within: limit)
        } catch .answered(_, _, let status, _) where status == 409 || status == 410 {
            throw .leaveAlone(status: status)
        }
    }

    /// SUCCESS: says that the run is complete. A caller goes on all the same when this throws.
    public func reportSuccess(
        _ mode: ProvisioningMode, within limit: Duration = .seconds(120)
    ) async throws(ControllerError) {
        guard let url = configuration.endpoints.success else { return }
        try await transport.deliver(status("SUCCESS_URL", url, mode.completePhrase), within: limit)
    }

    /// ERROR: says where and why the run failed.
    public func reportError(
        _ report: ErrorReport, within limit: Duration = .seconds(120)
    ) async throws(ControllerError) {
        guard let url = configuration.endpoints.error else { return }
        let text = configuration.scrubber.scrub(report.description)
        try await transport.deliver(status("ERROR_URL", url, text), within: limit)
    }

    /// DEBUG: the diagnostic report, compressed, with secrets masked.
    public func sendDebugReport(_ text: String, within limit: Duration = .seconds(60)) async throws(ControllerError) {
        guard let url = configuration.endpoints.debug else { return }
        let report = DebugReport(configuration.scrubber.scrub(text))
        let call = ControllerCall(
            "DEBUG_URL", url, contentType: "text/plain; charset=utf-8", body: report.body, isGzip: report.isGzip)
        try await transport.deliver(call, within: limit)
    }

    /// INVENTORY: what the machine is made of.
    public func sendInventory(
        _ inventory: Inventory, within limit: Duration = .seconds(60)
    ) async throws(ControllerError) {
        try await sendJSON("INVENTORY_URL", configuration.endpoints.inventory, inventory, within: limit)
    }

    /// HEALTH_CHECK: how the health checks ended.
    public func sendHealthChecks(
        _ checks: [HealthCheck], within limit: Duration = .seconds(60)
    ) async throws(ControllerError) {
        try await sendJSON("HEALTH_CHECK_URL", configuration.endpoints.healthCheck, checks, within: limit)
    }

    /// METRICS: what the run took.
    public func sendMetrics(_ metrics: RunMetrics, within limit: Duration = .seconds(10)) async throws(ControllerError)
    {
        try await sendJSON("METRICS_URL", configuration.endpoints.metrics, metrics, within: limit)
    }

    private func status(_ key: String, _ url: String, _ text: String) -> ControllerCall {
        .text(key, url, text, idempotencyKey: nextIdentifier())
    }

    private func sendJSON(
        _ key: String, _ url: String?, _ value: some Encodable & Sendable, within limit: Duration
    ) async throws(ControllerError) {
        guard let url else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Encoding plain strings, numbers and lists fails only for infinite numbers, which a receiver could not read.
        guard let body = try? encoder.encode(value) else { return }
        let clean = configuration.scrubber.scrub(String(decoding: body, as: UTF8.self))
        try await transport.deliver(.json(key, url, Array(clean.utf8)), within: limit)
    }
}
