import NetworkTypes

/// `BOOTIF=`, by which a network boot loader tells which NIC it used: `01-52-54-00-12-34-56` of pxelinux, where 01 is
/// ARP's number for Ethernet; or the address alone, and with colons too.
enum BootMAC {
    /// The MAC address; `nil` when the value is none.
    static func parse(_ value: String) -> MACAddress? {
        let pairs = value.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == ":" }
        guard pairs.count == 6 || pairs.count == 7 && pairs[0] == "01",
            let mac = MACAddress(pairs.suffix(6).joined(separator: ":")), mac != .zero
        else { return nil }
        return mac
    }
}
