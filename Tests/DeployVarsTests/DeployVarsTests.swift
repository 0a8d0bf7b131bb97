import Diagnostics
import NetworkTypes
import ProvisioningAPI
import Testing

@testable import DeployVars

@Suite struct DeployVarsTests {
    @Test func defaultsAreThoseOfTheContract() throws {
        let vars = try vars("")
        var expected = DeployVars()
        expected.image.mirrors = vars.image.mirrors
        #expect(vars == expected)
        #expect(vars.mode == .provision)
        #expect(!vars.authorization.allowsInsecureTransport)
        #expect(vars.image.mode == .wholeDisk)
        #expect(vars.disk.minimumGigabytes == 0)
        #expect(vars.disk.selection == .fail)
        #expect(!vars.preparation.erasesSecurely)
        #expect(vars.preparation.wipes == .target)
        #expect(vars.preparation.raidCleanup == .target)
        #expect(vars.root.selector == .automatic)
        #expect(vars.root.grows)
        #expect(vars.system.seedsCloudInit)
        #expect(vars.system.datasource == .nocloud)
        #expect(vars.system.resetsMachineID)
        #expect(vars.system.bootEntry == .first)
        #expect(vars.network.bondMode == .lacp)
        #expect(vars.network.timeoutSeconds == 300)
        #expect(vars.network.configurationPath == "nocloud/network-config")
        #expect(vars.health.inventoryEnabled)
        #expect(vars.handover == .kexec)
        #expect(vars.rescue.mode == .shell)
        #expect(vars.rescue.timeoutSeconds == 0)
        #expect(!vars.rescue.mountsTarget)
    }

    /// The example in the documentation of the agent whose names these are.
    @Test func readsTheOtherAgentsExample() throws {
        let parsed = try DeployVars.parse(
            """
            export IMAGE="http://images.local/ubuntu-22.04.img.gz"
            export HOSTNAME="worker-01"
            export TOKEN="bearer-token-for-auth"
            export MODE="provision" # provision | deprovision | soft-deprovision
            export PROVIDER_ID="redfish://bmc/Systems/1"
            export FAILURE_DOMAIN="az-1"
            export REGION="eu-central"
            export INIT_URL="http://caprf:8080/status/init"
            export SUCCESS_URL="http://caprf:8080/status/success"
            export INSECURE_TRANSPORT=true
            # Network (FRR/EVPN mode — omit for DHCP fallback)
            underlay_subnet="10.0.0.0/24"
            asn_server="65001"
            provision_vni="10100"
            overlay_subnet="fd00::/64"
            dns_resolver="8.8.8.8"
            """)
        #expect(parsed.vars.identity.hostname == "worker-01")
        #expect(parsed.vars.identity.region == "eu-central")
        #expect(parsed.vars.instanceID(machineUUID: "x") == "redfish://bmc/Systems/1")
        #expect(parsed.vars.endpoints.start?.origin.description == "http://caprf:8080")
        #expect(parsed.vars.network.nameServers.map(\.description) == ["8.8.8.8"])
        #expect(parsed.vars.network.evpnKeys == [.underlaySubnet, .overlaySubnet, .serverASN, .provisionVNI])
        #expect(!parsed.vars.network.isSource)
        #expect(
            parsed.unsupported.compactMap(\.problem.key) == [
                .underlaySubnet, .serverASN, .provisionVNI, .overlaySubnet,
            ])
    }

    @Test func keysMatchInAnyCase() throws {
        let vars = try vars("hostname=a\nDNS_RESOLVER=192.0.2.1\nRescue_Mode=wait")
        #expect(vars.identity.hostname == "a")
        #expect(vars.network.nameServers.map(\.description) == ["192.0.2.1"])
        #expect(vars.rescue.mode == .wait)
    }

    @Test func anEmptyValueCountsAsNotGiven() throws {
        #expect(try vars("MODE=\nDISK_MODEL=\"\"\nSECURE_ERASE=''\nINIT_URL=\n").mode == .provision)
    }

    @Test func dryRunOverridesMode() throws {
        #expect(try vars("MODE=dry-run").mode == .dryRun)
        #expect(try vars("DRY_RUN=true\nMODE=deprovision", image: "").mode == .dryRun)
        #expect(try vars("DRY_RUN=false\nMODE=Provision").mode == .provision)
    }

    @Test func anImageIsNeededForWriting() {
        #expect(problems("", image: "") == ["IMAGE is missing: nothing to write"])
        #expect(problems("MODE=dry-run", image: "") == ["IMAGE is missing: nothing to write"])
        #expect(problems("IMAGE=", image: "") == ["line 1: IMAGE is missing: nothing to write"])
        #expect(problems("IMAGE=debian.img", image: "").count == 1)
    }

    @Test func reportsAllErrorsTogetherInOrderOfLines() {
        let found = problems("HOSTNAME=a_b\nnonsense\nMTU=9\nMTU=9000\nTOKEN=\"x\n")
        #expect(
            found == [
                "line 2: HOSTNAME=a_b is invalid: it must be a DNS name of letters, digits, hyphens and dots (RFC 1123)",
                "line 3: the line has no \"=\"",
                "line 4: MTU=9 is invalid: it must be a whole number of bytes from 576 to 65535",
                "line 5: MTU is given twice, first on line 4",
                "line 6 (TOKEN): the line has a quote that is not closed",
            ])
    }

    @Test func aDuplicateIsAnErrorInAnyCaseAndForUnknownKeys() {
        #expect(problems("HOSTNAME=a\nhostname=a") == ["line 3: HOSTNAME is given twice, first on line 2"])
        #expect(problems("Other=a\nOTHER=") == ["line 3: OTHER is given twice, first on line 2"])
    }

    @Test(arguments: [
        ("DISK_SERAIL=1", "DISK_SERIAL"), ("HOST_NAME=a", "HOSTNAME"), ("IMAGE_CHEKSUM=a", "IMAGE_CHECKSUM"),
        ("DNS_RESOLVERS=a", "dns_resolver"), ("tokne=a", "TOKEN"),
    ])
    func anUnknownKeyIsAWarningWithTheNearestKnownOne(line: String, nearest: String) throws {
        let warning = try #require(try warnings(line).first)
        #expect(warning.kind == .unknownKey)
        let name = line.prefix { $0 != "=" }
        #expect(
            warning.description
                == "line 2: \(name) is no known key and is ignored; the nearest known key is \(nearest)")
    }

    @Test func aKeyLikeNoOtherHasNoNearest() throws {
        #expect(
            try warnings("QQQQQQQQQQ=1").map(\.description) == ["line 2: QQQQQQQQQQ is no known key and is ignored"])
    }

    @Test func everyKeyOfTheContractIsFoundInAnyCase() {
        for key in VarsKey.allCases {
            #expect(VarsKey(name: key.rawValue.lowercased()) == key)
            #expect(VarsKey(name: key.rawValue.uppercased()) == key)
        }
    }

    @Test func randomBytesNeverTrap() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("=\"'\\$` #\n\r\t\u{0}:/@?;,%[]0aé-".utf8) + [0xff, 0xc3]
        for _ in 0..<1500 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                if let key = VarsKey.allCases.randomElement(using: &random) { bytes += Array("\(key.rawValue)=".utf8) }
                let samples = [
                    "https://", "http://[::1", "sha256:", "0:0:0:0", "lv:a/b", "10:eth0", "1", "true", "oci://",
                ]
                bytes += Array((samples.randomElement(using: &random) ?? "").utf8)
                for _ in 0..<Int.random(in: 0...20, using: &random) {
                    bytes.append(alphabet.randomElement(using: &random) ?? 0)
                }
                bytes.append(0x0a)
            }
            for _ in 0..<Int.random(in: 0...40, using: &random) { bytes.append(.random(in: 0...255, using: &random)) }
            do { _ = try DeployVars.parse(bytes) } catch {
                #expect(!error.problems.isEmpty && !error.description.isEmpty)
            }
        }
    }
}
