import CLinux
import Glibc
import LinuxSystem

/// The ACPI power button, which the kernel reports as a key of an input device.
///
/// Its drivers (`button`, `evdev`) are loaded after PID 1 starts, so the devices are looked for again at every tick.
struct PowerButton {
    private var devices: [String: Descriptor] = [:]

    /// Opens input devices that have appeared since the last look.
    mutating func lookForDevices() {
        guard let names = try? Files.list("/dev/input") else { return }
        for name in names where name.hasPrefix("event") && devices[name] == nil {
            devices[name] = try? Descriptor.open("/dev/input/\(name)", O_RDONLY | O_NONBLOCK)
        }
    }

    /// Descriptors to wait on.
    var descriptors: [Int32] { devices.values.map(\.rawValue) }

    /// Reads all waiting events; whether one of them is a press of the power key. A device that is gone is let go.
    mutating func takePress() -> Bool {
        var pressed = false
        for (name, device) in devices {
            if martlet_power_key_pressed(device.rawValue) == 1 { pressed = true }
            if errno == ENODEV { devices[name] = nil }
            errno = 0
        }
        return pressed
    }
}
