import LinuxSystem

/// The first lines on the screen: what runs, and on which machine.
enum Banner {
    /// The lines, from DMI where the firmware has it.
    static func lines(version: String) -> [String] {
        let machine = ["sys_vendor", "product_name"].compactMap { Files.attribute("/sys/class/dmi/id/\($0)") }
        let serial = Files.attribute("/sys/class/dmi/id/product_serial") ?? "not set"
        return [
            "",
            "martlet \(version)",
            "  machine   \(machine.isEmpty ? "unknown (no DMI)" : machine.joined(separator: " ")), serial \(serial)",
        ]
    }
}
