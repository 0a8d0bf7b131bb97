import Console
import ControllerClient
import DeployVars
import Glibc
import HTTPProxies
import InitRuntime
import LinuxSystem
import Pipeline
import ProvisioningAPI

/// The short-lived process that PID 1 starts after the agent has crashed: it tells the controller, nothing more.
///
/// It finds the vars where the agent left them, and the network as the agent left it: addresses outlive their process.
enum CrashReport {
    static func send(cause: String) async {
        let console = ConsoleWriter()
        guard let text = try? Files.read(RunFiles.vars, limit: 1 << 20), let vars = try? DeployVars.parse(text).vars,
            vars.endpoints.error != nil || vars.endpoints.debug != nil
        else {
            console.say("martlet: the crash cannot be reported: no valid vars name an ERROR_URL")
            return
        }
        let secrets = vars.scrubber.adding(KernelArguments.current().secrets)
        console.hide(secrets)
        do {
            let client = try ControllerClient(
                configuration: ControllerConfiguration(
                    endpoints: ControllerEndpoints(vars.endpoints), token: vars.authorization.token,
                    extraAuthorities: DeployDirectory.extraAuthorities, proxies: try ProxySettings(vars.proxies),
                    scrubber: secrets, version: Version.current))
            try await client.reportError(ErrorReport(origin: .agent, cause: cause), within: .seconds(20))
            console.say("martlet: the crash was reported to the controller")
            let report = console.scrub(await DiagnosticReport.collect(nil))
            try await client.sendDebugReport(report, within: .seconds(20))
        } catch {
            console.say("martlet: the crash could not be reported: \(error)")
        }
    }
}
