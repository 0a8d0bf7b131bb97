import LinuxSystem

/// Wakes the engine out of poll(2).
typealias NetworkWaker = Waker
