// swift-tools-version:6.2
import PackageDescription

// Only what the fuzz targets need, so that it builds in a minute with another compiler mode; README.md says more.

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func fuzz(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name + "Fuzz", dependencies: ["FuzzInput"] + dependencies, path: "Targets/" + name, swiftSettings: strict)
}

let package = Package(
    name: "martlet-fuzz",
    dependencies: [.package(url: "https://github.com/apple/swift-system", exact: "1.8.1")],
    targets: [
        // As in the package above.
        .target(name: "CLinux"),
        .systemLibrary(name: "CBlkid", pkgConfig: "blkid", providers: [.apt(["libblkid-dev"])]),
        .systemLibrary(name: "CBzip2", providers: [.apt(["libbz2-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        library("ByteCoding"),
        library("Diagnostics"),
        library("NetworkTypes"),
        library("ProvisioningAPI"),
        library("OCIReferences", ["Diagnostics", "NetworkTypes"]),
        library("DeployVars", ["ByteCoding", "Diagnostics", "NetworkTypes", "OCIReferences", "ProvisioningAPI"]),
        library("YAML", ["CYAML", "Diagnostics"]),
        library("NetworkConfiguration", ["Diagnostics", "NetworkTypes", "YAML"]),
        library("PartitionTable", ["ByteCoding", "Diagnostics"]),
        library("LVM", ["ByteCoding", "Diagnostics", "PartitionTable"]),
        library("DiskImages", ["ByteCoding", "Diagnostics"]),
        library("FreeSpace", ["ByteCoding"]),
        library("QCOW2", ["ByteCoding", "Diagnostics"]),
        library("ImageTrust", ["ByteCoding", "Diagnostics"]),
        library("BootEntries", ["Diagnostics"]),
        library("CPIOArchive", ["ByteCoding", "Diagnostics"]),
        library("TarArchive", ["Diagnostics"]),
        library("LinuxSystem", ["CLinux", system]),
        library(
            "Netlink",
            ["ByteCoding", "CLinux", "Diagnostics", "LinuxSystem", "NetworkConfiguration", "NetworkTypes", system]),
        // As wholes they need the network packages.
        .target(
            name: "TLSDiagnosis", dependencies: ["Diagnostics", "LinuxSystem"], path: "Sources/TLSDiagnosis",
            sources: ["CertificateFault.swift"], swiftSettings: strict),
        .target(
            name: "ImageSources", dependencies: ["Diagnostics", "LinuxSystem", "OCIReferences", "TLSDiagnosis"],
            path: "Sources/ImageSources",
            sources: [
                "ImageSourceError.swift", "OCI/AuthenticationChallenge.swift", "OCI/OCILayer.swift",
                "OCI/OCIManifest.swift", "OCI/RegistryCredentials.swift",
            ], swiftSettings: strict),
        library("DHCPv4", ["ByteCoding", "CLinux", "Diagnostics", "LinuxSystem", "NetworkTypes", system]),
        library("DHCPv6", ["ByteCoding", "CLinux", "LinuxSystem", "NetworkTypes", system]),
        library("LLDP", ["ByteCoding", "CLinux", "LinuxSystem", "NetworkTypes", system]),
        library(
            "BlockDevices",
            ["ByteCoding", "CBlkid", "CLinux", "Diagnostics", "LVM", "LinuxSystem", "PartitionTable", system]),
        library(
            "FirmwareBoot",
            ["BootEntries", "ByteCoding", "CLinux", "Diagnostics", "LinuxSystem", "PartitionTable", system]),
        library("SNTP", ["ByteCoding", "CLinux", "Diagnostics", "LinuxSystem", system]),
        library("Decompression", ["CBzip2", "CLZ4", "CLZMA", "CZlib", "CZstd", "Diagnostics", "LinuxSystem"]),

        // The fuzz targets
        .target(name: "FuzzInput", path: "FuzzInput", swiftSettings: strict),
        fuzz("BootEntries", ["BootEntries", "Diagnostics"]),
        fuzz("BootVariables", ["FirmwareBoot", "PartitionTable"]),
        fuzz("CPIO", ["CPIOArchive"]),
        fuzz("DHCPv4Lease", ["DHCPv4", "NetworkTypes"]),
        fuzz("DHCPv4Message", ["DHCPv4"]),
        fuzz("DHCPv6Lease", ["DHCPv6", "NetworkTypes"]),
        fuzz("DHCPv6Message", ["DHCPv6"]),
        fuzz("Decompression", ["Decompression"]),
        fuzz("DeployVars", ["DeployVars", "Diagnostics"]),
        fuzz("DiskImages", ["Diagnostics", "DiskImages"]),
        fuzz("DeviceMapper", ["BlockDevices", "LVM"]),
        fuzz("DiskIdentity", ["BlockDevices"]),
        fuzz("ImageTrust", ["Diagnostics", "ImageTrust"]),
        fuzz("FreeSpace", ["FreeSpace"]),
        fuzz("KernelArguments", ["Diagnostics", "NetworkConfiguration"]),
        fuzz("LLDP", ["LLDP", "NetworkTypes"]),
        fuzz("LVM", ["Diagnostics", "LVM"]),
        fuzz("MDSuperblock", ["BlockDevices"]),
        fuzz("Netlink", ["Netlink"]),
        fuzz("Netplan", ["Diagnostics", "NetworkConfiguration"]),
        fuzz("NetworkTypes", ["NetworkTypes"]),
        fuzz("PartitionTable", ["Diagnostics", "PartitionTable"]),
        fuzz("QCOW2", ["Diagnostics", "QCOW2"]),
        fuzz("RegistryAnswer", ["Diagnostics", "ImageSources", "OCIReferences"]),
        fuzz("RegistryChallenge", ["ImageSources"]),
        fuzz("RouterOption", ["Netlink"]),
        fuzz("SNTP", ["LinuxSystem", "SNTP"]),
        fuzz("Tar", ["Diagnostics", "TarArchive"]),
        fuzz("YAML", ["YAML"]),
    ]
)
