import FirmwareBoot
import FuzzInput
import PartitionTable

/// A `Boot####` variable as the firmware, or somebody before us, left it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let bytes = input.rest()
    let order = BootNumber.list(parsing: bytes[...])
    promise(
        BootNumber.encode(order).elementsEqual(bytes.dropLast(count % 2)), "an order is written otherwise than read")
    guard let option = try? LoadOption(parsing: bytes[...]) else { return 0 }
    if let path = try? DevicePath(parsing: option.path.encoded[...]) {
        promise(path == option.path, "\(option.path) is written otherwise than read")
    } else {
        promise(false, "\(option.path) cannot be read again")
    }
    let entries = FirmwareEntries(options: [BootNumber(1): option], order: order)
    let new = LoadOption(label: option.label, path: option.path)
    let gone = Set([option.path.partition?.guid].compactMap { $0 })
    for placement in [BootEntryPlacement.first, .last, .next] {
        guard let plan = BootEntryPlan(adding: new, to: entries, at: placement, gone: gone) else { continue }
        promise(plan.order.contains(plan.number), "the new entry is not in the order")
        promise(!plan.removed.contains(plan.number), "the new entry is removed")
    }
    return 0
}
