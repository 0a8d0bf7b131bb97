import CLinux
import Glibc
import LinuxSystem

/// Stops md arrays and device-mapper devices, without mdadm or dmsetup.
struct StackedDevices: Sendable {
    let sysfs: BlockSysfs

    /// Stops one device on which nothing stands any more.
    ///
    /// - Returns: what stopping it had to write to its members; empty in the usual case.
    /// - Throws: `SystemCallError`, `DiskReleaseError`.
    func stop(_ holder: Holder, disk: String) throws -> String {
        switch holder.kind {
        case .md: return try stopArray(holder.name, disk: disk)
        case .deviceMapper(let mapped, _):
            try removeMapping(mapped)
            return ""
        case .other: throw DiskReleaseError(disk: disk, reasons: ["\(holder.name) is of no kind that can be stopped"])
        }
    }

    /// `Documentation/admin-guide/md.rst`: `readonly` ends resync and stops writes; `clear` takes the array apart.
    func stopArray(_ name: String, disk: String) throws -> String {
        let directory = "\(sysfs.sysRoot)/class/block/\(name)/md"
        let state = Files.attribute(directory + "/array_state") ?? ""
        let action = Files.attribute(directory + "/sync_action") ?? "idle"
        var note = ""
        if ["active", "active-idle", "write-pending"].contains(state) {
            note = "it was \(state): md marked it clean on all its members once"
        } else if action != "idle", action != "frozen" {
            note = "it was in \(action): md noted how far on all its members once"
        }
        // Inactive arrays and containers know no read-only; stopping them writes nothing.
        try? Files.write("readonly", to: directory + "/array_state")
        try retryingWhileBusy { () throws(SystemCallError) in
            do throws(SystemCallError) {
                try Files.write("clear", to: directory + "/array_state")
            } catch {
                try stopByRequest(name)
            }
        }
        for _ in 0..<500 {
            // The array's directory goes a moment after its members are let go.
            let now = Files.attribute(directory + "/array_state")
            if now == nil || now == "clear" { return note }
            pause(milliseconds: 10)
        }
        throw DiskReleaseError(disk: disk, reasons: ["\(name) was told to stop and has not within 5 s"])
    }

    private func stopByRequest(_ name: String) throws(SystemCallError) {
        let array = try Descriptor.open("/dev/\(name)", O_RDONLY)
        try array.ioctl("ioctl(STOP_ARRAY)", MARTLET_STOP_ARRAY, 0)
    }

    /// Removes a device-mapper device by its name in `/dev/mapper`.
    func removeMapping(_ mapped: String) throws(SystemCallError) {
        let control = try Descriptor.open("/dev/mapper/control", O_RDWR)
        try retryingWhileBusy { () throws(SystemCallError) in
            try systemCall("ioctl(DM_DEV_REMOVE)", mapped) { martlet_dm_remove(control.rawValue, mapped) }
        }
    }

    /// Something may look at the device at this very moment: up to two seconds.
    private func retryingWhileBusy(_ body: () throws(SystemCallError) -> Void) throws(SystemCallError) {
        var attempt = 0
        while true {
            do throws(SystemCallError) {
                return try body()
            } catch {
                guard error.errno == .resourceBusy, attempt < 20 else { throw error }
            }
            attempt += 1
            pause(milliseconds: 100)
        }
    }
}
