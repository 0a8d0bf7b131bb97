import CLinux
import Glibc
import LVM
import LinuxSystem

/// A range of a block device.
struct LinearSegment: Sendable {
    /// Bytes; a multiple of 512.
    let length: UInt64
    /// The node of the device that it lies on.
    let device: String
    /// Where it begins there, in bytes; a multiple of 512.
    let offset: UInt64
}

extension DeviceMapping {
    /// A device put together from ranges of others, one after the other: device-mapper's `linear` target
    /// (Documentation/admin-guide/device-mapper/linear.rst).
    init(named name: String, of segments: [LinearSegment]) throws(SystemCallError) {
        var targets: [Target] = []
        var start: UInt64 = 0
        for segment in segments {
            var facts = stat()
            try systemCall("stat", segment.device) { stat(segment.device, &facts) }
            let device = UInt64(facts.st_rdev)
            let number = "\(martlet_major(device)):\(martlet_minor(device))"
            targets.append(
                Target(
                    firstSector: start, sectorCount: segment.length / 512, type: "linear",
                    parameters: "\(number) \(segment.offset / 512)"))
            start &+= segment.length / 512
        }
        self.init(name: name, uuid: "", targets: targets)
    }
}
