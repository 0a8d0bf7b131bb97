import DeployVars
import Glibc
import LinuxSystem
import Logging
import NetworkConfiguration
import NetworkTypes
import Testing

@testable import Provisioning

@Suite struct NetworkChoiceTests {
    private let seed = "ip=192.168.1.171::192.168.1.1:255.255.255.0::eth0:off nameserver=192.0.2.54"

    private func decide(_ vars: NetworkVars?, _ commandLine: String) throws -> NetworkConfiguration {
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return try NetworkChoice(vars: vars, arguments: KernelArguments(commandLine), log: log).decide().configuration
    }

    private func staticVars() throws -> NetworkVars {
        var vars = NetworkVars()
        vars.staticAddress = StaticAddress(prefix: try #require(IPv4Prefix("192.0.2.7/24")))
        return vars
    }

    @Test func withoutAnySourceEveryCardAsksByDHCP() throws {
        #expect(try decide(nil, "quiet") == .automatic)
        #expect(try decide(NetworkVars(), "quiet") == .automatic)
    }

    @Test func theVarsComeBeforeTheCommandLine() throws {
        #expect(try decide(staticVars(), seed).source == .vars)
        #expect(try decide(NetworkVars(), seed).source == .kernelArguments)
    }

    @Test func nameServersOfTheVarsAreAddedToTheCommandLinesNetwork() throws {
        var vars = NetworkVars()
        vars.nameServers = [try #require(IPAddress("192.0.2.53"))]
        let configuration = try decide(vars, seed)
        #expect(configuration.nameServers.map(\.description) == ["192.0.2.53", "192.0.2.54"])
        #expect(configuration.links.map(\.selector) == [.name("eth0")])
    }

    @Test func aNameServerAloneIsNoNetworkButIsUsed() throws {
        let configuration = try decide(NetworkVars(), "nameserver=192.0.2.54")
        #expect(configuration.source == .automatic)
        #expect(configuration.nameServers.map(\.description) == ["192.0.2.54"])
    }

    @Test func mistakesOnTheCommandLineMatterOnlyWhereItDecides() throws {
        #expect(throws: NetworkConfigurationError.self) { try decide(NetworkVars(), "ip=nonsense") }
        #expect(try decide(staticVars(), "ip=nonsense").source == .vars)
    }

    @Test func theNetplanFileThatTheVarsNameComesBeforeTheCommandLineAndMustBeThere() throws {
        let path = "/tmp/martlet-netplan-\(UInt64.random(in: .min ... .max))"
        var vars = NetworkVars()
        vars.configurationPath = path
        let error = #expect(throws: NoNetworkFile.self) { try decide(vars, seed) }
        #expect(error?.description.contains(path) == true)

        try Files.write("network: {version: 2, ethernets: {eno1: {dhcp4: true}}}\n", to: path)
        defer { unlink(path) }
        vars.mtu = 1400
        let configuration = try decide(vars, seed)
        #expect(configuration.source == .netplan(path))
        #expect(configuration.links.map(\.mtu) == [1400])
    }

    @Test func theCardThatBootedIsKnownFromTheBootLoader() throws {
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let arguments = KernelArguments("BOOTIF=01-52-54-00-12-34-56")
        let (configuration, mac) = try NetworkChoice(vars: nil, arguments: arguments, log: log).decide()
        #expect(configuration == .automatic)
        #expect(mac?.description == "52:54:00:12:34:56")
    }
}
