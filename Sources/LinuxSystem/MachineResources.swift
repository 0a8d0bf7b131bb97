import CLinux

/// What this machine has to work with at the moment.
public enum MachineResources {
    /// Processors that this program may run on, at least one: sched_getaffinity(2).
    public static var processors: Int { Int(martlet_usable_processors()) }

    /// Bytes that can be used without swapping, `MemAvailable` of proc(5); `nil` where the kernel does not say.
    public static var availableMemory: UInt64? {
        guard let text = Files.attribute("/proc/meminfo"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) })
        else { return nil }
        return kibibytes << 10
    }
}
