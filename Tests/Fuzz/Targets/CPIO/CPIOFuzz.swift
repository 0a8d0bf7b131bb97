import CPIOArchive
import FuzzInput

/// newc archives: what is read and written again can be read, and its names are found in it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let bytes = input.rest()
    show(isThere("martlet", in: bytes))
    do throws(CPIOError) {
        let tree = try CPIOTree(unpacking: bytes)
        let archive = try tree.archive()
        let entries = try CPIOReader.entries(of: archive)
        promise(entries.map(\.path) == tree.entries.map(\.path), "the paths are other ones when they are read")
        promise(entries.map(\.content) == tree.entries.map(\.content), "the files are other ones when they are read")
        if let name = entries.last?.path.split(separator: "/").last {
            promise(isThere(String(name), in: archive), "\(name) is not found")
        }
    } catch {
        show(error)
    }
    return 0
}

/// Looks for a name in pieces of a few bytes, and of many.
private func isThere(_ name: String, in bytes: [UInt8]) -> Bool {
    var pieces = CPIONameSearch(name)
    var rest = bytes[...]
    while !rest.isEmpty, !pieces.isFound, !pieces.isBroken {
        let used = rest.prefix(7).withUnsafeBytes { pieces.take($0) }
        promise(used > 0, "nothing was used")
        rest = rest.dropFirst(used)
    }
    var whole = CPIONameSearch(name)
    _ = bytes.withUnsafeBytes { whole.take($0) }
    promise(whole.isFound == pieces.isFound && whole.isBroken == pieces.isBroken, "pieces are read otherwise")
    return whole.isFound
}
