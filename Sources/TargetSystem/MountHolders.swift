import Glibc
import LinuxSystem

/// Who keeps a mount busy.
enum MountHolders {
    private static let most = 5

    /// Processes with a file, a working directory, a root or a program below a mount point, and mounts below it; at most
    /// a few of them.
    static func find(_ mountPoint: String) -> [String] {
        var holders: [String] = []
        for line in ((try? Files.readText("/proc/self/mountinfo")) ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count > 4, fields[4].hasPrefix(mountPoint + "/") { holders.append("the mount \(fields[4])") }
        }
        for process in (try? Files.list("/proc")) ?? [] where process.allSatisfy(\.isNumber) {
            let folder = "/proc/\(process)"
            let descriptors = ((try? Files.list("\(folder)/fd")) ?? []).map { "fd/\($0)" }
            for link in ["cwd", "root", "exe"] + descriptors {
                guard let target = try? Files.linkTarget("\(folder)/\(link)"),
                    target == mountPoint || target.hasPrefix(mountPoint + "/")
                else { continue }
                let name = Files.attribute("\(folder)/comm") ?? "?"
                holders.append("process \(process) (\(name)) by \(target)")
                break
            }
            if holders.count >= most { break }
        }
        return holders
    }
}
