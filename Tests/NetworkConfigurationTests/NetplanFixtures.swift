import Foundation
import NetworkConfiguration
import NetworkTypes
import Testing

/// What the suites about Netplan's format read with.
protocol NetplanSuite {}

extension NetplanSuite {
    /// A file with this text.
    func read(_ text: String) throws(NetworkConfigurationError) -> NetplanFile {
        try NetplanFile(parsing: Array(text.utf8), path: "n.yaml")
    }

    /// The bytes of a file of this target's `Fixtures`.
    func fixtureBytes(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        return Array(try Data(contentsOf: folder.appending(path: name)))
    }

    /// A file of this target's `Fixtures`.
    func fixture(_ name: String) throws -> NetplanFile {
        try NetplanFile(parsing: fixtureBytes(name), path: name)
    }

    /// The links of a body in flow style.
    func links(_ body: String) throws -> [LinkConfiguration] {
        try read("network: {version: 2, \(body)}").configuration.links
    }

    /// What is wrong with a text.
    func problems(_ text: String) -> [String] {
        do throws(NetworkConfigurationError) {
            _ = try read(text)
            return []
        } catch {
            return error.problems
        }
    }

    /// A prefix that must be one.
    func prefix(_ text: String) throws -> IPPrefix { try #require(IPPrefix(text)) }
    /// An address that must be one.
    func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
}
