import Diagnostics
import FuzzInput

@testable import LVM

/// The first byte chooses: a device with any bytes, or the text of a volume group's metadata. What can be mapped has no
/// gaps; a volume that can be grown is as long afterwards as was said, and can be mapped.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let isDevice = input.byte() & 1 == 1
    let bytes = input.rest()
    do {
        guard isDevice else {
            try map(VolumeGroup(metadata: bytes))
            try grow(bytes)
            return 0
        }
        let volume = try PhysicalVolume.read { offset, count in
            Array(bytes.dropFirst(Int(clamping: offset)).prefix(count))
        }
        if let metadata = volume?.metadata { try map(VolumeGroup(metadata: metadata)) }
        if let volume { try grow(volume, bytes) }
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

private let sizes: [UInt64] = [0, 64 << 20, 1 << 40, .max]

/// Writes what makes each volume larger, and reads it.
private func grow(_ volume: PhysicalVolume, _ bytes: [UInt8]) throws {
    let names = try volume.metadata.map { try VolumeGroup(metadata: $0).volumes.map(\.name) } ?? [""]
    for name in names {
        for size in sizes {
            do throws(NoVolumeGrowth) {
                let growth = try volume.growing(name, toDeviceBytes: size)
                let text = try? read(growth.stages.joined() + [], over: bytes)?.metadata
                let after = try? text.map { text throws(LVMError) in try VolumeGroup(metadata: text) }
                promise(after == growth.group && growth.oldBytes < growth.newBytes, "\(name) did not grow to \(size)")
            } catch {
                show(error)
            }
        }
    }
}

private func read(_ writes: [MetadataWrite], over bytes: [UInt8]) throws -> PhysicalVolume? {
    try PhysicalVolume.read { offset, count in
        var part = Array(bytes.dropFirst(Int(clamping: offset)).prefix(count))
        for write in writes
        where write.offset < offset &+ UInt64(count) && write.offset &+ UInt64(write.bytes.count) > offset {
            // What lies past the input's end is zeros where something is written behind it.
            part += [UInt8](repeating: 0, count: count - part.count)
            for (index, byte) in write.bytes.enumerated() {
                let place = Int(clamping: write.offset) + index - Int(clamping: offset)
                if part.indices.contains(place) { part[place] = byte }
            }
        }
        return part
    }
}

/// The same for metadata alone.
private func grow(_ text: [UInt8]) throws {
    let group = try VolumeGroup(metadata: text)
    for volume in group.volumes {
        for size in sizes {
            do throws(NoVolumeGrowth.Reason) {
                let growth = try GroupGrowth(
                    text, volume: volume.name, physicalVolume: group.memberUUIDs.first ?? "",
                    deviceSectors: Int(clamping: size / 512))
                promise(growth.extents.old < growth.extents.new, "\(volume.name) did not grow to \(size)")
                let after = try? VolumeGroup(metadata: growth.metadata)
                promise(after?.sequence == group.sequence + 1, "the text that was made cannot be read")
            } catch {
                show(error)
            }
        }
    }
}
