/// What a disk offers to erase it with, and what stands in the way.
enum EraseCapabilities: Sendable, Equatable {
    case nvme(NVMeCapabilities)
    case ata(ATASecurityState)
    /// The service actions of SANITIZE that the disk knows.
    case scsi(Set<SCSISanitize.Action>)
    /// None of these, and why.
    case none(String)

    /// Every way that a disk of this kind may have, the best first, with its obstacle; zeros last, which nothing hinders.
    ///
    /// A crypto erase comes before all others, for it reaches every copy at once; of two of a kind the sanitize, which
    /// reaches what no namespace maps any more. Overwriting by the disk itself comes last: it takes longest.
    var options: [EraseOption] {
        let own: [EraseOption] =
            switch self {
            case .nvme(let nvme): nvme.options
            case .ata(let state):
                [
                    EraseOption(
                        .ataEnhanced,
                        unless: state.obstacle ?? (state.canEraseEnhanced ? nil : "the disk does not offer it")),
                    EraseOption(.ataNormal, unless: state.obstacle),
                ]
            case .scsi(let actions):
                [
                    (EraseWay.scsiCrypto, SCSISanitize.Action.cryptoErase), (.scsiBlocks, .blockErase),
                    (.scsiOverwrite, .overwrite),
                ]
                .map { EraseOption($0, unless: actions.contains($1) ? nil : "the disk does not offer it") }
            case .none: []
            }
        return own + [EraseOption(.zeros, unless: nil)]
    }
}

/// What an NVMe controller can do to a namespace, and whom else it would hit.
struct NVMeCapabilities: Sendable, Equatable {
    var controller: NVMeController
    /// The format to keep; `nil` when the namespace could not be identified.
    var format: NVMeNamespace.Format?
    /// The namespace's identifier.
    var namespace: UInt32
    /// Other namespaces of the subsystem; `nil` when they cannot be known.
    var otherNamespaces: [UInt32]?
    /// The subsystem is this machine's own, not a storage server's.
    var isLocal = true

    /// Sanitize reaches all of the subsystem; a format, as FNA has it, one namespace or all.
    var options: [EraseOption] {
        let notOffered = "the controller does not offer it"
        let others = hitsOthers
        func sanitize(_ way: EraseWay, _ isOffered: Bool) -> EraseOption {
            EraseOption(way, unless: isOffered ? others : notOffered)
        }
        var noFormat: String?
        if !controller.canFormat {
            noFormat = notOffered
        } else if format == nil {
            noFormat = "the namespace's format is not known"
        } else if controller.formatsAllNamespaces || controller.erasesAllNamespaces {
            noFormat = others
        }
        return [
            sanitize(.sanitizeCrypto, controller.sanitizesCryptographically),
            EraseOption(.formatCrypto, unless: controller.formatsCryptographically ? noFormat : notOffered),
            sanitize(.sanitizeBlocks, controller.sanitizesBlocks),
            EraseOption(.formatUserData, unless: noFormat),
            sanitize(.sanitizeOverwrite, controller.sanitizesByOverwriting),
        ]
    }

    private var hitsOthers: String? {
        guard isLocal else { return "it would reach what others keep on the same storage server" }
        guard let otherNamespaces else { return "it might erase namespaces of other controllers, which cannot be seen" }
        if otherNamespaces.isEmpty { return nil }
        let list = otherNamespaces.prefix(8).map { "\($0)" }.joined(separator: ", ")
        return "it would erase the other namespaces too (\(list))"
    }
}

extension ATASecurityState {
    /// Why the disk's own erase cannot be used now and what to do, as the end of a sentence; `nil` when it can.
    var obstacle: String? {
        if !isSupported { return "the disk does not offer it" }
        if isExpired { return "too many wrong passwords were tried: power the machine off and on" }
        if isLocked { return "the disk is locked with a password that is not ours: unlock it with `hdparm`" }
        if isFrozen {
            return "the firmware has frozen the disk's security settings: power the machine off and on, or suspend and "
                + "resume it, or plug the disk in anew, and let the firmware not freeze them"
        }
        if isEnabled { return "somebody has set a password: remove it in the firmware's setup or with `hdparm`" }
        return nil
    }
}
