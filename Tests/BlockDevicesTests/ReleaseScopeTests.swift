import Testing

@testable import BlockDevices

@Suite struct ReleaseScopeTests {
    private func disk(_ name: String, _ change: (inout Disk) -> Void = { _ in }) -> Disk {
        var disk = Disk(name: name, sizeBytes: 1_000_000_000)
        disk.transport = .sata
        change(&disk)
        return disk
    }

    private static let array = Holder(name: "md1", kind: .md(level: "raid1", container: nil))

    private func others(
        _ scope: ReleaseScope, _ disks: [Disk]
    ) throws -> (disks: [String], left: [String]) {
        let found = try scope.others(than: ["sda"], among: disks, DiskPaths(disks))
        return (found.disks.map(\.name), found.left)
    }

    @Test(arguments: [
        (ReleaseScope(), false), (ReleaseScope(arrays: .none, signatures: .none), false),
        (ReleaseScope(arrays: .all), true), (ReleaseScope(signatures: .all), true),
        (ReleaseScope(arrays: .all, signatures: .none), true),
    ])
    func otherDisksAreInScopeOnlyWhenAsked(scope: ReleaseScope, isInScope: Bool) throws {
        #expect(try others(scope, [disk("sda"), disk("sdb")]).disks == (isInScope ? ["sdb"] : []))
    }

    @Test func whatIsNotLocalAndFixedIsLeftAndSaid() throws {
        let disks = [
            disk("sda"), disk("sdb") { $0.isRemovable = true }, disk("sdc") { $0.transport = .usb },
            disk("sdd") { $0.transport = .iscsi }, disk("sde") { $0.isReadOnly = true }, disk("sdf"),
            disk("sr0") { $0.kind = .optical }, disk("sdg") { $0.sizeBytes = 0 }, disk("sdh"),
        ]
        let found = try others(ReleaseScope(arrays: .all, signatures: .all, bootMedia: ["sdf"]), disks)
        #expect(found.disks == ["sdh"])
        #expect(
            found.left == [
                "sdb: removable", "sdc: on USB", "sdd: remote (iscsi)", "sde: read-only",
                "sdf: the medium this machine started from",
            ])
    }

    @Test func anotherTargetHasAReleaseOfItsOwn() throws {
        let scope = ReleaseScope(arrays: .all, signatures: .all, otherTargets: ["sdb"])
        let found = try others(scope, [disk("sda"), disk("sdb"), disk("sdc")])
        #expect(found.disks == ["sdc"] && found.left == [])
    }

    @Test func allPathsToADiskAreOneAndWhatExemptsOneExemptsAll() throws {
        func path(_ name: String, _ change: (inout Disk) -> Void = { _ in }) -> Disk {
            disk(name) {
                $0.worldwideNames = ["naa.600508b1001c0001"]
                change(&$0)
            }
        }
        let scope = ReleaseScope(signatures: .all)
        #expect(try others(scope, [disk("sda"), path("sdb"), path("sdc")]).disks == ["sdb"])
        let remote = try others(scope, [disk("sda"), path("sdb"), path("sdc") { $0.transport = .fibreChannel }])
        #expect(remote.disks == [] && remote.left == ["sdb: remote (fc)"])
    }

    @Test func aDiskInUseStopsTheReleaseBeforeAnythingIsTouched() {
        let mounted = disk("sdb") { $0.uses = [DiskUse(device: "sdb1", kind: .mount(at: "/srv"))] }
        let held = disk("sdb") { $0.holders = [Self.array] }
        let cached = disk("sdb") { $0.holders = [Holder(name: "bcache0", kind: .other)] }
        for (scope, other, reason) in [
            (ReleaseScope(arrays: .all), mounted, "sdb1 is mounted at /srv"),
            (ReleaseScope(signatures: .all), held, "md1 (raid1) holds it, which only RAID_CLEANUP=all stops"),
            (ReleaseScope(arrays: .all), cached, "bcache0 on it is neither md nor device-mapper"),
        ] {
            #expect(throws: DiskReleaseError(disk: "/dev/sdb", reasons: [reason])) {
                try others(scope, [disk("sda"), other])
            }
        }
        #expect(throws: Never.self) { try others(ReleaseScope(arrays: .all), [disk("sda"), held]) }
    }

    @Test func aPlanCoversWhatStandsOnAnotherPath() throws {
        let held = disk("sdb") { $0.holders = [Self.array] }
        #expect(try ReleasePlan(for: disk("sda"), otherPaths: [held]).holders == [Self.array])
        let mounted = disk("sdb") { $0.uses = [DiskUse(device: "sdb1", kind: .swap)] }
        #expect(throws: DiskReleaseError.self) { try ReleasePlan(for: disk("sda"), otherPaths: [mounted]) }
    }
}
