import FuzzInput
import LVM

@testable import BlockDevices

/// Names and targets, or what the kernel answers. The kernel finds in a table that is made here what it was made of.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    guard input.byte() & 1 == 0 else {
        guard var request = DeviceMapperRequest(name: "x") else { return 0 }
        request.bytes = input.rest()
        show(request.minor)
        return 0
    }
    let name = text(&input)
    let uuid = text(&input)
    var targets: [DeviceMapping.Target] = []
    while !input.isAtEnd, targets.count < 64 {
        targets.append(
            DeviceMapping.Target(
                firstSector: input.integer(), sectorCount: input.integer(), type: text(&input), parameters: text(&input)
            ))
    }
    guard let request = DeviceMapperRequest(name: name, uuid: uuid, targets: targets) else { return 0 }
    check(request.bytes, targets)
    return 0
}

/// Goes from target to target as the kernel's `drivers/md/dm-ioctl.c` does.
private func check(_ bytes: [UInt8], _ targets: [DeviceMapping.Target]) {
    promise(number(bytes, 12, 4) == UInt64(bytes.count), "the length is \(number(bytes, 12, 4)) of \(bytes.count)")
    promise(number(bytes, 20, 4) == UInt64(targets.count), "the number of targets is \(number(bytes, 20, 4))")
    var place = Int(number(bytes, 16, 4))
    for target in targets {
        promise(place % 8 == 0 && place + 40 <= bytes.count, "a target at byte \(place) of \(bytes.count)")
        promise(number(bytes, place, 8) == target.firstSector, "a target begins elsewhere")
        promise(number(bytes, place + 8, 8) == target.sectorCount, "a target has another length")
        promise(field(bytes[(place + 24)..<(place + 40)]) == cString(target.type), "a target has another type")
        let next = place + Int(number(bytes, place + 20, 4))
        promise(next > place + 40 && next <= bytes.count, "the next target is at byte \(next) of \(bytes.count)")
        let parameters = bytes[(place + 40)..<next]
        promise(parameters.contains(0), "parameters without an end")
        promise(field(parameters) == cString(target.parameters), "a target has other parameters")
        place = next
    }
    promise(place == bytes.count, "bytes behind the last target")
}

private func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> UInt64 {
    (0..<count).reversed().reduce(0) { $0 << 8 | UInt64(bytes[place + $1]) }
}

private func field(_ bytes: ArraySlice<UInt8>) -> [UInt8] { Array(bytes.prefix { $0 != 0 }) }
private func cString(_ text: String) -> [UInt8] { Array(text.utf8.prefix { $0 != 0 }) }

/// A text with its length before it.
private func text(_ input: inout FuzzInput) -> String {
    String(decoding: input.next(Int(input.byte())), as: UTF8.self)
}
