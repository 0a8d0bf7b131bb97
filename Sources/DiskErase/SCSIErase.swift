import LinuxSystem

/// Erases a SCSI disk by SANITIZE.
struct SCSIErase: Sendable {
    let disk: String
    let progress: EraseProgress
    /// The means to have a command carried out; `DriveCommands` but in tests.
    let perform: SCSIPerformer
    /// How often the disk is asked how far it is.
    var interval = Duration.seconds(1)
    private static let patience = Duration.seconds(48 * 3600)

    /// The service actions that the disk knows; none for a disk that does not know the question.
    func actions() throws -> Set<SCSISanitize.Action> {
        var known: Set<SCSISanitize.Action> = []
        for action in [SCSISanitize.Action.cryptoErase, .blockErase, .overwrite] {
            var reply = try perform(SCSISanitize.reportSupport(of: action))
            // A unit attention answers whatever command comes first, which must then be repeated.
            if SenseData(reply.sense)?.isUnitAttention == true {
                reply = try perform(SCSISanitize.reportSupport(of: action))
            }
            if reply.isGood, SCSISanitize.isSupported(reply.data) { known.insert(action) }
        }
        return known
    }

    /// Begins a sanitize and waits for its end.
    func sanitize(_ action: SCSISanitize.Action, name: String) throws {
        let reply = try perform(SCSISanitize.begin(action))
        guard reply.isGood else {
            throw EraseError.refused(disk: disk, command: "SCSI SANITIZE", reason: reply.complaint)
        }
        try waitForSanitize(name)
    }

    /// Waits for a sanitize that an earlier run began and that has gone on by itself.
    ///
    /// - Returns: what was found, to be printed; `nil` when there was nothing.
    func resume() throws -> String? {
        guard let sense = try currentSense(), sense.isSanitizing else { return nil }
        try waitForSanitize("a sanitize begun earlier")
        return "\(disk): a sanitize that was begun earlier has ended"
    }

    private func waitForSanitize(_ name: String) throws {
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        while clock.now < deadline {
            let sense = try currentSense()
            if sense?.hasFailedSanitizing == true {
                _ = try? perform(SCSISanitize.begin(.exitFailureMode))
                throw EraseError.operationFailed(disk: disk, operation: name)
            }
            guard let sense, sense.isSanitizing || sense.isUnitAttention else { return }
            if sense.isSanitizing { progress(name, sense.percent) }
            rest(interval)
        }
        throw EraseError.overdue(disk: disk, operation: name, waited: Self.patience)
    }

    /// What REQUEST SENSE gives; `nil` for "nothing to report" in a form that cannot be read.
    private func currentSense() throws -> SenseData? {
        let reply = try perform(SCSISanitize.requestSense)
        guard reply.isGood else {
            throw EraseError.refused(disk: disk, command: "REQUEST SENSE", reason: reply.complaint)
        }
        return SenseData(reply.data)
    }
}
