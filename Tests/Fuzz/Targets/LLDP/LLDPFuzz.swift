import FuzzInput
import NetworkTypes

@testable import LLDP

/// Frames of a switch, and their data units alone.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let bytes = input.rest()
    do throws(LLDPDUError) {
        let neighbour = LLDPNeighbour(try LLDPDU(parsing: bytes[...]))
        show(neighbour)
        promise(
            neighbour.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
            "\(neighbour) is more than text")
    } catch {
        show(error)
    }
    guard let frame = LLDPFrame(parsing: bytes[...]) else { return 0 }
    var table = NeighbourTable()
    table.add(LLDPInterface(index: 1, name: "eth0", mac: .zero))
    let now = ContinuousClock.now
    _ = table.hear(frame, on: 1, at: now)
    _ = table.hear(frame, on: 1, at: now + .seconds(1))
    _ = table.expire(at: table.nextExpiry ?? now)
    promise(table.neighbours.isEmpty, "a neighbour is kept for ever")
    return 0
}
