import FuzzInput
import TarArchive

/// Archives, whose files' bytes come as they are asked for. Check sums are put right, or the fuzzer would seldom get past
/// one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    var archive = input.rest()
    for block in stride(from: 0, to: archive.count - 511, by: 512) where archive[block + 257] == UInt8(ascii: "u") {
        let sum = (block..<block + 512).reduce(0) {
            $0 + ((block + 148..<block + 156).contains($1) ? 0x20 : Int(archive[$1]))
        }
        let digits = String(sum, radix: 8)
        let field = String(repeating: "0", count: 6 - digits.count) + digits + "\0 "
        archive.replaceSubrange(block + 148..<block + 156, with: field.utf8)
    }
    let all = archive
    var offset = 0
    var reader = TarReader(head: Array(all.prefix(512))) { count in
        defer { offset = min(offset + count, all.count) }
        return Array(all.dropFirst(512).dropFirst(offset).prefix(count))
    }
    do {
        while let entry = try reader.next() {
            show(entry.name)
            var left = entry.size
            while case let bytes = try reader.bytes(1000), !bytes.isEmpty {
                promise(UInt64(bytes.count) <= left, "a file has more bytes than its header says")
                left -= UInt64(bytes.count)
            }
            promise(left == 0, "a file has fewer bytes than its header says")
        }
    } catch {
        show(error as? TarError)
    }
    return 0
}
