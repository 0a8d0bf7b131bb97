import ByteCoding
import LinuxSystem

/// Erases an ATA disk by its security feature set.
///
/// An erase needs a password, which the disk forgets when it is done. Should the power fail in between, the disk wakes up
/// locked: `resume` unlocks it.
struct ATAErase: Sendable {
    let disk: String
    let progress: EraseProgress
    /// The means to have a command carried out; `DriveCommands` but in tests.
    let perform: SCSIPerformer

    /// The security settings now.
    func state() throws -> ATASecurityState {
        try ATASecurityState(try checked(ATACommand.identify).data)
    }

    /// Sets the password, erases, and makes sure that the password is gone, also when the erase fails.
    ///
    /// - Throws: `EraseError`, `SystemCallError`, `StuckCallError`.
    func erase(isEnhanced: Bool, name: String) throws {
        let before = try state()
        if let obstacle = before.obstacle {
            throw EraseError.refused(disk: disk, command: name, reason: obstacle)
        }
        let minutes = isEnhanced ? before.enhancedEraseMinutes : before.eraseMinutes
        let erase = ATACommand.erase(isEnhanced: isEnhanced, timeout: Self.limit(minutes: minutes))
        do {
            try checked(ATACommand.setPassword)
            try checked(ATACommand.prepareErase)
            try reporting(name, expected: minutes.map { .seconds($0 * 60) }, to: progress) { _ = try checked(erase) }
        } catch {
            try removePassword()
            throw error
        }
        try removePassword()
    }

    /// Twice the disk's own estimate and ten minutes more; a day where it has none.
    static func limit(minutes: Int?) -> Duration {
        .seconds((minutes.map { $0 * 2 + 10 } ?? 24 * 60) * 60)
    }

    /// Makes sure that no password of ours is left.
    private func removePassword() throws {
        // A disk that does not even answer may hold the password or not: the worse is said.
        guard let now = try? state() else { throw EraseError.passwordRemains(disk: disk) }
        if !now.isEnabled { return }
        _ = try? perform(ATACommand.disablePassword)
        guard let now = try? state(), !now.isEnabled else { throw EraseError.passwordRemains(disk: disk) }
    }

    /// Unlocks a disk that lost its power during an erase of ours and takes the password away.
    ///
    /// - Returns: what was done, to be printed; `nil` when there was nothing.
    /// - Throws: `EraseError.locked` when it is locked and stays so.
    func resume() throws -> String? {
        let found = try state()
        guard found.isEnabled else { return nil }
        if found.isLocked {
            if found.isExpired || found.isFrozen {
                throw EraseError.locked(
                    disk: disk,
                    reason: (found.isExpired ? "too many wrong passwords were tried" : "the firmware has frozen it")
                        + "; power the machine off and on")
            }
            // One try: the disk counts wrong ones, and takes none after five.
            guard try perform(ATACommand.unlock).isGood else {
                throw EraseError.locked(
                    disk: disk,
                    reason: "it is not \"\(ATACommand.password)\", which an interrupted erase of ours would have left")
            }
        } else if found.isFrozen {
            // It works, and nothing can be changed; the erase, if one is asked for, says so.
            return nil
        }
        _ = try perform(ATACommand.disablePassword)
        let now = try state()
        if !now.isEnabled { return "\(disk): an erase was interrupted earlier; its password is removed" }
        if found.isLocked { throw EraseError.passwordRemains(disk: disk) }
        // Somebody else's password, which the firmware has given the disk.
        return nil
    }

    @discardableResult
    private func checked(_ command: SCSICommand) throws -> SCSIReply {
        let reply = try perform(command)
        guard reply.isGood else {
            throw EraseError.refused(disk: disk, command: command.name, reason: reply.complaint)
        }
        return reply
    }
}
