import ByteCoding

extension GPT {
    /// "EFI PART" in ASCII (UEFI specification, table 5-5).
    static let signature = Array("EFI PART".utf8)
    static let headerLength = 92
    static let revision: UInt32 = 0x0001_0000
    /// Well above the usual 128; bounds the memory that an image can ask for to 512 KiB.
    static let largestCapacity = 4096

    /// Whether a header of a GPT seems to lie in sector 1 of a disk with this sector size.
    static func hasSignature(imageHead: [UInt8], sectorSize: Int) -> Bool {
        imageHead.dropFirst(sectorSize).prefix(signature.count).elementsEqual(signature)
    }

    /// Reads and checks the primary header and its entries. `PartitionTable.read` decides first whether there is a GPT.
    static func readPrimary(imageHead: [UInt8], sectorSize: Int) throws(PartitionTableError) -> GPT {
        guard imageHead.count >= 2 * sectorSize else {
            throw .headTooShort(needed: 2 * sectorSize, available: imageHead.count)
        }
        let header = try GPTHeader(sector: imageHead[sectorSize..<2 * sectorSize], sectorSize: sectorSize)
        let start = header.entriesLBA * sectorSize
        let end = start + header.entryCapacity * GPTEntry.length
        guard imageHead.count >= end else { throw .headTooShort(needed: end, available: imageHead.count) }
        let array = imageHead[start..<end]
        guard CRC32.checksum(array) == header.entriesChecksum else { throw .damagedEntries }
        var reader = ByteReader(array)
        var entries: [GPTEntry] = []
        for number in 1...header.entryCapacity {
            if let entry = try GPTEntry(number: number, reader: &reader) { entries.append(entry) }
        }
        for entry in entries where entry.firstLBA < header.firstUsableLBA || entry.lastLBA > header.lastUsableLBA {
            throw .invalidEntry(
                number: entry.number,
                reason: "its sectors \(entry.firstLBA) to \(entry.lastLBA) lie outside the usable sectors "
                    + "\(header.firstUsableLBA) to \(header.lastUsableLBA)")
        }
        let inOrder = entries.sorted { $0.firstLBA < $1.firstLBA }
        for (lower, upper) in zip(inOrder, inOrder.dropFirst()) where upper.firstLBA <= lower.lastLBA {
            throw .overlap(lower.number, upper.number)
        }
        return GPT(
            sectorSize: sectorSize, diskGUID: header.diskGUID, alternateLBA: header.alternateLBA,
            firstUsableLBA: header.firstUsableLBA, lastUsableLBA: header.lastUsableLBA,
            entriesLBA: header.entriesLBA, entryCapacity: header.entryCapacity, entries: entries)
    }
}
