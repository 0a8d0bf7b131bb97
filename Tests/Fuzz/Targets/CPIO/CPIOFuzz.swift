import CPIOArchive
import FuzzInput

/// newc archives: what is read and written again can be read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    do throws(CPIOError) {
        let tree = try CPIOTree(unpacking: input.rest())
        let archive = try tree.archive()
        let entries = try CPIOReader.entries(of: archive)
        promise(entries.map(\.path) == tree.entries.map(\.path), "the paths are other ones when they are read")
        promise(entries.map(\.content) == tree.entries.map(\.content), "the files are other ones when they are read")
    } catch {
        show(error)
    }
    return 0
}
