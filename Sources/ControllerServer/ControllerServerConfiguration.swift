/// How a controller is set up.
public struct ControllerServerConfiguration: Sendable {
    /// Where machines, their logs and check-ins are kept; made when absent, readable only for its owner.
    public var dataDirectory: String
    /// The host or address to listen on.
    public var host: String
    /// The port to listen on; 0 takes a free one.
    public var port: Int
    /// What `/images/` serves; nothing when absent.
    public var imagesDirectory: String?
    /// Where `vmlinuz` and `initramfs.img` for machines that boot over the network are; without it there is no netboot.
    public var netbootDirectory: String?
    /// Kernel arguments of machines that boot over the network.
    public var netbootArguments: String
    /// The networks that may do everything.
    public var trusted: [AddressBlock]
    /// The URL under which machines reach this controller, without a slash at its end. Without it, they are told the
    /// one by which they asked.
    public var publicURL: String?
    /// Most bytes of log kept for each machine.
    public var logLimit: Int
    /// Most bytes of events kept for each machine.
    public var eventLimit: Int

    /// A configuration.
    public init(
        dataDirectory: String, host: String = "127.0.0.1", port: Int = 0, imagesDirectory: String? = nil,
        netbootDirectory: String? = nil, netbootArguments: String = "console=tty0 console=ttyS0,115200",
        trusted: [AddressBlock] = AddressBlock.loopback, publicURL: String? = nil, logLimit: Int = 4 << 20,
        eventLimit: Int = 1 << 20
    ) {
        self.dataDirectory = dataDirectory
        self.host = host
        self.port = port
        self.imagesDirectory = imagesDirectory
        self.netbootDirectory = netbootDirectory
        self.netbootArguments = netbootArguments
        self.trusted = trusted
        self.publicURL = publicURL
        self.logLimit = logLimit
        self.eventLimit = eventLimit
    }
}
