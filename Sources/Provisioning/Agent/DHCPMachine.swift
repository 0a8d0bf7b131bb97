import DHCPv4
import LinuxSystem
import Logging
import NetworkTypes

extension LeaseSettings {
    /// What DHCP servers are told of this machine, and what the kernel command line says of them:
    /// `martlet.dhcp-server=ADDRESS` prefers one, `martlet.dhcp-arp=0` leaves out the check that an address is free.
    init(_ machine: MachineIdentity, _ arguments: KernelArguments, log: Logger) {
        self.init()
        identity.systemUUID = machine.uuid.flatMap { SystemUUID($0) }
        identity.architecture = Self.architecture
        if arguments.value("martlet.dhcp-arp") == "0" { probing = .off }
        guard let text = arguments.value("martlet.dhcp-server") else { return }
        preferredServer = IPv4Address(text)
        if preferredServer == nil {
            log.warning("martlet.dhcp-server=\(text) is no IPv4 address: no server is preferred")
        }
    }

    /// The kind of machine, as network boot has it (RFC 4578 2.1 and IANA's list of processor architecture types).
    private static var architecture: UInt16? {
        let isEFI = Files.exists("/sys/firmware/efi")
        #if arch(x86_64)
            return isEFI ? 7 : 0
        #elseif arch(arm64)
            return isEFI ? 11 : nil
        #else
            return nil
        #endif
    }
}
