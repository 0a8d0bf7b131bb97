import ByteCoding
import LinuxSystem

/// Erases an NVMe namespace by its controller.
struct NVMeErase: Sendable {
    let disk: String
    let progress: EraseProgress
    /// The means to have a command carried out; `DriveCommands` but in tests.
    let perform: @Sendable (NVMeCommand) throws -> [UInt8]
    /// How often the sanitize status is asked for.
    var interval = Duration.seconds(1)
    private static let patience = Duration.seconds(24 * 3600)

    /// Asks the controller what it offers.
    func capabilities(namespace: UInt32, isLocal: Bool) throws -> NVMeCapabilities {
        let controller = try NVMeController(perform(.identifyController))
        let format = try? NVMeNamespace(perform(.identifyNamespace(namespace))).format
        return NVMeCapabilities(
            controller: controller, format: format, namespace: namespace,
            otherNamespaces: others(than: namespace, controller), isLocal: isLocal)
    }

    /// Namespace management knows all namespaces of the subsystem; without it a controller knows those attached to it, and
    /// these are all only where it is the only one.
    private func others(than namespace: UInt32, _ controller: NVMeController) -> [UInt32]? {
        if let all = try? NVMeNamespace.list(perform(.allocatedNamespaces)), all.contains(namespace) {
            return all.filter { $0 != namespace }
        }
        guard !controller.isOneOfSeveral, let active = try? NVMeNamespace.list(perform(.activeNamespaces)),
            active.contains(namespace)
        else { return nil }
        return active.filter { $0 != namespace }
    }

    /// Begins a sanitize and waits for its end.
    func sanitize(_ action: NVMeCommand.SanitizeAction, name: String) throws {
        _ = try perform(.sanitize(action))
        try waitForSanitize(name)
    }

    /// Waits for the end of a sanitize that is in progress. One that fails is left, so that the disk can be used again.
    private func waitForSanitize(_ name: String) throws {
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        while clock.now < deadline {
            let status = try NVMeSanitizeStatus(perform(.sanitizeStatus))
            switch status.state {
            case .completed: return
            case .failed, .none:
                _ = try? perform(.sanitize(.exitFailureMode))
                throw EraseError.operationFailed(disk: disk, operation: name)
            case .inProgress: progress(name, status.percent)
            }
            rest(interval)
        }
        throw EraseError.overdue(disk: disk, operation: name, waited: Self.patience)
    }

    /// Formats the namespace as it is formatted, with an erase.
    func format(_ capabilities: NVMeCapabilities, erase: NVMeCommand.FormatErase, name: String) throws {
        guard let format = capabilities.format else {
            throw EraseError.refused(disk: disk, command: name, reason: "the namespace's format is not known")
        }
        try reporting(name, expected: nil, to: progress) {
            _ = try perform(.format(capabilities.namespace, as: format, erase: erase))
        }
    }

    /// Waits for a sanitize that an earlier run began and that has gone on by itself; leaves one that failed.
    ///
    /// - Returns: what was found, to be printed; `nil` when there was nothing.
    func resume() throws -> String? {
        guard try NVMeController(perform(.identifyController)).sanitizes else { return nil }
        switch try NVMeSanitizeStatus(perform(.sanitizeStatus)).state {
        case .none, .completed: return nil
        case .inProgress:
            try waitForSanitize("a sanitize begun earlier")
            return "\(disk): a sanitize that was begun earlier has ended"
        case .failed:
            _ = try? perform(.sanitize(.exitFailureMode))
            return "\(disk): an earlier sanitize had failed"
        }
    }
}
