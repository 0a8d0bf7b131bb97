import ByteCoding
import PartitionTable

/// What makes a logical volume larger on a device that has become longer, in metadata that lvm2 takes for its own.
public struct VolumeGrowth: Equatable, Sendable {
    /// The volume's length before, in bytes.
    public let oldBytes: UInt64
    /// The volume's length after, in bytes.
    public let newBytes: UInt64
    /// The group as it will be.
    public let group: VolumeGroup
    /// The volume as it will be.
    public let volume: LogicalVolume
    /// What to write to the physical volume's device: each stage must have reached the disk before the next begins. With
    /// only the first ones written the group is as it was.
    public let stages: [[MetadataWrite]]
}

extension PhysicalVolume {
    /// Makes the physical volume as long as its device, and gives all extents that are free at its end to one of its
    /// group's volumes. Nothing is written by this.
    ///
    /// Only a linear volume in a group of this one physical volume grows; the metadata must lie at its start.
    ///
    /// - Parameters:
    ///   - name: the volume's name in the group.
    ///   - deviceBytes: the length that the device will have.
    /// - Throws: `NoVolumeGrowth`, the reason why the volume stays as it is.
    public func growing(_ name: String, toDeviceBytes deviceBytes: UInt64) throws(NoVolumeGrowth) -> VolumeGrowth {
        var group = ""
        do throws(NoVolumeGrowth.Reason) {
            guard let metadata, let area else { throw .damaged("area") }
            do throws(LVMError) { group = try VolumeGroup(metadata: metadata).name } catch { throw .damaged("text") }
            guard areaCount == 1 else { throw .severalAreas(areaCount) }
            let growth = try GroupGrowth(
                metadata, volume: name, physicalVolume: uuid,
                deviceSectors: Int(clamping: deviceBytes / UInt64(Self.sectorSize)))
            let writes = try area.replacing(with: growth.metadata)
            let after: VolumeGroup
            do throws(LVMError) { after = try VolumeGroup(metadata: growth.metadata) } catch { throw .damaged("text") }
            guard let volume = after.volumes.first(where: { $0.name == name }) else { throw .noSuchVolume }
            // At its end would lie what becomes extents, at its start the label.
            let labelEnd = UInt64(Self.labelSectors * Self.sectorSize)
            guard let first = after.physicalVolumes.values.first, area.start >= labelEnd,
                area.size <= bytes(of: first.firstSector, sectors: 1),
                area.start <= bytes(of: first.firstSector, sectors: 1) - area.size
            else { throw .damaged("area") }
            return VolumeGrowth(
                oldBytes: bytes(of: growth.extents.old, sectors: after.extentSectors),
                newBytes: bytes(of: growth.extents.new, sectors: after.extentSectors),
                group: after, volume: volume,
                stages: [writes.text, [writes.header], [label.telling(deviceBytes: deviceBytes)]])
        } catch {
            throw NoVolumeGrowth(group: group, volume: name, reason: error)
        }
    }
}

/// A length in bytes of that many units of that many sectors; one that no device has where it does not fit.
private func bytes(of count: Int, sectors: Int) -> UInt64 {
    let (product, overflow) = count.multipliedReportingOverflow(by: sectors)
    let (bytes, isLarge) = product.multipliedReportingOverflow(by: PhysicalVolume.sectorSize)
    return overflow || isLarge ? .max : UInt64(clamping: bytes)
}

extension PhysicalVolume.Label {
    /// The label of a device of another length.
    fileprivate func telling(deviceBytes: UInt64) -> MetadataWrite {
        var body = ByteWriter(reservingCapacity: bytes.count)
        body.append(bytes[PhysicalVolume.checkedOffset..<deviceSizeOffset])
        body.littleEndian(deviceBytes)
        body.append(bytes[(deviceSizeOffset + 8)...])
        var sector = ByteWriter(reservingCapacity: bytes.count)
        sector.append(bytes[..<PhysicalVolume.checksumOffset])
        sector.littleEndian(CRC32.remainder(of: body.bytes, from: PhysicalVolume.checksumStart))
        sector.append(body.bytes)
        return MetadataWrite(offset: number * UInt64(PhysicalVolume.sectorSize), bytes: sector.bytes)
    }
}
