import CLinux

/// What the C library does with memory that was freed.
public enum FreedMemory {
    /// Keeps some megabytes of it for the next who asks, instead of giving it back to the kernel, which would have to clear
    /// it each time: mallopt(3) `M_TRIM_THRESHOLD`, `M_MMAP_THRESHOLD`.
    ///
    /// For programs through which many gigabytes pass in pieces of some hundred kilobytes. May be called more than once.
    public static func keep() {
        _ = mallopt(M_TRIM_THRESHOLD, 8 << 20)
        _ = mallopt(M_MMAP_THRESHOLD, 1 << 20)
    }
}
