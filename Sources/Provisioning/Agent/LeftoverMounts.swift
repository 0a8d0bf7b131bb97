import BlockDevices
import InitRuntime
import LinuxSystem
import TargetSystem

/// Commands, mounts, mapped devices and arrays of an agent that was killed: they would make its disk one that is in use.
enum LeftoverMounts {
    static func unmountAll(_ services: Services) async {
        _ = try? await offPool("old commands") { try HookProcesses(Steps.mountPoint).end() }
        let roots = [
            Steps.mountPoint, Steps.lookingPoint, Steps.systemPartitionMountPoint, RunFiles.directory + "/medium",
        ]
        let table = (try? Files.readText("/proc/self/mounts")) ?? ""
        let targets = table.split(separator: "\n").compactMap { line in
            line.split(separator: " ").dropFirst().first.map(String.init)
        }.filter { target in
            roots.contains { target == $0 || target.hasPrefix($0 + "/") }
        }
        for target in targets.reversed() {
            do {
                try await offPool("unmount") {
                    try watched("umount", device: target, timeout: .seconds(60)) { try Mounts.unmount(target) }
                }
                services.log.info("unmounted \(target), which an earlier agent had left")
            } catch {
                services.log.warning("an earlier agent left a mount: \(error.explanation)")
            }
        }
        let mappings = (try? await offPool("leftovers") { LeftoverMappings.remove() }) ?? []
        // Arrays within the target first: a mirror may lie below them.
        var arrays = (try? await offPool("leftovers") { TargetDevices.register.stopAll() }) ?? []
        arrays += (try? await offPool("leftovers") { LeftoverArrays.stop() }) ?? []
        for name in mappings + arrays { services.log.info("removed \(name), which an earlier agent had left") }
    }
}
