import FuzzInput

@testable import BlockDevices

/// The first byte chooses: a superblock of one of the versions as any bytes, or the fields of one that is made here. A
/// superblock lies within its member, and what is made is read as what it was made of.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let choice = Int(input.byte() % 5)
    let size: UInt64 = input.integer()
    for version in MDSuperblock.Version.allCases {
        guard let offset = version.offset(memberBytes: size) else { continue }
        promise(offset <= size && size - offset >= MDSuperblock.bytes, "\(version) lies at \(offset) of \(size)")
    }
    guard MDSuperblock.Version.allCases.indices.contains(choice) else {
        make(&input, memberBytes: size)
        return 0
    }
    let version = MDSuperblock.Version.allCases[choice]
    let offset = version.offset(memberBytes: size) ?? 0
    let bytes = input.rest()
    let superblock = MDSuperblock(bytes, version: version, offset: offset)
    show(superblock?.array)
    if let length = MirroredDisk.arrayBytes(diskBytes: size, read: { _, _ in bytes }) {
        promise(length <= size, "a mirror of \(length) bytes on a disk of \(size)")
    }
    guard let member = MDMember(bytes, version: version, offset: offset) else { return 0 }
    promise(superblock != nil, "a member without a superblock")
    promise(member.arrayUUID.utf8.count == 35, "the array's name is \(member.arrayUUID)")
    show(member.module)
    show(member.levelName)
    return 0
}

private func make(_ input: inout FuzzInput, memberBytes: UInt64) {
    let version = MDSuperblock.Version.v1_0
    guard let offset = version.offset(memberBytes: memberBytes), let array = ArrayUUID(padded(input.next(16))),
        let device = ArrayUUID(padded(input.next(16)))
    else { return }
    let made = MirrorSuperblock(
        array: array, device: device, place: input.integer(), members: input.integer(), created: input.integer(),
        arraySectors: input.integer(), usableSectors: input.integer(), superblockSector: offset / 512)
    let bytes = made.encoded()
    promise(bytes.count == Int(MDSuperblock.bytes), "a superblock of \(bytes.count) bytes")
    let member = MDMember(bytes, version: version, offset: offset)
    promise(member?.arrayUUID == array.description, "the array is \(String(describing: member))")
    promise(
        member?.level == 1 && member?.memberCount == Int(made.members), "the array is \(String(describing: member))")
}

private func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: 16 - bytes.count)
}
