import Testing

@testable import DeployVars

@Suite struct SupportedKeysTests {
    @Test(arguments: [
        "MODE=standby", "MODE=inspect", "PARTITION_LAYOUT=x",
    ])
    func refusesWhatWouldEndangerTheOperatorsIntent(lines: String) {
        let found = problems(lines)
        #expect(found.count == 1 && found.first?.contains("is not supported by this version: ") == true, "\(found)")
    }

    @Test(arguments: [
        "TOKEN_URL=https://a", "TOKEN_ALGORITHM=es256", "NUM_VFS=4",
        "HEALTH_CHECKS_ENABLED=true", "HEALTH_MIN_MEMORY_GB=1", "HEALTH_MIN_CPUS=1", "HEALTH_SKIP_CHECKS=a",
        "FIRMWARE_REPORT=true", "FIRMWARE_MIN_BIOS=1", "FIRMWARE_MIN_BMC=1", "RESCUE_SSH_PUBKEY='ssh-ed25519 A'",
        "RESCUE_AUTO_MOUNT=true", "NETWORK_MODE=gobgp",
        "bgp_auth_password=abcd", "VRF_TABLE_ID=1",
    ])
    func warnsOfWhatIsNotActedUpon(line: String) throws {
        let parsed = try DeployVars.parse(imageLine + line)
        #expect(parsed.unsupported.count == 1)
        #expect(parsed.warnings == parsed.unsupported)
        let text = parsed.warnings.first?.description ?? ""
        #expect(text.hasPrefix("line 2: ") && text.contains("is valid, but this version does not act upon it: "))
    }

    @Test(arguments: [
        "SECURE_ERASE=false", "SECURE_ERASE=true", "WIPE_DISKS=target", "RAID_CLEANUP=target", "DISK_SELECT=fail",
        "ROOT_PARTITION=auto",
        "IMAGE_MODE=whole-disk", "IMAGE_MODE=partition", "IMAGE_VERIFY_READBACK=no", "IMAGE_VERIFY_READBACK=true",
        "IMAGE_GPG_PUBKEY=/deploy/key\nIMAGE_SIGNATURE_URL=https://a/b", "GROW_ROOT=false", "EFI_BOOT_ENTRY=none",
        "EFI_BOOT_ENTRY=last", "GROW_ROOT=true",
        "RESCUE_AUTO_MOUNT=false", "HEALTH_MIN_CPUS=0", "MODE=dry-run", "MODE=deprovision", "MODE=soft-deprovision",
        "DISK_MODEL=x", "DISK_VENDOR=x",
        "DISK_HCTL=0:0:0:0", "DISK_BY_PATH=x", "DISK_ROTATIONAL=false", "DISK_MAX_SIZE_GB=5", "DISK_SELECT=smallest",
        "RAID_CLEANUP=none", "ROOT_PARTITION=number:1", "IMAGE_HEADERS='A: b'", "NETWORK_CONFIG=a",
        "BOND_INTERFACES=a,b", "BOND_MODE=802.3ad", "VLANS=1:a", "NTP_SERVERS=a", "FAILURE_DOMAIN=a", "REGION=a",
        "MACHINE_EXTRA_KERNEL_PARAMS=quiet", "POST_PROVISION_CMDS=true", "RESET_MACHINE_ID=false", "RAID_CLEANUP=all",
        "WIPE_DISKS=all", "WIPE_DISKS=none", "PROVISION_ID=1", "MODE=capture\nCAPTURE_URL=https://a",
        "CAPTURE_FORMAT=zstd", "HTTP_PROXY=http://p", "HTTPS_PROXY=http://p:3128/", "NO_PROXY=a,.b,192.0.2.0/24",
        "RAID_LEVEL=1\nDISK_SERIAL=a,b", "RAID_LEVEL=1\nDISK_WWN=a,b", "NVME_NAMESPACES=all\nDISK_SERIAL=a",
        "IMAGE_CHECKSUM=https://a/SHA256SUMS", "IMAGE_DOWNLOAD_CHECKSUM=https://a/SHA256SUMS",
        "IMAGE_SIGNATURE_URL=https://a/b\nIMAGE_ED25519_PUBKEY=\(String(repeating: "A", count: 43))=",
        "IMAGE_DOWNLOAD_CHECKSUM=sha256:\(String(repeating: "0", count: 64))",
    ])
    func aDefaultOrNothingAskedForIsFine(line: String) throws {
        #expect(try DeployVars.parse(imageLine + line).warnings == [])
    }

    @Test func anImageFromARegistryIsFine() throws {
        #expect(try DeployVars.parse("IMAGE=https://a/b,oci://r.example/i:1\n").warnings == [])
    }

    @Test func anInvalidValueIsNotAlsoUnsupported() {
        #expect(problems("SECURE_ERASE=full").count == 1)
        #expect(problems("DISK_HCTL=x").count == 1)
    }
}
