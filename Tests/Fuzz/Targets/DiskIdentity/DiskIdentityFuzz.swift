import FuzzInput

@testable import BlockDevices

/// The pages by which a SCSI disk identifies itself, what an ATA disk says of itself, and the ring of a ZFS label.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let pages = (0..<3).map { _ in input.next(Int(input.integer(UInt16.self))) }
    let rest = input.rest()
    show(String(describing: VitalProductData(page80: pages[0], page83: pages[1], page89: pages[2])))
    show(ATAIdentity(rest[...]).map { String(describing: $0) })
    _ = ZFSLabel.isRing(rest)
    return 0
}
