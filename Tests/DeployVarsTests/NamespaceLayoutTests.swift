import Testing

@testable import DeployVars

@Suite struct NamespaceLayoutTests {
    private typealias Entry = NamespaceLayout.Entry

    /// What is written, what it means, and how it is said again.
    @Test(
        arguments: [
            ("all", [Entry(.rest)], "all"),
            ("ALL@4096", [Entry(.rest, sectorSize: 4096)], "all@4096"),
            ("rest", [Entry(.rest)], "all"),
            ("480G,rest", [Entry(.bytes(480_000_000_000)), Entry(.rest)], "480G,rest"),
            (
                "480gb, 1.92TB @512",
                [Entry(.bytes(480_000_000_000)), Entry(.bytes(1_920_000_000_000), sectorSize: 512)],
                "480G,1.920T@512"
            ),
            ("512GiB,1.5TiB", [Entry(.bytes(512 << 30)), Entry(.bytes(1536 << 30))], "512GiB,1536GiB"),
            ("100M,2mib", [Entry(.bytes(100_000_000)), Entry(.bytes(2 << 20))], "100M,2MiB"),
            ("50%,50%@4096", [Entry(.percent(50)), Entry(.percent(50), sectorSize: 4096)], "50%,50%@4096"),
        ] as [(String, [NamespaceLayout.Entry], String)])
    func aLayoutIsAListOfSizes(text: String, entries: [NamespaceLayout.Entry], description: String) {
        let layout = NamespaceLayout(text)
        #expect(layout?.entries == entries)
        #expect(layout?.description == description)
        #expect(NamespaceLayout(description) == layout)
    }

    @Test(arguments: [
        "", ",", "1", "480", "480X", "G", "0G", "1.G", ".5G", "1.2345T", "-1G", "1e3G", "rest,480G", "rest,rest",
        "all,rest",
        "480G,all", "480G,", "480G;rest", "0%", "101%", "%", "all@", "all@1024", "all@512@512", "@512", "1000001G",
        "[{\"controller\":\"/dev/nvme0\"}]",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(NamespaceLayout(text) == nil)
    }

    @Test func theVarsNameTheControllerBySerialNumberAlone() throws {
        let parsed = try vars(
            "NVME_NAMESPACES=480G,rest\nDISK_SERIAL=S1\nDISK_MODEL=m\nMIN_DISK_SIZE_GB=1\nDISK_MAX_SIZE_GB=500")
        #expect(parsed.preparation.namespaces == NamespaceLayout("480G,rest"))
        #expect(problems("NVME_NAMESPACES=all").first?.contains("needs DISK_SERIAL") == true)
        for key in [
            "DISK_WWN=eui.1", "DISK_DEVICE=/dev/nvme0n1", "DISK_BY_PATH=x", "DISK_SELECT=largest", "DISK_HCTL=0:0:0:0",
            "DISK_VENDOR=x", "DISK_ROTATIONAL=false",
        ] {
            let found = problems("NVME_NAMESPACES=all\nDISK_SERIAL=S1\n" + key)
            #expect(
                found.count == 1 && found.first?.contains("leave out \(key.prefix { $0 != "=" })") == true, "\(found)")
        }
        #expect(problems("NVME_NAMESPACES=all\nDISK_SERIAL=a,b\nRAID_LEVEL=1").isEmpty == false)
    }

    @Test(arguments: ["deprovision", "soft-deprovision", "capture\nCAPTURE_URL=https://a/b"])
    func onlyAProvisioningMakesNamespaces(mode: String) {
        let found = problems("NVME_NAMESPACES=all\nDISK_SERIAL=S1\nMODE=\(mode)", image: "")
        #expect(found.count == 1 && found.first?.contains("is for MODE=provision") == true, "\(found)")
        #expect(problems("NVME_NAMESPACES=all\nDISK_SERIAL=S1\nMODE=dry-run") == [])
    }
}
