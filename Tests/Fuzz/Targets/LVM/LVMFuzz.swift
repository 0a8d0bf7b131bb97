import Diagnostics
import FuzzInput
import LVM

/// The first byte chooses: a device with any bytes, or the text of a volume group's metadata. What can be mapped has no
/// gaps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let isDevice = input.byte() & 1 == 1
    let bytes = input.rest()
    do {
        guard isDevice else {
            try map(VolumeGroup(metadata: bytes))
            return 0
        }
        let volume = try PhysicalVolume.read { offset, count in
            Array(bytes.dropFirst(Int(clamping: offset)).prefix(count))
        }
        if let metadata = volume?.metadata { try map(VolumeGroup(metadata: metadata)) }
    } catch {
        show(error.explanation + error.advisedAction)
    }
    return 0
}

private func map(_ group: VolumeGroup) {
    let devices = Dictionary(group.memberUUIDs.map { ($0, "8:1") }) { first, _ in first }
    for volume in group.volumes {
        do throws(UnmappableVolume) {
            var end: UInt64 = 0
            for target in try group.mapping(of: volume, devices: devices).targets {
                promise(target.firstSector == end && target.sectorCount > 0, "a gap at sector \(end) of \(volume)")
                end += target.sectorCount
            }
        } catch {
            show(error)
        }
    }
}
