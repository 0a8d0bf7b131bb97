import Diagnostics
import Testing

@testable import DeployVars

@Suite struct VarsSecretTests {
    @Test(arguments: ["INIT_URL", "ERROR_URL", "LOG_URL", "CHECKIN_URL", "EVENT_URL", "COMMANDS_URL", "TOKEN_URL"])
    func aTokenOverPlainHTTPIsAnErrorAtTheStart(key: String) {
        let found = problems("TOKEN=s3cr3t\n\(key)=http://10.0.2.2:8080/x")
        #expect(
            found == [
                "line 3: \(key) is plain http to 10.0.2.2, so the network could read TOKEN; "
                    + "use https, or allow it with INSECURE_TRANSPORT=true"
            ])
    }

    @Test(arguments: [
        "TOKEN=s3cr3t\nINIT_URL=https://10.0.2.2/x", "TOKEN=s3cr3t\nINIT_URL=http://127.0.0.1/x",
        "TOKEN=s3cr3t\nINIT_URL=http://[::1]/x", "TOKEN=s3cr3t\nINIT_URL=http://localhost/x",
        "TOKEN=s3cr3t\nINIT_URL=http://10.0.2.2/x\nINSECURE_TRANSPORT=true", "INIT_URL=http://10.0.2.2/x",
        "TOKEN=\nINIT_URL=http://10.0.2.2/x",
    ])
    func otherTransportsAreFine(lines: String) {
        #expect(problems(lines) == [])
    }

    @Test func theTokenGoesToTheControllersOriginsOnly() throws {
        let vars = try vars("TOKEN=s3cr3t\nINIT_URL=https://c.example/init\nLOG_URL=https://l.example:8443/log")
        func token(_ text: String) -> String? { HTTPURL(text).flatMap { vars.token(for: $0) }?.revealed }
        #expect(token("https://c.example:443/other") == "s3cr3t")
        #expect(token("https://l.example:8443/") == "s3cr3t")
        #expect(token("https://l.example/") == nil)
        #expect(token("http://c.example/") == nil)
        #expect(token("https://images.example/debian.img.zst") == nil)
    }

    @Test func theScrubberKnowsWhatURLsInCommandsHide() throws {
        let vars = try vars(
            "POST_PROVISION_CMDS=\"curl -fsS 'https://ci:S3cret-word@repo.example/x?token=abcdef123' | sh; true\"")
        let text = vars.scrubber.scrub("curl: https://ci:S3cret-word@repo.example/x?token=abcdef123 failed")
        #expect(!text.contains("S3cret-word") && !text.contains("abcdef123"))
    }

    @Test func theScrubberKnowsEverySecret() throws {
        let vars = try vars(
            """
            TOKEN=s3cr3t-token
            IMAGE_HEADERS="X-Key: s3cr3t-header; Authorization: Bearer s3cr3t-bearer"
            RESCUE_PASSWORD_HASH='$6$salt$s3cr3t-hash'
            BGP_AUTH_PASSWORD=s3cr3t-bgp
            INIT_URL="https://user:s3cr3t%2Fpw@c.example/?key=s3cr3t-query&s3cr3t-flag"
            """, image: "IMAGE='https://a/x?sig=s3cr3t-one,https://b/y?sig=s3cr3t-two'\n")
        let text = """
            s3cr3t-token s3cr3t-header s3cr3t-bearer $6$salt$s3cr3t-hash s3cr3t-bgp user:s3cr3t%2Fpw s3cr3t/pw \
            s3cr3t-query s3cr3t-flag s3cr3t-one s3cr3t-two
            """
        #expect(!vars.scrubber.scrub(text).contains("s3cr3t"))
        #expect(vars.scrubber.scrub("nothing secret") == "nothing secret")
        #expect(!"\(vars)".contains("s3cr3t"))
        var dumped = ""
        dump(vars, to: &dumped)
        #expect(!dumped.contains("s3cr3t"))
    }

    /// Whatever is wrong, no error and no warning holds a part of a secret; the scrubber knows it all the same.
    @Test(arguments: [
        "TOKEN=\"s3cr3t", "TOKEN=s3cr3t s3cr3t", "TOKEN='s3cr3t", "TOKEN=\"s3cr3t \"", "TOKEN=s3cr3té",
        "TOKEN=a\nTOKEN=s3cr3t", "TOKEN=\"first\ns3cr3t=\nother\"", "TOKEN=\"first\ns3cr3t\"", "s3cr3t",
        "TOKEN=\"first\ns3cr3t=1\ns3cr3t=2", "RESCUE_PASSWORD_HASH=s3cr3t", "RESCUE_PASSWORD_HASH=$6$s3cr3t:",
        "IMAGE_HEADERS=s3cr3t", "IMAGE_HEADERS=\"X: s3cr3t", "BGP_AUTH_PASSWORD=\"s3cr3t", "INIT_URL=http://u:s3cr3t@",
        "INIT_URL=http://u:s3/s3cr3t@host/", "INIT_URL=htp://a/?s3cr3t", "INIT_URL=\"http://a/?k=s3cr3t",
        "INIT_URL=u:s3cr3t@h",
        "IMAGE_CHECKSUM=https://a/b?k=s3cr3t#", "IMAGE_CHECKSUM=https://a/b?k=s3cr3t\nMTU=x",
        "HTTP_PROXY=u:s3cr3t@proxy",
        "TOKEN=s3cr3t\nINIT_URL=http://u:s3cr3t@a/?s3cr3t", "IMAGE_SIGNATURE_URL=https://u:s3cr3t@h/x",
    ])
    func errorsNeverHoldSecrets(lines: String) {
        do {
            _ = try DeployVars.parse(imageLine + lines)
            Issue.record("no error")
        } catch {
            let all = [error.description, error.advice] + error.warnings.map(\.description)
            #expect(!all.joined().contains("s3"), "\(all)")
            #expect(!"\(error)".contains("s3"))
        }
    }

    @Test(arguments: ["TOKEN=\"s3cr3t-x", "TOKEN='s3cr3t-x", "TOKEN=\"s3cr3t-x\" tail", "IMAGE_HEADERS=\"s3cr3t-x"])
    func theScrubberKnowsSecretsOnUnreadableLines(line: String) {
        #expect {
            try DeployVars.parse(line)
        } throws: { error in
            (error as? DeployVarsErrors)?.reporting.scrubber.scrub("a s3cr3t-x b").contains("s3cr3t") == false
        }
    }

    private func report(_ text: String) -> ReportingVars? {
        do { _ = try DeployVars.parse(text) } catch { return error.reporting }
        return nil
    }

    @Test func invalidVarsStillSayWhereToReport() throws {
        let reporting = try #require(
            report("ERROR_URL=https://c/error\nDEBUG_URL=https://c/debug\nTOKEN=abc\nRESCUE_MODE=reboot\nMTU=x\n"))
        #expect(reporting.errorURL?.text == "https://c/error")
        #expect(reporting.debugURL?.text == "https://c/debug")
        #expect(reporting.token?.revealed == "abc")
        #expect(reporting.rescue.mode == .reboot)
    }

    @Test(arguments: [
        "TOKEN=abc\nERROR_URL=http://10.0.2.2/e\n", "TOKEN=abc\nERROR_URL=http://10.0.2.2/e\nINSECURE_TRANSPORT=maybe",
        "TOKEN=abc\nERROR_URL=https://c/e\nDEBUG_URL=http://c/d", "TOKEN=abc\nTOKEN=def\nERROR_URL=https://c/e\n",
        "TOKEN=abc\nERROR_URL=http://c/e\nINSECURE_TRANSPORT=true\nINSECURE_TRANSPORT=false",
    ])
    func noTokenIsLeftForAnUnsafeReport(text: String) throws {
        let reporting = try #require(report(text))
        #expect(reporting.errorURL != nil)
        #expect(reporting.token == nil)
    }

    @Test func anAllowedInsecureReportKeepsItsToken() throws {
        let reporting = try #require(report("TOKEN=abc\nERROR_URL=http://c/e\nINSECURE_TRANSPORT=true\n"))
        #expect(reporting.token?.revealed == "abc")
    }
}
