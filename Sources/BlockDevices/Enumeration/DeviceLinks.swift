import Glibc
import LinuxSystem

/// Links in `/dev/disk` by which programs find partitions; there is no udev here to make them.
public final class DeviceLinks: Sendable {
    private let paths: [String]

    /// Makes links, in the place of others of the same name. One that cannot be made is passed over.
    ///
    /// - Parameter links: the folder in `/dev/disk`, the name in it, and the node that it leads to. A name with a slash
    ///   is none.
    public init(_ links: [(folder: String, name: String, target: String)]) {
        paths = links.compactMap { link in
            guard !link.name.isEmpty, !link.name.contains("/"), link.name != ".", link.name != "..",
                link.target.hasPrefix("/dev/")
            else { return nil }
            let folder = "/dev/disk/\(link.folder)"
            guard (try? Files.makeDirectories(folder)) != nil else { return nil }
            let path = "\(folder)/\(link.name)"
            unlink(path)
            return symlink("../../\(link.target.dropFirst(5))", path) == 0 ? path : nil
        }
    }

    /// Takes them away.
    public func remove() {
        for path in paths { unlink(path) }
    }
}
