/// What the contract knows and this version does not act upon yet: the only place that says so. A line goes when its
/// feature comes.
struct SupportedKeys: Sendable {
    /// What happens to vars that ask for it.
    enum Answer: Sendable {
        /// They are invalid: to pass it over would do what the operator did not want, or leave out a safeguard.
        case refuse
        /// They are valid, with a warning.
        case warn
    }

    /// One request that is not acted upon.
    struct Gap: Sendable {
        let key: VarsKey
        let answer: Answer
        /// What follows, or what was asked for, as the end of a sentence.
        let note: String
        /// Whether the vars really ask for it: a default spelled out is no request.
        let isAsked: @Sendable (DeployVars) -> Bool
    }

    /// The gaps that these vars run into and that are given by one of `keys`.
    static func gaps(in vars: DeployVars, givenBy keys: Set<VarsKey>) -> [Gap] {
        (refused + warned).filter { keys.contains($0.key) && $0.isAsked(vars) }
    }

    private static func refuse(
        _ key: VarsKey, _ note: String, when isAsked: @escaping @Sendable (DeployVars) -> Bool = { _ in true }
    ) -> Gap {
        Gap(key: key, answer: .refuse, note: note, isAsked: isAsked)
    }

    private static func warn(
        _ key: VarsKey, _ note: String, when isAsked: @escaping @Sendable (DeployVars) -> Bool = { _ in true }
    ) -> Gap {
        Gap(key: key, answer: .warn, note: note, isAsked: isAsked)
    }

    private static let refused: [Gap] = [
        refuse(.mode, "only provision, deprovision, soft-deprovision, dry-run and capture are") { vars in
            ![.provision, .deprovision, .softDeprovision, .dryRun, .capture].contains(vars.mode)
        },
        refuse(.partitionLayout, "partitions come from the image"),
    ]

    private static let warned: [Gap] =
        [
            warn(.tokenURL, "TOKEN is sent as it is, without an exchange"),
            warn(.tokenAlgorithm, "TOKEN is sent as it is, without an exchange"),
            warn(.numberOfVFs, "SR-IOV stays as it is"),
            warn(.healthChecksEnabled, "no health check runs") { $0.health.checksEnabled },
            warn(.healthMinimumMemory, "no health check runs") { $0.health.minimumMemoryGigabytes > 0 },
            warn(.healthMinimumCPUs, "no health check runs") { $0.health.minimumCPUs > 0 },
            warn(.healthSkipChecks, "no health check runs"),
            warn(.firmwareReport, "no firmware report is sent") { $0.health.reportsFirmware },
            warn(.firmwareMinimumBIOS, "firmware versions are not compared"),
            warn(.firmwareMinimumBMC, "firmware versions are not compared"),
            warn(.rescueSSHPublicKey, "the rescue shell is on the consoles only"),
            warn(.rescueAutoMount, "the target is not mounted for the shell") { $0.rescue.mountsTarget },
        ] + NetworkVars.evpn.map { warn($0, "EVPN is not set up; the network comes from the next source") }
}
