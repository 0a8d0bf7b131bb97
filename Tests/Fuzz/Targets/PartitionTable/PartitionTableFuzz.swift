import Diagnostics
import FuzzInput
import PartitionTable

/// The head of an image: any bytes; or the fields of a table, laid out and with right checksums, for no mutation finds
/// those by itself. What is read from a table and written again is read as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let choice = input.byte()
    let sectorSize = choice & 1 == 0 ? 512 : 4096
    let head = choice & 2 == 0 ? tableHead(&input, sectorSize: sectorSize) : input.rest()
    do throws(PartitionTableError) {
        let table = try PartitionTable.read(imageHead: head, sectorSize: sectorSize)
        promise(table.lowestFirstByte >= 0, "the lowest partition begins at \(table.lowestFirstByte)")
        guard case .gpt(let gpt) = table else { return growMBR(table, head) }
        for entry in gpt.entries { show(entry) }
        show(try? gpt.rootPartition())
        let again = try PartitionTable.read(imageHead: gpt.head(from: head), sectorSize: sectorSize)
        promise(again == table, "\(table) is another table when it is read")
        for sectors in [0, 34, gpt.alternateLBA + 1, gpt.alternateLBA + 2048, Int.max / sectorSize, .max] {
            guard let relocated = try? gpt.relocated(toDiskSectors: sectors) else { continue }
            check(relocated, diskSize: sectors * sectorSize)
            let disk = try PartitionTable.read(imageHead: relocated.head(from: head), sectorSize: sectorSize)
            promise(disk == .gpt(relocated), "\(relocated) is another table when it is read")
            for entry in relocated.entries {
                guard case .gpt(let grown)? = grow(entry.number, in: disk, head, diskSectors: sectors)?.table else {
                    continue
                }
                check(grown, diskSize: sectors * sectorSize)
                let disk = try PartitionTable.read(imageHead: grown.head(from: head), sectorSize: sectorSize)
                promise(disk == .gpt(grown), "\(grown) is another table when it is read")
            }
        }
    } catch {
        show(error.explanation + error.advice)
    }
    return 0
}

/// What a partition grows to, or `nil` and the reason shown.
private func grow(_ number: Int, in table: PartitionTable, _ head: [UInt8], diskSectors: Int) -> PartitionGrowth? {
    do {
        let growth = try table.growing(number, toDiskSectors: diskSectors) { Array(head.dropFirst($0).prefix($1)) }
        promise(growth.newLengthBytes > growth.oldLengthBytes, "partition \(number) of \(table) shrank")
        return growth
    } catch {
        show((error as? NoGrowth)?.explanation { "\($0)" } ?? error.explanation)
        return nil
    }
}

private func growMBR(_ table: PartitionTable, _ head: [UInt8]) -> CInt {
    for number in 1...6 {
        for sectors in [0, 1 << 20, 1 << 32, .max] {
            guard let growth = grow(number, in: table, head, diskSectors: sectors), case .mbr(let grown) = growth.table
            else { continue }
            var image = grown.head(from: head)
            for link in growth.links where link.offset + link.bytes.count <= image.count {
                image.replaceSubrange(link.offset..<link.offset + link.bytes.count, with: link.bytes)
            }
            let disk = try? PartitionTable.read(imageHead: image, sectorSize: table.sectorSize)
            promise(disk == .mbr(grown), "\(grown) is another table when it is read")
            guard number > 4 else { continue }
            let partitions = try? disk?.partitions { Array(image.dropFirst($0).prefix($1)) }
            let length = partitions?.first { $0.number == number }?.byteCount
            promise(
                length.map { UInt64($0) } == growth.newLengthBytes, "\(number) of \(grown) is not as long as was said")
        }
    }
    return 0
}

/// A table that was made for a disk: between its head and its backup lie all partitions.
private func check(_ gpt: GPT, diskSize: Int) {
    let backup = gpt.backup
    promise(backup.offset + backup.bytes.count == diskSize, "the backup is not at the disk's end")
    for entry in gpt.entries {
        let end = gpt.firstByte(of: entry) + gpt.byteCount(of: entry)
        promise(end <= backup.offset, "\(entry) reaches into the backup")
    }
    let entries = gpt.primary(originalFirstSector: nil).entries
    promise(entries.offset + entries.bytes.count <= gpt.lowestFirstByte, "a partition reaches into the table")
}

/// Sector 0 from its disk signature on (72 bytes), the header (92 bytes), and the entries in sector 2.
private func tableHead(_ input: inout FuzzInput, sectorSize: Int) -> [UInt8] {
    var head = [UInt8](repeating: 0, count: 2 * sectorSize + 128 * GPTEntry.length)
    func place(_ bytes: [UInt8], at offset: Int) {
        head.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    place(input.next(72), at: 440)
    var header = input.next(92)
    place(input.next(128 * GPTEntry.length), at: 2 * sectorSize)
    guard header.count == 92 else { return head }
    let capacity = min(Int(header[80]), 128)
    let entries = head[(2 * sectorSize)...].prefix(capacity * GPTEntry.length)
    header.replaceSubrange(88..<92, with: littleEndian(CRC32.checksum(entries)))
    header.replaceSubrange(16..<20, with: [0, 0, 0, 0])
    header.replaceSubrange(16..<20, with: littleEndian(CRC32.checksum(header)))
    place(header, at: sectorSize)
    return head
}

private func littleEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
}
