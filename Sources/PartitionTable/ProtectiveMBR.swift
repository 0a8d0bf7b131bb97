import ByteCoding

/// Writes sector 0 of a GPT disk (UEFI specification 5.2.3).
enum ProtectiveMBR {
    /// Sector 0 with a protective entry that spans the disk.
    ///
    /// In a hybrid MBR, whose other entries Linux ignores and a BIOS reads, the protective entry only grows when it
    /// reached the end of the image: elsewhere it ends where the others begin.
    static func sector(from original: [UInt8]?, diskSectors: Int, sectorSize: Int) -> [UInt8] {
        var sector = original ?? []
        sector = Array(sector.prefix(sectorSize))
        sector.append(contentsOf: repeatElement(0, count: sectorSize - sector.count))
        let partitions = MBR(imageHead: sector, sectorSize: sectorSize)?.partitions ?? []
        let protective = partitions.first(where: \.isProtective)
        let others = partitions.filter { $0 != protective }
        if let protective, let highest = others.map({ $0.firstLBA + $0.sectorCount }).max(),
            protective.firstLBA + protective.sectorCount < highest
        {
            return sector
        }
        let offset = MBR.tableOffset + ((protective?.number ?? 1) - 1) * MBR.entryLength
        let status: UInt8 = protective?.isActive == true ? 0x80 : 0
        var writer = ByteWriter(reservingCapacity: sectorSize)
        writer.append(sector[..<offset])
        writer.append([status])
        writer.append([0x00, 0x02, 0x00])  // Sector 1 in cylinder, head, sector form.
        writer.append([0xee])
        writer.append(cylinderHeadSector(of: diskSectors - 1))
        writer.littleEndian(UInt32(1))
        writer.littleEndian(UInt32(clamping: diskSectors - 1))
        writer.append(sector[writer.count..<MBR.bootSignatureOffset])
        writer.append(MBR.bootSignature)
        writer.append(sector[MBR.length...])
        return writer.bytes
    }

    /// A sector's address for the BIOS, with 255 heads of 63 sectors; all ones where it does not fit.
    static func cylinderHeadSector(of sector: Int) -> [UInt8] {
        let cylinder = sector / (255 * 63)
        guard cylinder <= 1023 else { return [0xff, 0xff, 0xff] }
        let head = sector / 63 % 255
        let number = sector % 63 + 1
        return [head, number | (cylinder >> 8) << 6, cylinder & 0xff].map { UInt8(truncatingIfNeeded: $0) }
    }
}
