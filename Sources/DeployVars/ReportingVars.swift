import Diagnostics

/// What invalid vars still say about where to report and what to do then. Each part stands only if it was valid itself.
public struct ReportingVars: Equatable, Sendable {
    /// Where `step vars failed: …` goes.
    public let errorURL: HTTPURL?
    /// Where the diagnostic report goes.
    public let debugURL: HTTPURL?
    /// The bearer token; already left out when one of these URLs would show it to the network.
    public let token: Secret<String>?
    /// The proxies on the way there.
    public let proxies: ProxyVars
    /// What to do on failure.
    public let rescue: RescueVars
    /// Knows every secret of the file, even those on invalid lines.
    public var scrubber: SecretScrubber { hiddenScrubber.revealed }
    private let hiddenScrubber: Secret<SecretScrubber>

    init(_ vars: DeployVars) {
        errorURL = vars.endpoints.error
        debugURL = vars.endpoints.debug
        let safe = [vars.endpoints.error, vars.endpoints.debug].compactMap(\.self)
            .allSatisfy(vars.authorization.allowsToken)
        token = safe ? vars.authorization.token : nil
        proxies = vars.proxies
        rescue = vars.rescue
        hiddenScrubber = Secret(vars.scrubber)
    }
}
