import Diagnostics

/// One disk and why it was refused; no reason when it was not.
public struct DiskVerdict: Sendable, Equatable {
    /// The disk.
    public let disk: Disk
    /// Every hint that does not fit and every rule that forbids it.
    public let reasons: [String]

    /// A verdict.
    public init(disk: Disk, reasons: [String]) {
        self.disk = disk
        self.reasons = reasons
    }
}

/// No disk may be written, or more than one: nothing was touched.
public struct DiskChoiceError: ExplainedError, Equatable {
    /// What was asked for.
    public let hints: DiskHints
    /// The names of the disks that all fit; empty when none does.
    public let candidates: [String]
    /// Every disk with what refused it.
    public let verdicts: [DiskVerdict]

    /// A refusal.
    public init(hints: DiskHints, candidates: [String], verdicts: [DiskVerdict]) {
        self.hints = hints
        self.candidates = candidates
        self.verdicts = verdicts
    }

    /// The refusal with what is on every disk, so that a person can tell them apart. Reads them, for a limited time.
    public func withContents() -> DiskChoiceError {
        let disks = DiskContents.reading(verdicts.map(\.disk))
        return DiskChoiceError(
            hints: hints, candidates: candidates,
            verdicts: zip(disks, verdicts).map { DiskVerdict(disk: $0, reasons: $1.reasons) })
    }

    /// One sentence, then a table of every disk and why it was refused, then what is on them if somebody has looked.
    public var description: String {
        if verdicts.isEmpty { return headline }
        let contents = DiskTable.contents(verdicts.map(\.disk))
        return [headline + ":\n" + table, contents].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// The sentence alone.
    public var headline: String {
        let asked = hints.description
        if verdicts.isEmpty { return "this machine has no disks" }
        if candidates.isEmpty {
            return asked.isEmpty ? "no disk of this machine may be written" : "no disk fits \(asked)"
        }
        let names = candidates.joined(separator: ", ")
        if hints.selection != .fail {
            return "DISK_SELECT=\(hints.selection.rawValue) leaves \(candidates.count) disks of one size (\(names))"
        }
        return asked.isEmpty
            ? "\(candidates.count) disks could be written (\(names)) and nothing says which"
            : "\(candidates.count) disks fit \(asked) (\(names))"
    }

    /// What to try.
    public var advice: String {
        if verdicts.isEmpty {
            return "check the disks' cabling and controller mode, and that the initramfs has the controller's driver"
        }
        if candidates.isEmpty { return "compare the hints with the list of disks, or free the disk that is refused" }
        return "name the disk with DISK_SERIAL or DISK_WWN from the list of disks"
    }

    private var table: String {
        let paths = DiskPaths(verdicts.map(\.disk))
        return DiskTable.text(
            verdicts.map(\.disk), lastColumn: "REFUSED BECAUSE",
            lastValues: verdicts.map { verdict in
                if !verdict.reasons.isEmpty { return verdict.reasons.joined(separator: "; ") }
                if candidates.contains(verdict.disk.name) { return "fits, as others do" }
                let first = paths.others(of: verdict.disk).first { candidates.contains($0.name) }
                if let first { return "fits, but is another path to \(first.name)" }
                return "fits, but is not of the size that DISK_SELECT=\(hints.selection.rawValue) wants"
            })
    }
}
