import Glibc
import NetworkConfiguration

extension NetworkCard {
    /// Whether a selector means this card whatever its carrier is like.
    func matches(_ selector: NICSelector) -> Bool {
        switch selector {
        case .everyPhysicalNIC: !isVirtual
        case .firstWithCarrier: false
        case .name(let name): answers(to: name)
        case .mac(let mac): mac == self.mac
        case .matching(let match):
            (match.name.map { pattern in names.contains { Self.fits($0, pattern) } } ?? true)
                && (match.mac.map { $0 == mac } ?? true)
                && (match.drivers.isEmpty || match.drivers.contains { Self.fits(driver ?? "", $0) })
        }
    }

    private func answers(to name: String) -> Bool {
        names.contains(name) || busAddress == name
    }

    /// The names that count. One that it was given since is no longer the kernel's.
    private var names: [String] {
        answersToKernelName || !name.hasPrefix("eth") ? [name] + aliases : aliases
    }

    private static func fits(_ text: String, _ pattern: String) -> Bool {
        fnmatch(pattern, text, 0) == 0
    }
}
