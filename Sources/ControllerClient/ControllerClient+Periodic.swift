import FoundationEssentials
import Diagnostics
import ProvisioningAPI

/// Calls that repeat beside the pipeline.
extension ControllerClient {
    /// Reports addresses every 5 s until the controller takes them, whatever else it answers (404: not registered yet).
    ///
    /// Returns at once where there is nowhere to check in, and when the task is cancelled.
    ///
    /// - Parameter addresses: the machine's present addresses, asked for anew for each attempt: non-loopback IPv4 and
    ///   global IPv6, without prefix length. While there are none, nothing is sent.
    public func checkIn(addresses: @Sendable () async -> [String]) async {
        guard let url = configuration.endpoints.checkin else { return }
        var told: String?
        while !Task.isCancelled {
            let present = await addresses()
            if !present.isEmpty, let body = try? JSONEncoder().encode(CheckinRequest(addresses: present)) {
                let call = ControllerCall.json("CHECKIN_URL", url, Array(body), method: .PUT)
                let outcome = await transport.attempt(call, limit: min(.seconds(5), configuration.retry.attemptLimit))
                guard let problem = problem(outcome, call) else { return }
                if problem != told, !Task.isCancelled { configuration.notice("\(problem); it is tried again") }
                told = problem
            }
            try? await Task.sleep(for: configuration.limits.checkinInterval)
        }
    }

    /// Sends heartbeats until the task is cancelled. One that is lost is not repeated: the next one is as good.
    func sendHeartbeats() async {
        guard let url = configuration.endpoints.heartbeat else { return }
        var told: String?
        while !Task.isCancelled {
            let call = ControllerCall.text("HEARTBEAT_URL", url, "heartbeat")
            let outcome = await transport.attempt(call, limit: min(.seconds(10), configuration.retry.attemptLimit))
            let problem = problem(outcome, call)
            if let problem, told == nil, !Task.isCancelled { configuration.notice(problem) }
            told = problem
            let jitter = Double.random(in: 0.9...1.1)
            try? await Task.sleep(for: configuration.limits.heartbeatInterval * jitter)
        }
    }

    private func problem(_ outcome: AttemptOutcome, _ call: ControllerCall) -> String? {
        switch outcome {
        case .success: nil
        case .answered(let status, _, let message):
            ControllerError.answered(
                key: call.key, url: maskedURL(call.url), status: status, message: message
            ).description
        case .failed(let failure):
            ControllerError.unreachable(key: call.key, url: maskedURL(call.url), failure: failure).description
        }
    }
}
