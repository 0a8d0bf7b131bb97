/// A processor architecture that has a root partition type of its own in the Discoverable Partitions Specification.
public enum Architecture: String, Sendable, CaseIterable {
    /// x86-64, also called AMD64.
    case x8664 = "x86-64"
    /// 64-bit Arm, also called AArch64.
    case arm64 = "arm64"

    /// The architecture this program was built for.
    public static var current: Architecture {
        #if arch(arm64)
            .arm64
        #else
            .x8664
        #endif
    }

    /// The type of the root partition for this architecture.
    public var rootPartitionType: PartitionType {
        switch self {
        case .x8664: .rootX8664
        case .arm64: .rootARM64
        }
    }
}
