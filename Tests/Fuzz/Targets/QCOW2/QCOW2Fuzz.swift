import Diagnostics
import FuzzInput
import QCOW2

/// A qcow2 file of any bytes, of which the first bytes of the input choose how it is read. What its map names covers the
/// disk exactly once, and lies in the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let tablesFirst = input.byte() & 1 == 1
    let wanted = UInt64(input.integer(UInt16.self)) << 9
    let lookBehind = UInt64(input.byte()) << 9
    let file = input.rest()
    do throws(QCOW2Refusal) {
        let header = try QCOW2Header(head: file, fileLength: UInt64(file.count))
        let first = wanted == 0 ? UInt64.max : wanted
        try walk(file, header, first: first, tablesFirst: tablesFirst, lookBehind: lookBehind)
    } catch {
        show(error.explanation + error.advice)
    }
    return 0
}

private func walk(
    _ file: [UInt8], _ header: QCOW2Header, first: UInt64, tablesFirst: Bool, lookBehind: UInt64
) throws(QCOW2Refusal) {
    var map = ClusterMap(header, first: first, fileLength: UInt64(file.count))
    var covered: [Range<UInt64>] = []
    var reached: UInt64 = 0
    while !map.isComplete {
        guard let need = try map.next(from: reached - min(reached, lookBehind), tablesFirst: tablesFirst) else {
            promise(map.hasPassed, "the map is neither complete nor does it need anything")
            map.rewind()
            reached = 0
            continue
        }
        switch need {
        case .table(let table):
            promise(table.range.upperBound <= UInt64(file.count), "\(table) lies outside")
            reached = max(reached, table.range.upperBound)
            covered += try map.take(
                Array(file[Int(table.range.lowerBound)..<Int(table.range.upperBound)]), of: table)
        case .data(let extent):
            promise(extent.host < UInt64(file.count), "\(extent) lies outside")
            promise(extent.packedLength != nil || extent.hostEnd <= UInt64(file.count), "\(extent) lies outside")
            reached = max(reached, extent.hostEnd)
            covered.append(extent.guest..<extent.guest + extent.length)
        }
    }
    var end: UInt64 = 0
    for range in covered.sorted(by: { $0.lowerBound < $1.lowerBound }) {
        promise(range.lowerBound == end, "the disk's byte \(end) is left out or there twice")
        end = range.upperBound
    }
    promise(end == min(first, header.virtualSize), "the disk ends at \(end) of \(header.virtualSize)")
}
