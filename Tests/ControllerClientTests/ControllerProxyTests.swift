import Diagnostics
import HTTPProxies
import ProvisioningAPI
import Testing

@testable import ControllerClient

@Suite(.timeLimit(.minutes(1))) struct ControllerProxyTests {
    private static func client(_ url: String, proxy: String) throws -> ControllerClient {
        try ControllerClient(
            configuration: ControllerConfiguration(
                endpoints: ControllerEndpoints(initial: url), token: Secret("s3cr3t"),
                proxies: ProxySettings(
                    http: try HTTPProxy(proxy, key: "HTTP_PROXY"), https: try HTTPProxy(proxy, key: "HTTPS_PROXY")),
                version: "1", retry: RetryPolicy(first: .seconds(60), longest: .seconds(60))))
    }

    @Test func callsTakeTheWayThroughTheProxy() async throws {
        let proxy = ScriptedController { _, _ in .init(status: .ok) }
        try await proxy.serving {
            let address = proxy.url("").replacing("http://", with: "http://joe:hunter2@")
            let client = try Self.client("http://controller.example/init", proxy: address)
            try await client.reportInit(.provision, within: .seconds(20))
            await client.shutdown()
        }
        // joe:hunter2
        #expect(proxy.calls.map { $0.headers["proxy-authorization"] } == ["Basic am9lOmh1bnRlcjI="])
        #expect(proxy.calls.map { $0.headers["authorization"] } == ["Bearer s3cr3t"])
    }

    @Test(arguments: [("http", "HTTP_PROXY"), ("https", "HTTPS_PROXY")])
    func aProxyThatIsNotThereIsNamed(scheme: String, key: String) async throws {
        let client = try Self.client("\(scheme)://controller.example/init", proxy: "http://joe:hunter2@127.0.0.1:1")
        let error = await #expect(throws: ControllerError.self) {
            try await client.reportInit(.provision, within: .seconds(20))
        }
        await client.shutdown()
        let text = error.map { "\($0); \($0.advice)" } ?? ""
        #expect(text.contains("the proxy http://127.0.0.1:1 of \(key) does not lead to it: the connection was refused"))
        #expect(text.contains("check \(key)") && !text.contains("hunter2"), "\(text)")
    }
}
