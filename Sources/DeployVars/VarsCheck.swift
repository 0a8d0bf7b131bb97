import Diagnostics
import ProvisioningAPI

/// What is said about a file beyond single values: duplicates, unknown keys, keys that only together make sense.
struct VarsCheck {
    private(set) var problems: [VarsProblem]
    private(set) var warnings: [VarsWarning] = []
    private var known: [VarsKey: Assignment] = [:]
    private var duplicated: Set<VarsKey> = []

    init(_ syntax: VarsSyntax) {
        problems = syntax.problems
        var lines: [String: Int] = [:]
        for assignment in syntax.assignments {
            let key = VarsKey(name: assignment.name)
            // After an open quote a line may be the rest of a secret, and what looks like a name a part of it.
            let name = key?.rawValue ?? (syntax.hasOpenQuote ? "the key" : String(assignment.name.prefix(64)))
            if let first = lines[assignment.name.uppercased()] {
                if let key { duplicated.insert(key) }
                problems.append(
                    VarsProblem(
                        line: assignment.line, key: key, reason: "\(name) is given twice, first on line \(first)"))
                continue
            }
            lines[assignment.name.uppercased()] = assignment.line
            if let key {
                known[key] = assignment
            } else {
                warnings.append(Self.unknown(assignment, shown: syntax.hasOpenQuote ? nil : name))
            }
        }
    }

    /// The vars as far as they are valid; afterwards `problems` is complete.
    mutating func read(_ syntax: VarsSyntax) -> DeployVars {
        var reader = VarsReader(known)
        var vars = DeployVars(&reader)
        vars.scrubber = SecretScrubber(secrets(in: syntax))
        // Which of two tokens is meant, nobody knows: use none.
        if duplicated.contains(.token) { vars.authorization.token = nil }
        if duplicated.contains(.insecureTransport) { vars.authorization.allowsInsecureTransport = false }
        problems += reader.problems
        checkTransport(vars)
        checkImage(vars)
        checkCapture(vars)
        checkNamespaces(vars)
        checkSignature(vars)
        checkSupport(vars, reader)
        warnings.sort { inOrderOfLines($0.problem, $1.problem) }
        return vars
    }

    private static func unknown(_ assignment: Assignment, shown name: String?) -> VarsWarning {
        var reason = name.map { "\($0) is no known key and is ignored" } ?? "the key is not known and is ignored"
        if name != nil, let nearest = VarsKey.nearest(to: assignment.name) {
            reason += "; the nearest known key is \(nearest.rawValue)"
        }
        return VarsWarning(
            kind: .unknownKey, problem: VarsProblem(line: assignment.line, key: nil, reason: reason))
    }

    private func hasProblem(_ key: VarsKey) -> Bool { problems.contains { $0.key == key } }

    /// A token needs a transport that nobody reads along.
    private mutating func checkTransport(_ vars: DeployVars) {
        guard known[.token]?.value.isEmpty == false else { return }
        let urls =
            Endpoints.paths.map { ($0.0, vars.endpoints[keyPath: $0.1]) } + [(.tokenURL, vars.authorization.tokenURL)]
        for (key, url) in urls {
            guard let url, !vars.authorization.allowsToken(to: url) else { continue }
            problems.append(
                VarsProblem(
                    line: known[key]?.line, key: key,
                    reason: "\(key.rawValue) is plain http to \(url.host), so the network could read TOKEN; "
                        + "use https, or allow it with INSECURE_TRANSPORT=true"))
        }
    }

    /// Writing needs something to write.
    private mutating func checkImage(_ vars: DeployVars) {
        let word = known[.mode]?.value.lowercased() ?? ""
        guard ["", ProvisioningMode.provision.rawValue, ProvisioningMode.dryRun.rawValue].contains(word),
            vars.image.mirrors.isEmpty, !hasProblem(.image)
        else { return }
        problems.append(
            VarsProblem(line: known[.image]?.line, key: .image, reason: "IMAGE is missing: nothing to write"))
    }

    /// Capturing needs somewhere to put it.
    private mutating func checkCapture(_ vars: DeployVars) {
        guard vars.mode == .capture else { return }
        if vars.preparation.mirror != nil {
            problems.append(
                VarsProblem(
                    line: known[.raidLevel]?.line, key: .raidLevel,
                    reason: "RAID_LEVEL=1 names two disks and MODE=capture reads one: name one disk, without RAID_LEVEL"
                ))
        }
        guard vars.capture.url == nil, !hasProblem(.captureURL) else { return }
        problems.append(
            VarsProblem(
                line: known[.captureURL]?.line, key: .captureURL,
                reason: "CAPTURE_URL is missing: MODE=capture has nowhere to put the image"))
    }

    /// Namespaces are replaced on the one controller that a serial number names: what names a namespace goes with it.
    private mutating func checkNamespaces(_ vars: DeployVars) {
        guard vars.preparation.namespaces != nil else { return }
        let naming: [VarsKey] = [
            .diskWWN, .diskVendor, .diskHCTL, .diskByPath, .diskRotational, .diskDevice, .diskSelect, .raidLevel,
        ]
        var reasons = naming.filter { known[$0]?.value.isEmpty == false }.map {
            "NVME_NAMESPACES takes the controller by DISK_SERIAL, and a new namespace by its place in the list: leave out "
                + $0.rawValue
        }
        if known[.diskSerial]?.value.isEmpty != false {
            reasons.append("NVME_NAMESPACES needs DISK_SERIAL, the serial number of the controller")
        }
        if ![.provision, .dryRun].contains(vars.mode) {
            reasons.append(
                "NVME_NAMESPACES is for MODE=provision: leave it out, and name one namespace by DISK_WWN")
        }
        for reason in reasons {
            problems.append(VarsProblem(line: known[.nvmeNamespaces]?.line, key: .nvmeNamespaces, reason: reason))
        }
    }

    /// A signature says nothing without the key, and a key nothing without a signature.
    private mutating func checkSignature(_ vars: DeployVars) {
        let keys: [VarsKey] = [.imageGPGPublicKey, .imageEd25519PublicKey]
        let given = keys.filter { known[$0]?.value.isEmpty == false }
        let isSigned = known[.imageSignatureURL]?.value.isEmpty == false
        guard isSigned ? given.count != 1 : !given.isEmpty, !(keys + [.imageSignatureURL]).contains(where: hasProblem)
        else { return }
        let key = isSigned ? .imageSignatureURL : given.first ?? .imageSignatureURL
        let names = keys.map(\.rawValue)
        let reason =
            if !isSigned {
                "\(key.rawValue) needs IMAGE_SIGNATURE_URL: without a signature the key proves nothing"
            } else if given.isEmpty {
                "IMAGE_SIGNATURE_URL needs \(names.joined(separator: " or ")): without the key a signature proves nothing"
            } else {
                "IMAGE_SIGNATURE_URL goes with one key, not with both \(names.joined(separator: " and "))"
            }
        problems.append(VarsProblem(line: known[key]?.line, key: key, reason: reason))
    }

    private mutating func checkSupport(_ vars: DeployVars, _ reader: VarsReader) {
        let valid = known.keys.filter { reader.given($0) != nil && !hasProblem($0) }
        for gap in SupportedKeys.gaps(in: vars, givenBy: Set(valid)) {
            let name = gap.key == .mode ? "MODE=\(vars.mode.rawValue)" : gap.key.rawValue
            switch gap.answer {
            case .refuse:
                problems.append(
                    VarsProblem(
                        line: known[gap.key]?.line, key: gap.key,
                        reason: "\(name) is not supported by this version: \(gap.note)"))
            case .warn:
                let problem = VarsProblem(
                    line: known[gap.key]?.line, key: gap.key,
                    reason: "\(name) is valid, but this version does not act upon it: \(gap.note)")
                warnings.append(VarsWarning(kind: .unsupported, problem: problem))
            }
        }
    }

    /// Everything secret in the file, on valid and invalid lines alike.
    private func secrets(in syntax: VarsSyntax) -> [String] {
        var secrets: [String] = []
        for assignment in syntax.assignments + syntax.fragments {
            guard let key = VarsKey(name: assignment.name) else { continue }
            if key.isSecret { secrets += SecretParts.ofText(assignment.value) }
            if key == .imageHeaders {
                secrets += (HeaderField.list(assignment.value) ?? []).flatMap(SecretParts.ofHeader)
            }
            if key == .postProvisionCommands {
                let words = assignment.value.split { $0.isWhitespace || "\"'|;<>()".contains($0) }
                secrets += words.filter { $0.contains("://") }.flatMap { SecretParts.ofURL(String($0)) }
            }
            if key.holdsURLs {
                secrets += ImageLocation.split(assignment.value).flatMap { SecretParts.ofURL(String($0)) }
            }
        }
        return secrets
    }
}
