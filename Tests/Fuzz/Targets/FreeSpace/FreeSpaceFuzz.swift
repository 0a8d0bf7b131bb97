import FreeSpace
import FuzzInput

/// A partition that is zeros but for the sectors of 512 bytes in the input, each behind its number. What is free lies in
/// the partition, in order.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    // Up to 64 MiB, in units of 64 KiB.
    let length = UInt64(input.integer(UInt16.self) & 0x3ff) << 16
    var sectors: [UInt64: [UInt8]] = [:]
    while !input.isAtEnd {
        let number = UInt64(input.integer(UInt32.self))
        let bytes = input.next(512)
        sectors[number] = bytes + [UInt8](repeating: 0, count: 512 - bytes.count)
    }
    let found = try? FreeSpace.find(length: length) { offset, count in
        promise(count <= 4 << 20, "\(count) bytes are asked for at once")
        guard offset < length else { return [] }
        let end = min(offset + UInt64(count), length)
        var bytes = [UInt8](repeating: 0, count: Int(end - offset))
        for (number, sector) in sectors {
            let place = number * 512
            let range = (place..<place + 512).clamped(to: offset..<end)
            for index in range { bytes[Int(index - offset)] = sector[Int(index - place)] }
        }
        return bytes
    }
    switch found {
    case .known(let fileSystem, let free):
        show(fileSystem)
        var last: UInt64 = 0
        for range in free {
            promise(!range.isEmpty && range.lowerBound >= last && range.upperBound <= length, "\(range) is misplaced")
            last = range.upperBound
        }
    case .unknown(let reason): show(reason)
    case nil: promise(false, "an error of nobody's")
    }
    return 0
}
