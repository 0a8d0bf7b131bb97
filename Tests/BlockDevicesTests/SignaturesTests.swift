import BlockDevices
import LinuxSystem
import Testing

@Suite struct SignaturesTests {
    @Test func findsLabelAndType() throws {
        let file = try TemporaryFile(bytes: 1 << 20)
        try file.descriptor.write(isoVolume(label: "MARTLET"), at: 0)
        #expect(try Signatures.all(on: file.path).contains(Signature(type: "iso9660", label: "MARTLET")))
        #expect(try Signatures.fileSystem(on: file.path)?.type == "iso9660")
    }

    @Test func anEmptyDeviceHasNoSignature() throws {
        let file = try TemporaryFile(bytes: 1 << 20)
        #expect(try Signatures.all(on: file.path) == [])
        #expect(try Signatures.fileSystem(on: file.path) == nil)
    }

    @Test func aDeviceThatIsNotThereIsAnErrorThatNamesIt() {
        let error = #expect(throws: SignatureError.self) { try Signatures.all(on: "/tmp/no-such-device") }
        #expect(error?.description == "open /tmp/no-such-device: No such file or directory")
    }

    @Test func wipesEverySignatureAndNothingElse() throws {
        let file = try TemporaryFile(bytes: 1 << 20)
        try file.descriptor.write(isoVolume(label: "OLD"), at: 0)
        try file.descriptor.write(swapHeader(), at: 0)
        try file.descriptor.fill(from: 512 << 10, count: 4096)
        let wiped = try Signatures.wipe(file.descriptor).map(\.type)
        #expect(Set(wiped) == ["iso9660", "swap"])
        #expect(try Signatures.all(on: file.path) == [])
        #expect(try file.descriptor.readBytes(count: 4096, at: 512 << 10).isAll(0xa5))
    }
}
