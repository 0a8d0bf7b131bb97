/// What a GPT partition is for: the type GUIDs of the UEFI specification and of the Discoverable Partitions
/// Specification (UAPI group) that an operating system image may hold, with the names `systemd-repart` gives them.
public enum PartitionType: String, Sendable, CaseIterable, CustomStringConvertible {
    /// EFI system partition (UEFI specification, table 5-7).
    case efiSystem = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
    /// Extended boot loader partition.
    case extendedBoot = "bc13c2ff-59e6-4262-a352-b275fd6f7172"
    /// GRUB's core image on machines that boot by BIOS.
    case biosBoot = "21686148-6449-6e6f-744e-656564454649"
    /// Root of x86-64.
    case rootX8664 = "4f68bce3-e8cd-4db1-96e7-fbcaf984b709"
    /// Root of 64-bit Arm.
    case rootARM64 = "b921b045-1df0-41c3-af44-4c6f280d3fae"
    /// Any Linux file system.
    case linuxGeneric = "0fc63daf-8483-4772-8e79-3d69d8477de4"
    /// Linux swap.
    case swap = "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"
    /// Physical volume of LVM.
    case lvm = "e6d6d379-f507-44c2-a23c-238f2a3df928"
    /// Member of a Linux md array.
    case raid = "a19d880f-05fc-4d3b-a006-743f0f84911e"
    /// `/home`.
    case home = "933ac7e1-2eb4-4f13-b844-0e14e2aef915"
    /// `/srv`.
    case serverData = "3b8f8425-20e0-4f3b-907f-1a25a76f98e8"
    /// `/var`.
    case variableData = "4d21b016-b534-45c2-a9fb-5c16e091fd2d"
    /// `/var/tmp`.
    case temporaryData = "7ec6f557-3bc5-4aca-b293-16ef5df639d1"
    /// Microsoft's basic data.
    case microsoftBasicData = "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"

    /// The type with this GUID, when it is one of those known here.
    public init?(guid: GUID) {
        self.init(rawValue: guid.description)
    }

    /// The GUID of this type.
    public var guid: GUID { GUID(rawValue) ?? .zero }

    /// The short name for people.
    public var description: String {
        switch self {
        case .efiSystem: "esp"
        case .extendedBoot: "xbootldr"
        case .biosBoot: "bios-boot"
        case .rootX8664: "root-x86-64"
        case .rootARM64: "root-arm64"
        case .linuxGeneric: "linux-generic"
        case .swap: "swap"
        case .lvm: "lvm"
        case .raid: "raid"
        case .home: "home"
        case .serverData: "srv"
        case .variableData: "var"
        case .temporaryData: "tmp"
        case .microsoftBasicData: "microsoft-basic-data"
        }
    }
}
