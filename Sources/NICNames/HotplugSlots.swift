import LinuxSystem

/// The slots of `/sys/bus/pci/slots`, by which firmware names where cards are plugged in.
struct HotplugSlots {
    private let slots: [(number: UInt32, address: String)]

    /// The slots with a number; others have no part in names.
    init(sysfs: String) {
        let folder = "\(sysfs)/bus/pci/slots"
        slots = ((try? Files.list(folder)) ?? []).compactMap { name in
            guard let number = UInt32(name), number > 0, let address = Files.attribute("\(folder)/\(name)/address"),
                PCIAddress(address + ".0") != nil || PCIAddress(address + ":00.0") != nil
            else { return nil }
            return (number, address)
        }
    }

    /// The number of the slot that a function is plugged in, or else the nearest device above it.
    ///
    /// A slot of a bridge holds all that is behind it. Its number is used only for a function of several, whose name
    /// has the function's number as well (scheme v251; v255 does not use it at all), and only where no other network
    /// controller there would come by the same name.
    func number(of function: PCIFunction) -> UInt32? {
        for ancestor in function.path.selfAndAncestors {
            guard let holder = PCIFunction(ancestor), let slot = slot(at: holder.address) else { continue }
            let isAmbiguous = holder.isBridge && (!function.isMultifunction || hasTwin(function, below: holder))
            return isAmbiguous ? nil : slot
        }
        return nil
    }

    /// The address of a slot has no function, and no device either where the slot is a whole bus.
    private func slot(at address: PCIAddress) -> UInt32? {
        let text = address.description
        return slots.first { text.hasPrefix($0.address + ".") || text.hasPrefix($0.address + ":") }?.number
    }

    private func hasTwin(_ function: PCIFunction, below bridge: PCIFunction) -> Bool {
        let all = (try? PCIFunction.all(sysfs: function.path.sysfs)) ?? []
        return all.contains { other in
            other.classCode >> 16 == 0x02 && other.path.isBelow(bridge.path) && other.address != function.address
                && other.number == function.number
        }
    }
}
