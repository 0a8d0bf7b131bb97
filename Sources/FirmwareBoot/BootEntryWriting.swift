import LinuxSystem
import PartitionTable

/// What came of a new boot entry.
public struct BootEntryReport: Equatable, Sendable {
    /// The entry; `nil` when the firmware has none.
    public fileprivate(set) var number: BootNumber?
    /// Entries that were deleted.
    public fileprivate(set) var removed: [BootNumber] = []
    /// Whether the entry is where it was asked for: in the order, or in `BootNext`.
    public fileprivate(set) var isInPlace = false
    /// Whether the next boot goes to the entry, be it as asked for or because the order could not be written.
    public fileprivate(set) var bootsNext = false
    /// What the firmware refused, one sentence each.
    public fileprivate(set) var refusals: [String] = []

    /// Of a firmware in which nothing was done.
    public init() {}
}

extension FirmwareVariables {
    /// Deletes the boot entries that lead to partitions which are gone, and takes them out of the order.
    ///
    /// Every refusal is in the report; nothing is thrown. Blocks for as long as the firmware takes.
    ///
    /// - Parameter gone: the GUIDs of partitions that no disk of this machine has any more.
    public func removeEntries(to gone: Set<GUID>) -> BootEntryReport {
        var report = BootEntryReport()
        do {
            let before = try entries()
            report.delete(before.leading(to: gone), of: self)
            let order = before.order.filter { !report.removed.contains($0) }
            if order != before.order { _ = report.write(BootNumber.encode(order), to: "BootOrder", of: self) }
        } catch {
            report.refusals.append("the firmware's boot entries cannot be read: \(error)")
        }
        return report
    }

    /// Puts a boot entry into the firmware. Where the firmware refuses its place in the order, `BootNext` is tried.
    ///
    /// Every refusal is in the report; nothing is thrown. Blocks for as long as the firmware takes.
    ///
    /// - Parameter gone: the GUIDs of partitions that no disk of this machine has any more; entries to them are deleted.
    public func add(_ new: LoadOption, at placement: BootEntryPlacement, gone: Set<GUID>) -> BootEntryReport {
        var report = BootEntryReport()
        let before: FirmwareEntries
        do {
            before = try entries()
        } catch {
            report.refusals.append("the firmware's boot entries cannot be read: \(error)")
            return report
        }
        guard let plan = BootEntryPlan(adding: new, to: before, at: placement, gone: gone) else {
            report.refusals.append("the firmware has no number left for a boot entry")
            return report
        }
        // What is dead goes first: the store may be full.
        report.delete(plan.removed, of: self)
        guard report.write(new.encoded, to: "\(plan.number)", of: self) else { return report }
        report.number = plan.number
        let isOrdered = report.write(BootNumber.encode(plan.order), to: "BootOrder", of: self)
        report.isInPlace = isOrdered && !plan.boots
        guard !report.isInPlace else { return report }
        report.bootsNext = report.write(BootNumber.encode([plan.number]), to: "BootNext", of: self)
        report.isInPlace = plan.boots && report.bootsNext
        return report
    }
}

extension BootEntryReport {
    fileprivate mutating func delete(_ numbers: [BootNumber], of firmware: FirmwareVariables) {
        for number in numbers
        where attempt("\(number)", { name throws(SystemCallError) in try firmware.delete(name) }) {
            removed.append(number)
        }
    }

    fileprivate mutating func write(_ data: [UInt8], to variable: String, of firmware: FirmwareVariables) -> Bool {
        attempt(variable) { name throws(SystemCallError) in try firmware.write(data, to: name) }
    }

    /// Changes one variable, and notes when the firmware does not let it.
    fileprivate mutating func attempt(
        _ variable: String, _ change: (String) throws(SystemCallError) -> Void
    ) -> Bool {
        do {
            try change(variable)
            return true
        } catch {
            refusals.append("the firmware did not let \(variable) be changed: \(error)")
            return false
        }
    }
}
