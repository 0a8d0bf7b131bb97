import BootEntries
import Diagnostics
import FuzzInput

/// The files of a boot loader, with a zero between them: grub.cfg, grubenv, two entries, loader.conf, and file names.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let files = BootFiles(input.parts())
    let root = BootPath(device: nil, path: "/")
    do throws(BootEntryError) {
        let path = BootPath(device: nil, path: BootFiles.paths[0])
        show(compose(try GRUBConfiguration.defaultEntry(of: path, files: files)))
    } catch {
        show(error.explanation + error.advice)
    }
    do throws(BootEntryError) {
        show(compose(try LoaderEntries.defaultEntry(in: root, files: files)))
    } catch {
        show(error.explanation + error.advice)
    }
    let names = files.rest.split(separator: "\n").map(String.init)
    show(KernelFiles.newest(among: names)?.kernel)
    for (one, other) in zip(names, names.dropFirst()) {
        let (there, back) = (VersionOrder.compare(one, other), VersionOrder.compare(other, one))
        promise(there.signum() == -back.signum(), "\(one) and \(other) are each older than the other")
    }
    return 0
}

private func compose(_ entry: BootEntry) -> String {
    let consoles = KernelCommandLine.consoles(of: entry.arguments)
    return KernelCommandLine.compose(entry: entry.arguments, extra: entry.title, consoles: consoles)
}

private struct BootFiles: BootFileSystem {
    static let paths = [
        "/boot/grub/grub.cfg", "/boot/grub/grubenv", "/loader/entries/a-6.1.conf", "/loader/entries/b.conf",
        "/loader/loader.conf",
    ]

    private let files: [String: [UInt8]]
    /// What follows the files.
    let rest: String

    init(_ parts: [[UInt8]]) {
        files = Dictionary(zip(Self.paths, parts)) { first, _ in first }
        rest = String(decoding: Array(parts.dropFirst(Self.paths.count).joined()), as: UTF8.self)
    }

    func contents(of path: BootPath) -> [UInt8]? { files[path.path] }

    func size(of path: BootPath) -> Int? { files[path.path]?.count }

    func names(in path: BootPath) -> [String]? {
        let prefix = path.path + "/"
        let names = files.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        return names.isEmpty ? nil : names.filter { !$0.contains("/") }.sorted()
    }
}
