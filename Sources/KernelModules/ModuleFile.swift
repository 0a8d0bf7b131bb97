/// One loadable module of a kernel.
public struct ModuleFile: Hashable, Sendable {
    /// The name as lsmod(8) shows it, with underscores: `virtio_net`.
    public let name: String
    /// The file, relative to the directory of modules.dep: `kernel/drivers/net/virtio_net.ko`.
    public let path: String

    /// A module by its file.
    public init(path: String) {
        self.path = path
        name = Self.name(ofPath: path)
    }

    /// The name of the module in a file: the base name without `.ko` and a compression suffix, dashes as underscores.
    public static func name(ofPath path: String) -> String {
        let base = path.split(separator: "/").last ?? ""
        return normalized(base.split(separator: ".", maxSplits: 1).first.map(String.init) ?? "")
    }

    /// A module's name with underscores for dashes: people, modprobe(8) and modules.softdep write both.
    public static func normalized(_ name: some StringProtocol) -> String {
        String(decoding: name.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
    }
}
