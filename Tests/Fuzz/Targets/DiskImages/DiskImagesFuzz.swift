import Diagnostics
import DiskImages
import FuzzInput

/// The first bytes of an image, of which the last ones of the input are put where file systems have their superblocks.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let place = [0, 1024, 64 << 10][Int(input.byte() % 3)]
    let bytes = input.rest()
    var head = [UInt8](repeating: 0, count: min(place + bytes.count, DiskImageFormat.headLength))
    for (offset, byte) in zip(place..<head.count, bytes) { head[offset] = byte }
    let format = DiskImageFormat(head: head)
    for content in [ImageContent.wholeDisk, .fileSystem] {
        let refusal = DiskImageRefusal(format: format, wanted: content)
        show(refusal.explanation + refusal.advice)
    }
    for type in DiskImageFormat.FileSystem.allCases {
        guard let extent = FileSystemExtent(type, head: head) else { continue }
        promise(type.canHoldRoot, "\(type) has an extent")
        promise(extent.length > 0 && extent.length <= UInt64(Int64.max), "a length of \(extent.length)")
        promise([512, 1024, 2048, 4096, 8192, 16384, 32768, 65536].contains(extent.unit), "a unit of \(extent.unit)")
    }
    return 0
}
