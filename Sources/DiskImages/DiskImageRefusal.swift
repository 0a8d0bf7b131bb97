import Diagnostics

/// An image that cannot be written to a disk as it is.
public struct DiskImageRefusal: ExplainedError, Equatable {
    /// What the image is.
    public let format: DiskImageFormat
    /// What it should be.
    public let wanted: ImageContent

    /// A refusal of an image in this format.
    public init(format: DiskImageFormat, wanted: ImageContent = .wholeDisk) {
        self.format = format
        self.wanted = wanted
    }

    /// One sentence without a final full stop.
    public var description: String {
        switch wanted {
        case .wholeDisk: "the image is \(what), not a raw image of a whole disk"
        case .fileSystem: "the image is \(what), not a bare ext4, xfs or btrfs file system"
        }
    }

    /// The command that makes a raw image of it, or what to look at.
    public var advice: String {
        switch (format, wanted) {
        case (.rawDisk, .fileSystem): "leave out IMAGE_MODE=partition: an image with a partition table is a whole disk"
        case (.fileSystem(let type), .wholeDisk) where type.canHoldRoot:
            "set IMAGE_MODE=partition, for which partitions are made around it, or " + Self.partitioning
        case (.unknown, .fileSystem), (.fileSystem, .fileSystem), (.luks, .fileSystem), (.lvm, .fileSystem):
            "check that it is an ext4, xfs or btrfs file system: file -s IMAGE"
        default: conversion
        }
    }

    private var conversion: String {
        switch format {
        case .qcow2: Self.conversion(from: "qcow2")
        case .vmdk: Self.conversion(from: "vmdk")
        case .vhd: Self.conversion(from: "vpc")
        case .vhdx: Self.conversion(from: "vhdx")
        case .vdi: Self.conversion(from: "vdi")
        case .iso9660: "install from it into a virtual machine and publish that machine's disk as a raw image"
        case .fileSystem, .luks, .lvm: Self.partitioning
        case .archive(.tar): "take the disk image out of it: tar -xf IMAGE, then publish the file inside"
        case .archive(.zip): "take the disk image out of it: unzip -p IMAGE | zstd -T0 -o disk.raw.zst"
        case .archive(.sevenZip): "take the disk image out of it: 7z x -so IMAGE | zstd -T0 -o disk.raw.zst"
        case .archive(.cpio): "publish the disk image itself"
        case .archive(.lzip): "recompress it: lzip -dc IMAGE | zstd -T0 -o disk.raw.zst"
        case .compressed(let type):
            "compress it once: decompress the image, then \(type.rawValue) -dc IMAGE | zstd -T0 -o disk.raw.zst"
        case .text: "look at what the server sends: curl -L URL | head"
        case .unknown, .rawDisk: "check that it is the image of a disk with an MBR or a GPT: sgdisk -p IMAGE"
        }
    }

    private var what: String {
        switch format {
        case .rawDisk: "a whole disk with a partition table"
        case .qcow2: "in QEMU's qcow2 format"
        case .vmdk: "in VMware's VMDK format"
        case .vhd: "in the VHD format"
        case .vhdx: "in the VHDX format"
        case .vdi: "in VirtualBox's VDI format"
        case .iso9660: "a CD or DVD image (ISO 9660)"
        case .fileSystem(let type): "a bare \(type.rawValue) file system"
        case .luks: "a bare LUKS container"
        case .lvm: "a bare LVM physical volume"
        case .archive(let type): "a \(type.rawValue) file"
        case .compressed(let type): "compressed twice (\(type.rawValue) is inside)"
        case .text: "text such as a web page"
        case .unknown: "without an MBR or GPT signature"
        }
    }

    private static let partitioning =
        "put it into a partition of a disk image: truncate -s SIZE disk.raw && sgdisk -n 1:1MiB:0 disk.raw && "
        + "dd if=IMAGE of=disk.raw bs=1M seek=1 conv=notrunc"

    private static func conversion(from format: String) -> String {
        "convert it: qemu-img convert -f \(format) -O raw IMAGE disk.raw && zstd -T0 disk.raw"
    }
}

extension DiskImageFormat {
    /// - Throws: `DiskImageRefusal` unless an image of this format can be written to a disk as it is.
    public func requireRawDisk() throws(DiskImageRefusal) {
        guard self == .rawDisk else { throw DiskImageRefusal(format: self) }
    }

    /// The file system that the image is, when an installed system's root can be on it.
    ///
    /// - Throws: `DiskImageRefusal`.
    public func requireFileSystem() throws(DiskImageRefusal) -> FileSystem {
        guard case .fileSystem(let type) = self, type.canHoldRoot else {
            throw DiskImageRefusal(format: self, wanted: .fileSystem)
        }
        return type
    }
}
