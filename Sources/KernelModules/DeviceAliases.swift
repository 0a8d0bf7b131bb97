import Glibc
import LinuxSystem

/// The devices that the kernel knows, by their modaliases in sysfs.
enum DeviceAliases {
    /// One device that says which driver it wants.
    struct Device: Hashable {
        /// Its directory, such as `/sys/devices/pci0000:00/0000:00:03.0`.
        let path: String
        /// What it says of itself, such as `pci:v00001AF4d00001000…`.
        let modalias: String
    }

    /// Deeper than any bus topology goes; a bound against loops in what is not sysfs.
    private static let deepest = 40

    /// Every device below a directory that has a modalias, in the order of their paths.
    static func devices(under root: String) -> [Device] {
        var found: [Device] = []
        collect(root, depth: 0, &found)
        return found
    }

    private static func collect(_ directory: String, depth: Int, _ found: inout [Device]) {
        guard depth < deepest, let stream = opendir(directory) else { return }
        var children: [String] = []
        var hasAlias = false
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let type = Int(entry.pointee.d_type)
            if name == "modalias" {
                hasAlias = true
            } else if type == Int(DT_DIR), name != ".", name != "..", name != "power" {
                children.append(name)
            }
        }
        closedir(stream)
        if hasAlias, let modalias = Files.attribute("\(directory)/modalias") {
            found.append(Device(path: directory, modalias: modalias))
        }
        for child in children.sorted() { collect("\(directory)/\(child)", depth: depth + 1, &found) }
    }
}
