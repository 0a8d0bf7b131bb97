import Diagnostics

/// Every key of `/deploy/vars`; the raw value is the key as documented. Keys match in any case.
public enum VarsKey: String, CaseIterable, Sendable {
    // Mode
    case mode = "MODE"
    case dryRun = "DRY_RUN"
    // Right machine
    case machineUUID = "MACHINE_UUID"
    case machineSerial = "MACHINE_SERIAL"
    case machineMAC = "MACHINE_MAC"
    // Identity
    case hostname = "HOSTNAME"
    case providerID = "PROVIDER_ID"
    case failureDomain = "FAILURE_DOMAIN"
    case region = "REGION"
    case instanceID = "INSTANCE_ID"
    case provisionID = "PROVISION_ID"
    // Authorization
    case token = "TOKEN"
    case tokenURL = "TOKEN_URL"
    case tokenAlgorithm = "TOKEN_ALGORITHM"
    case insecureTransport = "INSECURE_TRANSPORT"
    // Endpoints
    case initURL = "INIT_URL"
    case successURL = "SUCCESS_URL"
    case errorURL = "ERROR_URL"
    case logURL = "LOG_URL"
    case debugURL = "DEBUG_URL"
    case heartbeatURL = "HEARTBEAT_URL"
    case commandsURL = "COMMANDS_URL"
    case inventoryURL = "INVENTORY_URL"
    case firmwareURL = "FIRMWARE_URL"
    case healthCheckURL = "HEALTH_CHECK_URL"
    case metricsURL = "METRICS_URL"
    case eventURL = "EVENT_URL"
    case checkinURL = "CHECKIN_URL"
    // Image
    case image = "IMAGE"
    case imageChecksum = "IMAGE_CHECKSUM"
    case imageChecksumType = "IMAGE_CHECKSUM_TYPE"
    case imageDownloadChecksum = "IMAGE_DOWNLOAD_CHECKSUM"
    case imageMode = "IMAGE_MODE"
    case imageSignatureURL = "IMAGE_SIGNATURE_URL"
    case imageGPGPublicKey = "IMAGE_GPG_PUBKEY"
    case imageEd25519PublicKey = "IMAGE_ED25519_PUBKEY"
    case imageHeaders = "IMAGE_HEADERS"
    case imageVerifyReadback = "IMAGE_VERIFY_READBACK"
    case httpProxy = "HTTP_PROXY"
    case httpsProxy = "HTTPS_PROXY"
    case noProxy = "NO_PROXY"
    // Disk
    case diskSerial = "DISK_SERIAL"
    case diskWWN = "DISK_WWN"
    case diskModel = "DISK_MODEL"
    case diskVendor = "DISK_VENDOR"
    case diskHCTL = "DISK_HCTL"
    case diskByPath = "DISK_BY_PATH"
    case diskRotational = "DISK_ROTATIONAL"
    case diskMaximumSize = "DISK_MAX_SIZE_GB"
    case diskMinimumSize = "MIN_DISK_SIZE_GB"
    case diskDevice = "DISK_DEVICE"
    case diskSelect = "DISK_SELECT"
    // Disk preparation
    case secureErase = "SECURE_ERASE"
    case wipeDisks = "WIPE_DISKS"
    case raidCleanup = "RAID_CLEANUP"
    case raidLevel = "RAID_LEVEL"
    case raidBootCheck = "RAID_BOOT_CHECK"
    case nvmeNamespaces = "NVME_NAMESPACES"
    case partitionLayout = "PARTITION_LAYOUT"
    // Root
    case rootPartition = "ROOT_PARTITION"
    case growRoot = "GROW_ROOT"
    // Operating system
    case cloudInitEnabled = "CLOUDINIT_ENABLED"
    case cloudInitDatasource = "CLOUDINIT_DATASOURCE"
    case extraKernelParameters = "MACHINE_EXTRA_KERNEL_PARAMS"
    case postProvisionCommands = "POST_PROVISION_CMDS"
    case resetMachineID = "RESET_MACHINE_ID"
    case efiBootEntry = "EFI_BOOT_ENTRY"
    case numberOfVFs = "NUM_VFS"
    // Network
    case networkConfiguration = "NETWORK_CONFIG"
    case staticIP = "STATIC_IP"
    case staticGateway = "STATIC_GATEWAY"
    case staticInterface = "STATIC_IFACE"
    case bondInterfaces = "BOND_INTERFACES"
    case bondMode = "BOND_MODE"
    case vlans = "VLANS"
    case dnsResolver = "dns_resolver"
    case ntpServers = "NTP_SERVERS"
    case mtu = "MTU"
    case networkTimeout = "NETWORK_TIMEOUT"
    // EVPN
    case networkMode = "NETWORK_MODE"
    case underlaySubnet = "underlay_subnet"
    case underlayIP = "underlay_ip"
    case overlaySubnet = "overlay_subnet"
    case overlayAggregate = "overlay_aggregate"
    case ipmiSubnet = "ipmi_subnet"
    case serverASN = "asn_server"
    case leafASN = "leaf_asn"
    case localASN = "local_asn"
    case provisionVNI = "provision_vni"
    case provisionIP = "provision_ip"
    case provisionGateway = "provision_gateway"
    case gatewayIPs = "dcgw_ips"
    case vpnRouteTarget = "vpn_rt"
    case vrfTableID = "vrf_table_id"
    case bgpPeerMode = "BGP_PEER_MODE"
    case bgpNeighbors = "BGP_NEIGHBORS"
    case bgpRemoteASN = "BGP_REMOTE_ASN"
    case bgpKeepalive = "bgp_keepalive"
    case bgpHold = "bgp_hold"
    case bgpAuthPassword = "BGP_AUTH_PASSWORD"
    case bfdTransmit = "bfd_transmit_ms"
    case bfdReceive = "bfd_receive_ms"
    // Health
    case healthChecksEnabled = "HEALTH_CHECKS_ENABLED"
    case healthMinimumMemory = "HEALTH_MIN_MEMORY_GB"
    case healthMinimumCPUs = "HEALTH_MIN_CPUS"
    case healthSkipChecks = "HEALTH_SKIP_CHECKS"
    case inventoryEnabled = "INVENTORY_ENABLED"
    case firmwareReport = "FIRMWARE_REPORT"
    case firmwareMinimumBIOS = "FIRMWARE_MIN_BIOS"
    case firmwareMinimumBMC = "FIRMWARE_MIN_BMC"
    // Hand-over
    case disableKexec = "DISABLE_KEXEC"
    case handover = "HANDOVER"
    // Failure
    case rescueMode = "RESCUE_MODE"
    case rescueTimeout = "RESCUE_TIMEOUT"
    case rescueSSHPublicKey = "RESCUE_SSH_PUBKEY"
    case rescuePasswordHash = "RESCUE_PASSWORD_HASH"
    case rescueAutoMount = "RESCUE_AUTO_MOUNT"
    // Capture
    case captureURL = "CAPTURE_URL"
    case captureFormat = "CAPTURE_FORMAT"

    private static let byUpperCaseName = Dictionary(
        allCases.map { ($0.rawValue.uppercased(), $0) }, uniquingKeysWith: { first, _ in first })

    /// The key that is spelled so, in any case.
    public init?(name: some StringProtocol) {
        guard let key = Self.byUpperCaseName[name.uppercased()] else { return nil }
        self = key
    }

    /// Whether the whole value is a secret.
    public var isSecret: Bool {
        [.token, .imageHeaders, .rescuePasswordHash, .bgpAuthPassword].contains(self)
    }

    /// Whether the value holds URLs, whose user information and query values are secrets.
    public var holdsURLs: Bool {
        switch self {
        case .image, .imageChecksum, .imageDownloadChecksum, .httpProxy, .httpsProxy: true
        default: rawValue.hasSuffix("_URL")
        }
    }

    /// The known key nearest to a misspelt one; `nil` when none is near enough to be meant.
    static func nearest(to name: String) -> VarsKey? {
        SpellingDistance.nearest(to: name.uppercased(), among: byUpperCaseName.keys).flatMap { VarsKey(name: $0) }
    }
}
