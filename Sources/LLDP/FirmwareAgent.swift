import LinuxSystem

/// The LLDP agent that Intel's NICs run in their firmware: it takes the frames before the kernel sees them.
///
/// Its drivers have a private flag for it: `disable-fw-lldp` of i40e, `fw-lldp-agent` of ice (Linux
/// `Documentation/networking/device_drivers/ethernet/intel/i40e.rst`, `ice.rst`). Of NICs without such a flag the
/// firmware leaves LLDP alone, or cannot be told to. This was tried against recorded answers only, not on such a NIC.
enum FirmwareAgent {
    /// What came of switching it off.
    enum Outcome: Equatable {
        /// There is none, or it was off.
        case absent
        /// It was on, and is off now.
        case stopped
        /// It is on, and the driver refuses to switch it off.
        case refused(SystemCallError)
    }

    /// The flags with the agent switched off; `nil` when there is nothing to change.
    static func switchedOff(_ flags: DriverFlags) -> DriverFlags? {
        var changed = flags
        changed["disable-fw-lldp"] = true
        changed["fw-lldp-agent"] = false
        return changed == flags ? nil : changed
    }

    /// Switches it off on one NIC. The card may lose its link for a moment, and the driver may take its time.
    static func stop(on interface: String) -> Outcome {
        // A driver that does not even answer has no such flag.
        guard let flags = try? DriverFlags.read(of: interface), let changed = switchedOff(flags) else { return .absent }
        do throws(SystemCallError) {
            try changed.write(to: interface)
            return .stopped
        } catch {
            return .refused(error)
        }
    }
}
