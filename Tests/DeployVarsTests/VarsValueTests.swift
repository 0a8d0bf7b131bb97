import Diagnostics
import NetworkTypes
import Testing

@testable import DeployVars

@Suite struct VarsValueTests {
    /// Every value that is checked, with one that is wrong. Each gives exactly one error, which names key and value.
    @Test(arguments: [
        "MODE=install", "DRY_RUN=maybe", "MACHINE_UUID=1234", "MACHINE_MAC=52:54:00:12:34", "HOSTNAME=-a",
        "TOKEN_URL=caprf", "TOKEN_ALGORITHM=none", "INSECURE_TRANSPORT=2", "INIT_URL=ftp://a/b",
        "SUCCESS_URL=http:///x",
        "ERROR_URL=http://a:0/", "LOG_URL=http://a:65536/", "DEBUG_URL=http://a/%zz", "HEARTBEAT_URL=http://a/#b",
        "COMMANDS_URL=http://[::1/", "INVENTORY_URL=http://127.1/", "FIRMWARE_URL=https//a", "HEALTH_CHECK_URL=x",
        "METRICS_URL=http://a..b/", "EVENT_URL=http://é/", "CHECKIN_URL=/checkin", "IMAGE_CHECKSUM=abc",
        "IMAGE_CHECKSUM_TYPE=md5", "IMAGE_DOWNLOAD_CHECKSUM=md5:00", "IMAGE_MODE=disk", "IMAGE_SIGNATURE_URL=a",
        "IMAGE_GPG_PUBKEY=key.asc", "IMAGE_ED25519_PUBKEY=AAAA", "IMAGE_VERIFY_READBACK=on", "HTTP_PROXY=proxy:3128",
        "HTTP_PROXY=http://proxy/path", "HTTPS_PROXY=https://proxy:3128",
        "HTTPS_PROXY=socks5://a", "DISK_HCTL=0:0:0", "DISK_BY_PATH=a/b", "DISK_ROTATIONAL=ssd", "DISK_MAX_SIZE_GB=-1",
        "MIN_DISK_SIZE_GB=1.5", "DISK_DEVICE=sda", "DISK_DEVICE=/dev/../etc/passwd", "DISK_SELECT=any",
        "SECURE_ERASE=full", "WIPE_DISKS=some", "RAID_CLEANUP=some", "RAID_LEVEL=5", "RAID_BOOT_CHECK=maybe",
        "NVME_NAMESPACES=1",
        "ROOT_PARTITION=/dev/sda1",
        "ROOT_PARTITION=number:0", "ROOT_PARTITION=lv:a", "ROOT_PARTITION=type:8304", "GROW_ROOT=1G",
        "CLOUDINIT_ENABLED=?", "CLOUDINIT_DATASOURCE=ec2", "RESET_MACHINE_ID=x", "EFI_BOOT_ENTRY=second",
        "NUM_VFS=many",
        "STATIC_IP=192.0.2.7", "STATIC_IP=192.0.2.7/33", "BOND_INTERFACES=eth0,a/b", "BOND_INTERFACES=eth0,eth0",
        "BOND_MODE=5", "VLANS=0:eth0", "VLANS=10:eth0:192.0.2.7", "dns_resolver=dns.example", "NTP_SERVERS=a_b",
        "MTU=575", "MTU=x", "NETWORK_TIMEOUT=0", "HEALTH_CHECKS_ENABLED=x", "HEALTH_MIN_MEMORY_GB=x",
        "HEALTH_MIN_CPUS=x", "INVENTORY_ENABLED=x", "FIRMWARE_REPORT=x", "DISABLE_KEXEC=x", "HANDOVER=halt",
        "RESCUE_MODE=panic", "RESCUE_TIMEOUT=5m", "RESCUE_AUTO_MOUNT=x", "CAPTURE_URL=x", "CAPTURE_FORMAT=gzip",
    ])
    func refusesAWrongValue(line: String) {
        let found = problems(line)
        #expect(found.count == 1 && found.first?.hasPrefix("line 2: \(line) is invalid: ") == true, "\(found)")
    }

    @Test(arguments: [
        "PROVIDER_ID='a b'", "PROVIDER_ID='a\"b'", "PROVIDER_ID='$a'", "PROVIDER_ID='a\\b'", "PROVIDER_ID=ä",
        "FAILURE_DOMAIN='a b'", "FAILURE_DOMAIN=-a", "FAILURE_DOMAIN=a,b=c", "REGION=a/b", "REGION=a.",
        "REGION=\(String(repeating: "a", count: 64))",
    ])
    func refusesWhatTheKubeletWouldMisread(line: String) {
        let found = problems(line)
        #expect(found.count == 1 && found.first?.contains("it must be") == true, "\(found)")
    }

    @Test func aCaptureNeedsSomewhereToPutTheImageAndNoImage() throws {
        #expect(
            problems("MODE=capture", image: "") == ["CAPTURE_URL is missing: MODE=capture has nowhere to put the image"]
        )
        #expect(problems("MODE=capture\nCAPTURE_URL=x", image: "").count == 1)
        let mirrored = "MODE=capture\nCAPTURE_URL=https://a/b\nRAID_LEVEL=1\nDISK_SERIAL=a,b"
        #expect(
            problems(mirrored, image: "").first
                == "line 3: RAID_LEVEL=1 names two disks and MODE=capture reads one: name one disk, without RAID_LEVEL")
        let captured = try vars("MODE=capture\nCAPTURE_URL=https://a/web.zst", image: "")
        #expect(captured.capture.url?.text == "https://a/web.zst")
        #expect(captured.token(for: try #require(captured.capture.url)) == nil)
        let controlled = try vars(
            "MODE=capture\nCAPTURE_URL=https://a/web.zst\nINIT_URL=https://a/i\nTOKEN=t0ken", image: "")
        #expect(controlled.token(for: try #require(controlled.capture.url)) != nil)
    }

    @Test(arguments: ["HOSTNAME=a\u{1b}[2J", "PROVIDER_ID=\"a\u{7}\"", "IMAGE_GPG_PUBKEY=/a\u{7f}"])
    func refusesControlCharacters(line: String) {
        let key = line.prefix { $0 != "=" }
        #expect(problems(line) == ["line 2: \(key) holds a control character"])
    }

    @Test(arguments: [
        ("true", true), ("TRUE", true), ("yes", true), ("1", true), ("false", false), ("No", false), ("0", false),
    ])
    func booleans(word: String, value: Bool) throws {
        #expect(try vars("INSECURE_TRANSPORT=\(word)").authorization.allowsInsecureTransport == value)
    }

    @Test(arguments: [
        ("", "", Handover.kexec), ("true", "", .reboot), ("true", "kexec", .reboot), ("true", "reboot", .reboot),
        ("true", "poweroff", .poweroff), ("true", "stay", .stay), ("false", "reboot", .reboot), ("false", "", .kexec),
    ])
    func disableKexecOverrides(disable: String, handover: String, expected: Handover) throws {
        #expect(try vars("DISABLE_KEXEC=\(disable)\nHANDOVER=\(handover)").handover == expected)
    }

    @Test(arguments: [
        ("auto", RootSelector.automatic), ("AUTO", .automatic),
        ("type:4F68BCE3-e8cd-4db1-96e7-fbcaf984b709", .type("4f68bce3-e8cd-4db1-96e7-fbcaf984b709")),
        ("partlabel:root:a", .partitionLabel("root:a")), ("label:cloudimg-rootfs", .label("cloudimg-rootfs")),
        ("uuid:1234-ABCD", .uuid("1234-ABCD")), ("number:3", .number(3)),
        ("lv:vg0/root", .logicalVolume(group: "vg0", volume: "root")),
    ])
    func rootSelectors(text: String, selector: RootSelector) {
        #expect(RootSelector(text) == selector)
        #expect(RootSelector(selector.description) == selector)
    }

    @Test func diskHints() throws {
        let disk = try vars(
            "DISK_SERIAL=\"WD 123\"\nDISK_WWN=naa.5000\nMIN_DISK_SIZE_GB=100\nDISK_DEVICE=/dev/disk/by-id/x"
        ).disk
        #expect(disk.serial == "WD 123")
        #expect(disk.wwn == "naa.5000")
        #expect(disk.minimumBytes == 100_000_000_000)
        #expect(disk.device == "/dev/disk/by-id/x")
        #expect(disk.isRotational == nil)
        #expect(DiskHints.HCTL("2:0:1:4294967295")?.numbers == [2, 0, 1, 4_294_967_295])
        #expect(
            problems("MIN_DISK_SIZE_GB=10\nDISK_MAX_SIZE_GB=9").first?.contains("less than MIN_DISK_SIZE_GB") == true)
    }

    @Test func raidLevelTakesTwoNamedDisks() {
        var reader = VarsReader(
            [.raidLevel: "1", .diskSerial: "A1, B2"].mapValues { Assignment(line: 1, name: "", value: $0) })
        var hints = DiskHints(&reader)
        let preparation = DiskPreparation(&reader, hints: &hints)
        #expect(preparation.mirror == .serials("A1", "B2") && preparation.checksMirrorBoot)
        #expect(hints.serial == nil)
        #expect(reader.problems == [])
        for names in ["", "DISK_SERIAL=A", "DISK_SERIAL=A,A", "DISK_SERIAL=A,B,C", "DISK_SERIAL=A,B\nDISK_WWN=1,2"] {
            let found = problems("RAID_LEVEL=1\n" + names)
            #expect(found.first?.contains("exactly two different disks") == true, "\(names): \(found)")
        }
    }

    @Test func network() throws {
        let network = try vars(
            """
            STATIC_IP=192.0.2.7/24
            STATIC_GATEWAY=192.0.2.1
            STATIC_IFACE=52-54-00-12-34-56
            BOND_INTERFACES="eth0, 52:54:00:00:00:01"
            BOND_MODE=LACP
            VLANS=10:bond0,20:eth1:198.51.100.2/24,30:52-54-00-00-00-02:198.51.100.2/24:198.51.100.1
            dns_resolver="192.0.2.53 2001:db8::53"
            NTP_SERVERS=ntp.example,192.0.2.123
            MTU=9000
            NETWORK_TIMEOUT=60
            """
        ).network
        let mac = try #require(MACAddress("52:54:00:12:34:56"))
        let first = try #require(MACAddress("52:54:00:00:00:01"))
        let prefix = try #require(IPv4Prefix("192.0.2.7/24"))
        #expect(network.isSource)
        #expect(
            network.staticAddress
                == StaticAddress(prefix: prefix, gateway: IPv4Address("192.0.2.1"), interface: .mac(mac)))
        #expect(network.bondInterfaces == [.name("eth0"), .mac(first)])
        #expect(network.bondMode == .lacp)
        #expect(network.vlans.map(\.id) == [10, 20, 30])
        #expect(network.vlans.map(\.parent.description) == ["bond0", "eth1", "52:54:00:00:00:02"])
        #expect(network.vlans.map { $0.prefix?.description } == [nil, "198.51.100.2/24", "198.51.100.2/24"])
        #expect(network.vlans.map { $0.gateway?.description } == [nil, nil, "198.51.100.1"])
        #expect(network.nameServers.map(\.description) == ["192.0.2.53", "2001:db8::53"])
        #expect(network.timeServers == ["ntp.example", "192.0.2.123"])
        #expect(network.mtu == 9000)
        #expect(network.timeoutSeconds == 60)
    }

    @Test func staticKeysNeedAnAddress() {
        #expect(
            problems("STATIC_GATEWAY=192.0.2.1\nSTATIC_IFACE=eth0") == [
                "line 2: STATIC_GATEWAY is given without STATIC_IP", "line 3: STATIC_IFACE is given without STATIC_IP",
            ])
        #expect(problems("STATIC_IP=192.0.2.1/24\nSTATIC_GATEWAY=192.0.2.1").count == 1)
    }

    @Test func commandsAreSplitAtSemicolons() throws {
        let system = try vars("POST_PROVISION_CMDS=\" apt-get update ;; update-grub; \"").system
        #expect(system.postProvisionCommands == ["apt-get update", "update-grub"])
    }

    @Test func machineMatchNamesEverythingThatDiffers() throws {
        let match = try vars(
            "MACHINE_UUID=4C4C4544-0042-3510-8052-B4C04F4D3132\nMACHINE_SERIAL=abc\nMACHINE_MAC=52:54:00:00:00:01"
        ).machine
        let mac = try #require(MACAddress("52-54-00-00-00-01"))
        try match.check(uuid: "4c4c4544-0042-3510-8052-b4c04f4d3132\n", serial: " ABC ", macs: [.zero, mac])
        #expect {
            try match.check(uuid: nil, serial: "other", macs: [])
        } throws: { error in
            (error as? WrongMachine)?.differences == [
                "MACHINE_UUID is 4c4c4544-0042-3510-8052-b4c04f4d3132 but the machine's is unknown",
                "MACHINE_SERIAL is abc but the machine's is other",
                "MACHINE_MAC is 52:54:00:00:00:01 but it has no NIC",
            ]
        }
        try MachineMatch().check(uuid: nil, serial: nil, macs: [])
    }
}
