import DiskImages
import Testing

@Suite struct DiskImageFormatTests {
    private static func head(_ patches: [(Int, [UInt8])], length: Int = DiskImageFormat.headLength) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        for (offset, patch) in patches { bytes.replaceSubrange(offset..<offset + patch.count, with: patch) }
        return bytes
    }

    private static func text(_ offset: Int, _ text: String) -> (Int, [UInt8]) { (offset, Array(text.utf8)) }

    private static let bootSignature = (510, [UInt8](arrayLiteral: 0x55, 0xaa))
    private static let linuxEntry = (446, [UInt8](arrayLiteral: 0x80, 0, 2, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0))

    private static let known: [(DiskImageFormat, [(Int, [UInt8])])] = [
        (.rawDisk, [bootSignature, linuxEntry]),
        (.rawDisk, [bootSignature, linuxEntry, (0, [0xeb, 0x63, 0x90])]),
        (.rawDisk, [text(512, "EFI PART")]), (.rawDisk, [text(4096, "EFI PART")]),
        (.qcow2, [(0, [0x51, 0x46, 0x49, 0xfb])]), (.vmdk, [text(0, "KDMV")]),
        (.vmdk, [text(0, "# Disk DescriptorFile\nversion=1\n")]), (.vhd, [text(0, "conectix")]),
        (.vhdx, [text(0, "vhdxfile")]), (.vdi, [text(0, "<<< Oracle VM"), (64, [0x7f, 0x10, 0xda, 0xbe])]),
        (.iso9660, [text(0x8001, "CD001")]), (.iso9660, [text(0x8001, "CD001"), bootSignature, linuxEntry]),
        (.fileSystem(.ext4), [(0x438, [0x53, 0xef])]), (.fileSystem(.xfs), [text(0, "XFSB")]),
        (.fileSystem(.btrfs), [text(0x10040, "_BHRfS_M")]), (.fileSystem(.squashfs), [text(0, "hsqs")]),
        (.fileSystem(.vfat), [(0, [0xeb, 0x58, 0x90]), text(82, "FAT32   "), bootSignature]),
        (.fileSystem(.ntfs), [text(3, "NTFS    "), bootSignature]),
        (.luks, [(0, [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe])]), (.lvm, [text(512, "LABELONE")]),
        (.archive(.tar), [text(0, "disk.raw"), text(257, "ustar")]), (.archive(.zip), [text(0, "PK\u{3}\u{4}")]),
        (.archive(.cpio), [text(0, "070701")]), (.compressed(.bzip2), [text(0, "BZh9")]),
        (.compressed(.lz4), [(0, [0x04, 0x22, 0x4d, 0x18])]), (.compressed(.gzip), [(0, [0x1f, 0x8b, 0x08])]),
        (.compressed(.xz), [(0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])]),
        (.compressed(.zstd), [(0, [0x28, 0xb5, 0x2f, 0xfd])]), (.archive(.lzip), [text(0, "LZIP")]),
        (.archive(.sevenZip), [(0, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])]),
        (.unknown, []), (.unknown, [bootSignature]),
        (.unknown, [bootSignature, linuxEntry, (462, [0x41])]),
    ]

    @Test(arguments: known) func magicBytesTellTheFormat(format: DiskImageFormat, patches: [(Int, [UInt8])]) {
        #expect(DiskImageFormat(head: Self.head(patches)) == format)
    }

    @Test func aWebPageIsText() {
        let page = "<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>\n"
        #expect(DiskImageFormat(head: Array(page.utf8)) == .text)
    }

    @Test(arguments: [0, 1, 5, 440, 511, 512, 1000]) func shortHeadsAreNoTrap(length: Int) {
        for byte: UInt8 in [0, 0x55, 0xff] {
            _ = DiskImageFormat(head: [UInt8](repeating: byte, count: length))
        }
        #expect(DiskImageFormat(head: Self.head([], length: length)) == .unknown)
    }

    @Test(arguments: DiskImageFormat.allCases) func onlyRawDisksAreAccepted(format: DiskImageFormat) {
        if format == .rawDisk {
            #expect(throws: Never.self) { try format.requireRawDisk() }
        } else {
            #expect(throws: DiskImageRefusal(format: format)) { try format.requireRawDisk() }
            #expect(!DiskImageRefusal(format: format).advice.isEmpty)
        }
    }

    @Test func aRefusalNamesTheConversion() {
        let refusal = DiskImageRefusal(format: .qcow2)
        #expect(refusal.description == "the image is in QEMU's qcow2 format, not a raw image of a whole disk")
        #expect(refusal.advice.contains("qemu-img convert -f qcow2 -O raw"))
    }
}
