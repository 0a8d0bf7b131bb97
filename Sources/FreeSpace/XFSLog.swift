import ByteCoding

/// A log record's header (`fs/xfs/libxfs/xfs_log_format.h`, `struct xlog_rec_header`), of which the first block is read.
private struct LogRecord {
    static let magic: [UInt8] = [0xfe, 0xed, 0xba, 0xbe]

    /// Cycle and block: later records have greater ones.
    let number: UInt64
    let block: UInt64
    let operationCount: UInt32
    /// Blocks of the header itself.
    let headerBlocks: UInt64

    /// - Returns: `nil` when the block is no header, or that of a record of some other log.
    init?(_ bytes: ArraySlice<UInt8>, block: UInt64, uuid: [UInt8]) throws {
        guard bytes.starts(with: Self.magic) else { return nil }
        let fields = Fields(bytes)
        number = try fields.bigEndian(16)
        guard number & 0xffff_ffff == block, try fields.bytes(304, 16).elementsEqual(uuid) else { return nil }
        self.block = block
        operationCount = try fields.bigEndian(40)
        let isLong = try fields.bigEndian(8, UInt32.self) & 2 != 0
        let size = UInt64(try fields.bigEndian(320, UInt32.self))
        headerBlocks = isLong ? max((size + 32767) / 32768, 1) : 1
    }
}

extension XFSLayout {
    private static let longestRead = 1 << 20

    /// Makes sure that nothing in the log is yet to be replayed: its latest record is that of an unmount.
    func requireCleanLog(_ read: (UInt64, Int) throws -> [UInt8]) throws {
        guard logStart > 0 else { throw UnusableFileSystem(reason: "its XFS has its log elsewhere") }
        let (group, block) = (logStart >> groupBits, logStart & (1 << groupBits - 1))
        guard group < groupCount, block < blocks(ofGroup: group), logBlocks <= blocks(ofGroup: group) - block else {
            throw UnusableFileSystem.damaged("its log lies outside of it")
        }
        let log = start(ofGroup: group) + block * blockSize
        guard let latest = try latestRecord(log: log, length: logBlocks * blockSize, read) else {
            throw UnusableFileSystem.damaged("its log has no records")
        }
        // The operations follow the header; an unmount is the only one of its record.
        let first = latest.block + latest.headerBlocks
        let place = log + first % (logBlocks * blockSize / 512) * 512
        let operation = try read(place, 512)
        let flags: UInt8 = try Fields(operation[...]).bigEndian(9)
        guard latest.operationCount == 1, flags & 0x20 != 0 else {
            throw UnusableFileSystem(reason: "its XFS was not unmounted cleanly")
        }
    }

    /// Each block of 512 bytes of a log begins with its cycle, so only a header begins with its magic number.
    private func latestRecord(
        log: UInt64, length: UInt64, _ read: (UInt64, Int) throws -> [UInt8]
    ) throws -> LogRecord? {
        var latest: LogRecord?
        var offset: UInt64 = 0
        while offset < length {
            let bytes = try read(log + offset, Int(min(UInt64(Self.longestRead), length - offset)))
            guard !bytes.isEmpty else { throw UnusableFileSystem.damaged("its log is cut off") }
            for start in stride(from: 0, through: bytes.count - 512, by: 512) where bytes[start] == LogRecord.magic[0] {
                let block = (offset + UInt64(start)) / 512
                guard let record = try LogRecord(bytes[start..<start + 512], block: block, uuid: uuid) else { continue }
                if record.number >= latest?.number ?? 0 { latest = record }
            }
            offset += UInt64(bytes.count)
        }
        return latest
    }
}
