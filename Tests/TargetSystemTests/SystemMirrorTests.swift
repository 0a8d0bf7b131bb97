import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import TargetSystem

@Suite struct SystemMirrorTests {
    private static let mirror = SystemMirror(uuid: "75c1997a:44a5d9a1:3db0ebdf:b68b31a3", name: "any:root")
    private static let line =
        "ARRAY /dev/md/root metadata=1.0 UUID=75c1997a:44a5d9a1:3db0ebdf:b68b31a3 name=any:root\n"
    private static let comment = "# The mirror that this system lies on.\n"

    private func write(to scratch: Scratch) throws -> SeedReport {
        var editor = RootEditor(try RootDirectory(scratch.path))
        try MirrorSettings(Self.mirror).write(&editor)
        return editor.report
    }

    @Test(arguments: [
        ("etc/mdadm/mdadm.conf", "HOMEHOST <system>\nMAILADDR root\n\n", "HOMEHOST <system>\nMAILADDR root\n"),
        (
            "etc/mdadm/mdadm.conf", "ARRAY /dev/md/root UUID=0:0:0:0\nARRAY /dev/md/data UUID=1\n",
            "ARRAY /dev/md/data UUID=1\n"
        ),
        ("etc/mdadm.conf", "AUTO +all", "AUTO +all\n"),
    ])
    func theArrayIsNamedInTheImagesOwnConfiguration(file: String, before: String, kept: String) throws {
        let scratch = try Scratch()
        try scratch.write(before, to: file)
        for _ in 0..<2 {
            _ = try write(to: scratch)
            #expect(try Files.readText("\(scratch.path)/\(file)") == kept + Self.comment + Self.line)
        }
    }

    @Test func aMissingConfigurationIsMadeWhereTheDistributionHasIt() throws {
        let fedora = try Scratch()
        try fedora.write("", to: "etc/fstab")
        #expect(try write(to: fedora).written == ["/etc/mdadm.conf"])
        let debian = try Scratch()
        try debian.write("", to: "etc/mdadm/keep")
        #expect(try write(to: debian).written == ["/etc/mdadm/mdadm.conf"])
        #expect(try Files.readText("\(debian.path)/etc/mdadm/mdadm.conf") == Self.comment + Self.line)
    }

    @Test(arguments: [
        ("usr/lib/dracut/modules.d/90mdraid/module-setup.sh", "rd.md.uuid=75c1997a:44a5d9a1:3db0ebdf:b68b31a3"),
        ("usr/share/initramfs-tools/hooks/mdadm", ""),
    ])
    func onlyDracutMustBeToldByTheKernelsArguments(file: String, parameters: String) throws {
        let scratch = try Scratch()
        try scratch.write("", to: file)
        let root = try RootDirectory(scratch.path)
        #expect(MirrorSettings(Self.mirror).kernelParameters(of: root) == parameters)
    }
}
