import DeployVars
import Diagnostics
import HTTPProxies
import InitRuntime
import LinuxSystem
import Pipeline

extension Steps {
    /// Finds the vars and reads them, or finds out where they will come from. All their errors are told together.
    func readVars() -> Step<Void, FoundVars> {
        Step(.vars) { _, _ in
            DeployDirectory.restrict()
            let (text, url) = try await VarsSource(services: services).find()
            if let text { return .local(try accept(text)) }
            guard let url else { throw NoVars() }
            services.log.info("vars will come from \(maskedURL(url))")
            return .remote(url: url)
        }
    }

    /// Validates vars, and makes them known to the console, to PID 1 and to the controller's client.
    func accept(_ text: [UInt8]) throws -> DeployVars {
        let parsed: ParsedVars
        do throws(DeployVarsErrors) {
            parsed = try DeployVars.parse(text)
        } catch {
            services.console.hide(error.reporting.scrubber)
            error.warnings.forEach { services.log.warning("\($0)") }
            try InvalidVars.prepareReport(error.reporting, services)
            throw error
        }
        let vars = parsed.vars
        services.console.hide(vars.scrubber)
        parsed.warnings.forEach { services.log.warning("\($0)") }
        try Files.write(text, to: RunFiles.vars)
        try RescueFiles.write(vars.rescue, services)
        try services.connect(vars)
        return vars
    }
}

/// Invalid vars that still say where to report.
enum InvalidVars {
    static func prepareReport(_ reporting: ReportingVars, _ services: Services) throws {
        try RescueFiles.write(reporting.rescue, services)
        guard reporting.errorURL != nil || reporting.debugURL != nil else { return }
        var endpoints = Endpoints()
        endpoints.error = reporting.errorURL
        endpoints.debug = reporting.debugURL
        try services.connect(
            .init(endpoints), token: reporting.token, scrubber: reporting.scrubber,
            proxies: try ProxySettings(reporting.proxies))
    }
}
