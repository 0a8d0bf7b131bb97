// swift-tools-version:6.2
import Foundation
import PackageDescription

// Layers as in docs/architecture.md; imports point downward only.

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

// ISA-L inflates several times faster than zlib. Debian ships no static archive of it; `make deps` builds one here.
let isal = Context.packageDirectory + "/.build/isal"
let hasISAL = FileManager.default.fileExists(atPath: isal + "/lib/libisal.a")

func target(
    _ name: String, _ dependencies: [Target.Dependency] = [], swift: [SwiftSetting] = [], linker: [LinkerSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict + swift, linkerSettings: linker)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(
    _ name: String, of target: String? = nil, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.target(name: target ?? name)] + dependencies, exclude: exclude,
        swiftSettings: strict)
}

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let tls: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
func nio(_ module: String) -> Target.Dependency { .product(name: module, package: "swift-nio") }

let package = Package(
    name: "martlet",
    products: [
        .executable(name: "martlet", targets: ["martlet"]),
        .executable(name: "martlet-init", targets: ["martlet-init"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // 0: C
        .target(name: "CLinux"),
        .systemLibrary(name: "CBlkid", pkgConfig: "blkid", providers: [.apt(["libblkid-dev"])]),
        .systemLibrary(name: "CBzip2", providers: [.apt(["libbz2-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        // 1: values, pure
        target("ByteCoding"),
        target("Diagnostics"),
        target("NetworkTypes"),
        target("ProvisioningAPI"),
        target("OCIReferences", ["Diagnostics", "NetworkTypes"]),
        target("DeployVars", ["ByteCoding", "Diagnostics", "NetworkTypes", "OCIReferences", "ProvisioningAPI"]),
        target("YAML", ["CYAML", "Diagnostics"]),
        target("NetworkConfiguration", ["Diagnostics", "NetworkTypes", "YAML"]),
        target("PartitionTable", ["ByteCoding", "Diagnostics"]),
        target("LVM", ["ByteCoding", "Diagnostics", "PartitionTable"]),
        target("FreeSpace", ["ByteCoding"]),
        target("DiskImages", ["ByteCoding", "Diagnostics"]),
        target("FAT32", ["ByteCoding"]),
        target("QCOW2", ["ByteCoding", "Diagnostics"]),
        target("ImageTrust", ["ByteCoding", "Diagnostics"]),
        target("BootEntries", ["Diagnostics"]),
        target("CPIOArchive", ["ByteCoding", "Diagnostics"]),
        target("TarArchive", ["Diagnostics"]),

        // 2: Linux mechanisms
        target("LinuxSystem", ["CLinux", system]),
        target("KernelModules", ["CLinux", "Diagnostics", "LinuxSystem", system]),
        target(
            "Netlink",
            ["ByteCoding", "CLinux", "Diagnostics", "LinuxSystem", "NetworkConfiguration", "NetworkTypes", system]),
        target("DHCPv4", ["ByteCoding", "CLinux", "Diagnostics", "LinuxSystem", "NetworkTypes", system]),
        target("DHCPv6", ["ByteCoding", "CLinux", "LinuxSystem", "NetworkTypes", system]),
        target("NICNames", ["LinuxSystem", "NetworkTypes", system]),
        target("LLDP", ["ByteCoding", "CLinux", "LinuxSystem", "NetworkTypes", system]),
        target("SNTP", ["ByteCoding", "CLinux", "Diagnostics", "LinuxSystem", system]),
        target(
            "BlockDevices",
            ["ByteCoding", "CBlkid", "CLinux", "Diagnostics", "LVM", "LinuxSystem", "PartitionTable", system]),
        target(
            "DiskErase",
            ["BlockDevices", "ByteCoding", "CLinux", "DeployVars", "Diagnostics", "LinuxSystem", system]),
        target(
            "FirmwareBoot",
            ["BootEntries", "ByteCoding", "CLinux", "Diagnostics", "LinuxSystem", "PartitionTable", system]),
        target("Kexec", ["CLinux", "Diagnostics", "LinuxSystem", system]),
        target(
            "Decompression",
            ["CBzip2", "CLZ4", "CLZMA", "CZlib", "CZstd", "Diagnostics", "LinuxSystem"] + (hasISAL ? ["CISAL"] : []),
            swift: hasISAL ? [.define("ISAL")] : [], linker: hasISAL ? [.unsafeFlags(["-L\(isal)/lib"])] : []),

        // 3: the agent
        target("Pipeline", ["Diagnostics", "ProvisioningAPI"]),
        target("Console", ["Diagnostics", "Pipeline", "ProvisioningAPI"]),
        target("InitRuntime", ["CLinux", "LinuxSystem"]),
        target(
            "NetworkBringUp",
            [
                "CLinux", "DHCPv4", "DHCPv6", "Diagnostics", "LinuxSystem", "NICNames", "Netlink",
                "NetworkConfiguration",
                "NetworkTypes", system,
            ]),
        target(
            "TLSDiagnosis",
            ["ByteCoding", "Diagnostics", "LinuxSystem", "NetworkTypes", nio("NIOCore"), nio("NIOPosix"), tls]),
        target(
            "HTTPProxies",
            ["Diagnostics", "NetworkTypes", httpClient, nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix")]),
        target(
            "ImageSources",
            [
                "CLinux", "Diagnostics", "HTTPProxies", "LinuxSystem", "NetworkTypes", "OCIReferences", "TLSDiagnosis",
                crypto, httpClient, nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"), tls,
            ]),
        target(
            "ImageStreaming",
            [
                "BlockDevices", "ByteCoding", "CLinux", "CZstd", "Decompression", "Diagnostics", "DiskImages", "FAT32",
                "FreeSpace", "ImageSources", "ImageTrust", "LinuxSystem", "PartitionTable", "QCOW2", "TarArchive",
                crypto,
                system,
            ]),
        target(
            "TargetSystem",
            [
                "BootEntries", "CLinux", "CPIOArchive", "Decompression", "DeployVars", "Diagnostics", "LinuxSystem",
                "PartitionTable", system,
            ]),
        target(
            "ControllerClient",
            [
                "CZlib", "Diagnostics", "HTTPProxies", "ProvisioningAPI", "TLSDiagnosis", httpClient, logging,
                nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"), tls,
            ]),
        target(
            "Provisioning",
            [
                "BlockDevices", "BootEntries", "CLinux", "Console", "ControllerClient", "DeployVars", "Diagnostics",
                "DHCPv4", "DiskErase", "FirmwareBoot", "HTTPProxies", "ImageSources", "ImageStreaming", "InitRuntime",
                "KernelModules", "Kexec", "LLDP", "LVM", "LinuxSystem", "Netlink", "NetworkBringUp",
                "NetworkConfiguration", "NetworkTypes", "PartitionTable", "Pipeline", "ProvisioningAPI", "SNTP",
                "TargetSystem", httpClient, logging, system,
            ]),
        program("martlet-init", ["InitRuntime", "Provisioning", "ProvisioningAPI"]),

        // 3: the server and the operator's machine
        target("InitrdBuild", ["ByteCoding", "CPIOArchive", "CZstd", "Diagnostics", "KernelModules", "LinuxSystem"]),
        target(
            "ControllerServer",
            [
                "CLinux", "CPIOArchive", "Diagnostics", "LinuxSystem", "NetworkTypes", "ProvisioningAPI", crypto,
                hummingbird, httpTypes, lifecycle, logging, nio("NIOCore"), nio("NIOPosix"), system,
            ]),
        program(
            "martlet",
            [
                "ByteCoding", "CLinux", "ControllerServer", "Diagnostics", "HTTPProxies", "ImageSources",
                "ImageStreaming", "InitrdBuild", "LinuxSystem", "ProvisioningAPI", arguments, httpTypes, system,
            ]),

        // Tests and their laboratory
        target(
            "LabKit",
            [
                "CLinux", "CPIOArchive", "Diagnostics", "ProvisioningAPI", crypto, nio("NIOCore"), nio("NIOHTTP1"),
                nio("NIOPosix"),
            ]),
        target("HTTPTestKit", ["LinuxSystem"]),
        target("NetworkTestKit", ["CLinux", "LinuxSystem"]),
        target("TLSTestKit", [nio("NIOCore"), nio("NIOPosix"), nio("NIOTLS"), tls]),
        program("lab", ["Diagnostics", "LabKit", "ProvisioningAPI", arguments]),
        tests("BlockDevices", ["Diagnostics", "LVM", "LinuxSystem", "PartitionTable"]),
        tests("BootEntries", exclude: ["Fixtures"]),
        tests("ByteCoding"),
        tests("CPIOArchive"),
        tests("Console", ["Diagnostics", "Pipeline", "ProvisioningAPI"]),
        tests(
            "ControllerClient",
            [
                "CZlib", "Diagnostics", "HTTPProxies", "ProvisioningAPI", "TLSDiagnosis", "TLSTestKit", httpTypes,
                hummingbird, hummingbirdTLS, lifecycle, logging, tls,
            ]),
        tests(
            "ControllerServer",
            [
                "CPIOArchive", "ControllerClient", "Diagnostics", "NetworkTypes", "ProvisioningAPI", httpClient,
                httpTypes, logging, nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"),
            ]),
        tests("DHCPv4"),
        tests("DHCPv6", ["ByteCoding", "LinuxSystem", "Netlink", "NetworkTestKit", "NetworkTypes"]),
        tests("Decompression", ["CBzip2", "CLZ4", "CLZMA", "CZlib", "CZstd"]),
        tests("DeployVars", ["Diagnostics", "NetworkTypes", "ProvisioningAPI"]),
        tests("Diagnostics"),
        tests("DiskErase", ["BlockDevices", "DeployVars", "LinuxSystem"]),
        tests("DiskImages"),
        tests("FAT32"),
        tests("FirmwareBoot", ["LinuxSystem", "PartitionTable", system]),
        tests("HTTPProxies", ["Diagnostics"]),
        tests(
            "ImageSources",
            [
                "Diagnostics", "HTTPProxies", "HTTPTestKit", "LinuxSystem", "OCIReferences", "TLSDiagnosis",
                "TLSTestKit", tls,
            ]),
        tests("ImageTrust"),
        tests(
            "ImageStreaming",
            [
                "ByteCoding", "CZstd", "Decompression", "DiskImages", "HTTPTestKit", "ImageSources", "ImageTrust",
                "LinuxSystem", "PartitionTable", "QCOW2", crypto,
            ]),
        tests("FreeSpace"),
        tests("InitRuntime"),
        tests("InitrdBuild", ["ByteCoding", "CPIOArchive", "CZstd", "KernelModules", "LinuxSystem"]),
        tests("KernelModules", ["LinuxSystem", system]),
        tests("Kexec", ["LinuxSystem", system]),
        tests("LLDP", ["LinuxSystem", "NetworkTestKit", "NetworkTypes", system]),
        tests("LVM", ["PartitionTable"]),
        tests("LabKit"),
        tests("LinuxSystem", ["CLinux", system]),
        tests("Martlet", of: "martlet", ["HTTPTestKit", "TLSTestKit"]),
        tests("Netlink", ["CLinux", "LinuxSystem", "NetworkConfiguration", "NetworkTypes", system]),
        tests("NICNames", ["LinuxSystem"]),
        tests(
            "NetworkBringUp",
            [
                "DHCPv4", "DHCPv6", "LinuxSystem", "Netlink", "NetworkConfiguration", "NetworkTestKit", "NetworkTypes",
            ]),
        tests("NetworkConfiguration", ["NetworkTypes"], exclude: ["Fixtures"]),
        tests("NetworkTypes"),
        tests("OCIReferences"),
        tests("PartitionTable", ["ByteCoding"]),
        tests("Pipeline", ["Diagnostics", "ProvisioningAPI"]),
        tests(
            "Provisioning",
            [
                "BlockDevices", "DeployVars", "LinuxSystem", "NetworkConfiguration", "NetworkTypes", "PartitionTable",
                "ProvisioningAPI", logging,
            ]),
        tests("ProvisioningAPI"),
        tests("QCOW2", ["Decompression"]),
        tests("SNTP", ["CLinux", "LinuxSystem", system]),
        tests("TLSDiagnosis", ["LinuxSystem", "TLSTestKit", nio("NIOCore"), nio("NIOPosix"), tls]),
        tests(
            "TargetSystem",
            ["BlockDevices", "BootEntries", "CLinux", "DeployVars", "LinuxSystem", "PartitionTable", system]),
        tests("TarArchive"),
        tests("YAML"),
        .testTarget(name: "VMTests", dependencies: ["LabKit", "ProvisioningAPI"], swiftSettings: strict),
    ] + (hasISAL ? [.systemLibrary(name: "CISAL")] : [])
)
