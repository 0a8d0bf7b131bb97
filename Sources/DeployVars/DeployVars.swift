import Diagnostics
import ProvisioningAPI

/// The contents of `/deploy/vars`: one validated value. Every key of the contract is in it, whether this version acts
/// upon it or not.
public struct DeployVars: Equatable, Sendable {
    /// What to do; `DRY_RUN` already counted in.
    public var mode = ProvisioningMode.provision
    /// Which machine these vars are for.
    public var machine = MachineMatch()
    /// What the machine is to be called.
    public var identity = Identity()
    /// The token and where it may go.
    public var authorization = Authorization()
    /// Where the controller listens.
    public var endpoints = Endpoints()
    /// What to write.
    public var image = ImageVars()
    /// The way to every server.
    public var proxies = ProxyVars()
    /// Which disk.
    public var disk = DiskHints()
    /// What happens to disks first.
    public var preparation = DiskPreparation()
    /// Which partition is the root.
    public var root = RootVars()
    /// What is changed in the installed system.
    public var system = SystemVars()
    /// The network.
    public var network = NetworkVars()
    /// Health checks, inventory, firmware.
    public var health = HealthVars()
    /// What follows at the end; `DISABLE_KEXEC` already counted in.
    public var handover = Handover.kexec
    /// What happens on failure.
    public var rescue = RescueVars()
    /// Where a captured disk goes.
    public var capture = CaptureVars()
    /// Knows every secret of the file: token, header values, password hashes, URL user information and query values.
    public internal(set) var scrubber: SecretScrubber {
        get { hiddenScrubber.revealed }
        set { hiddenScrubber = Secret(newValue) }
    }
    /// Hidden, or printing the vars would print the scrubber and all that it knows.
    private var hiddenScrubber = Secret(SecretScrubber([]))

    /// Every default; no image, no endpoint.
    public init() {}

    init(_ reader: inout VarsReader) {
        mode = reader.choice(.mode, default: .provision)
        if reader.boolean(.dryRun, default: false) { mode = .dryRun }
        machine = MachineMatch(&reader)
        identity = Identity(&reader)
        authorization = Authorization(&reader)
        endpoints = Endpoints(&reader)
        image = ImageVars(&reader)
        proxies = ProxyVars(&reader)
        disk = DiskHints(&reader)
        preparation = DiskPreparation(&reader, hints: &disk)
        root = RootVars(&reader)
        system = SystemVars(&reader)
        network = NetworkVars(&reader)
        health = HealthVars(&reader)
        handover = Handover(&reader)
        rescue = RescueVars(&reader)
        capture = CaptureVars(&reader)
    }

    /// The origins that may see the token: those of the controller's endpoints.
    public var tokenOrigins: Set<Origin> { Set(endpoints.all.map(\.origin)) }

    /// The token for a request to this URL; `nil` when there is none, when the URL is not the controller's, or when the
    /// network could read it.
    public func token(for url: HTTPURL) -> Secret<String>? {
        tokenOrigins.contains(url.origin) && authorization.allowsToken(to: url) ? authorization.token : nil
    }

    /// The NoCloud instance id: INSTANCE_ID, else PROVIDER_ID, else the DMI product UUID.
    public func instanceID(machineUUID: String?) -> String? {
        identity.instanceID ?? identity.providerID ?? machineUUID
    }
}
