import NetworkTypes
import Testing

@testable import DHCPv4

@Suite("What a client says of itself")
struct DHCPIdentityTests {
    private static let uuid = "00112233-4455-6677-8899-aabbccddeeff"

    private func options(_ change: (inout DHCPIdentity) -> Void) throws -> DHCPOptions {
        var identity = DHCPIdentity()
        change(&identity)
        var machine = TestClient.machine { $0.identity = identity }
        return try #require(machine.start(at: .now).message).options
    }

    @Test("by default it is known by its MAC address, as in the other stages of a boot")
    func defaults() throws {
        let options = try options { _ in }
        #expect(options[.clientIdentifier] == hex("01 525400123456"))
        #expect(options[.vendorClass] == Array("martlet".utf8))
        #expect(options[.maximumMessageSize] == hex("05dc"))
        #expect(options[.parameterRequestList] == [1, 121, 3, 6, 12, 15, 119, 26, 42, 51, 58, 59, 43])
        for option in [DHCPOption.userClass, .hostName, .clientArchitecture, .clientInterface, .clientUUID] {
            #expect(options[option] == nil)
        }
    }

    @Test("everything that is set is sent, in the form that its RFC gives")
    func everything() throws {
        let options = try options {
            $0.vendorClass = "PXEClient"
            $0.userClasses = ["lab", "", "rack 7", String(repeating: "x", count: 256)]
            $0.hostName = "node7"
            $0.architecture = 7
            $0.interfaceVersion = 0x0310
            $0.systemUUID = SystemUUID(Self.uuid)
        }
        #expect(options[.vendorClass] == Array("PXEClient".utf8))
        #expect(options[.userClass] == hex("03 6c6162 06 7261636b2037"))
        #expect(options[.hostName] == Array("node7".utf8))
        #expect(options[.clientArchitecture] == hex("0007"))
        #expect(options[.clientInterface] == hex("01 03 10"))
        #expect(options[.clientUUID] == hex("00 33221100 5544 7766 8899 aabbccddeeff"))
        #expect(try self.options { $0.vendorClass = "" }[.vendorClass] == nil)
    }

    @Test("a DUID and the interface's number can take the MAC address's place")
    func duid() throws {
        let uuid = try #require(SystemUUID(Self.uuid))
        let cases: [(DHCPClientIdentifier, String)] = [
            (.linkLayerDUID(), "ff 00123456 0003 0001 525400123456"),
            (.linkLayerDUID(iaid: 0x0102_0304), "ff 01020304 0003 0001 525400123456"),
            (.uuidDUID(uuid), "ff 00123456 0004 00112233445566778899aabbccddeeff"),
            (.uuidDUID(uuid, iaid: 1), "ff 00000001 0004 00112233445566778899aabbccddeeff"),
        ]
        for (identifier, expected) in cases {
            #expect(try options { $0.clientIdentifier = identifier }[.clientIdentifier] == hex(expected))
        }
    }

    @Test("a UUID is read and written as the kernel has it")
    func uuid() {
        #expect(SystemUUID(Self.uuid.uppercased())?.description == Self.uuid)
        for text in [
            "", "00112233", Self.uuid + "0", Self.uuid.replacing("f", with: "g"), "0011223344556677-8899-aa-bb-cc",
        ] {
            #expect(SystemUUID(text) == nil, "\(text)")
        }
    }
}
