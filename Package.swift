// swift-tools-version:6.2
import Foundation
import PackageDescription

// Layers as in docs/architecture.md; imports point downward only.

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

// ISA-L inflates several times faster than zlib. Debian ships no static archive of it; `make deps` builds one.
let isalDirectory = Context.packageDirectory + "/.build/isal"
let hasISAL = FileManager.default.fileExists(atPath: isalDirectory + "/lib/libisal.a")

func layer(
    _ name: String, _ dependencies: [Target.Dependency] = [], swift: [SwiftSetting] = [], linker: [LinkerSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict + swift, linkerSettings: linker)
}

func tests(_ name: String, _ more: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.init(stringLiteral: name)] + more, resources: resources,
        swiftSettings: strict)
}

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "martlet",
    products: [
        .executable(name: "martlet", targets: ["martlet"]),
        .executable(name: "martlet-init", targets: ["martlet-init"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    ],
    targets: [
        // 0: C
        .target(name: "CLinux"),

        // 1: values, pure
        layer("ByteCoding"),
        layer("Diagnostics"),
        layer("NetworkTypes"),

        // 2: Linux mechanisms
        layer("LinuxSystem", ["CLinux", system]),
    ]
)
