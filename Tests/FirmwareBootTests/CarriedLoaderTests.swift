import FirmwareBoot
import Testing

@Suite struct CarriedLoaderTests {
    /// A search in a system that holds these files.
    private func search(_ files: [String]) -> CarriedLoaderSearch {
        CarriedLoaderSearch(
            architecture: .x8664,
            names: { directory in
                let below = files.filter { $0.hasPrefix(directory + "/") }
                return Set(
                    below.compactMap { $0.dropFirst(directory.count + 1).split(separator: "/").first.map(String.init) }
                ).sorted()
            }, isFile: files.contains)
    }

    private static let shim = "/usr/lib/shim/shimx64.efi.signed"
    private static let manager = "/usr/lib/shim/mmx64.efi.signed"
    private static let signed = "/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"
    private static let plain = "/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi"
    private static let systemdBoot = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi"

    @Test(arguments: [
        (
            [shim, manager, signed, plain, systemdBoot], BootLoader.Kind.shim,
            ["/EFI/debian/grubx64.efi", "/EFI/debian/mmx64.efi", "/EFI/debian/shimx64.efi"]
        ),
        ([shim, signed], .shim, ["/EFI/debian/grubx64.efi", "/EFI/debian/shimx64.efi"]),
        // Shim trusts no other GRUB, and a GRUB needs no shim.
        ([shim, plain], .grub, ["/EFI/debian/grubx64.efi"]), ([signed], .grub, ["/EFI/debian/grubx64.efi"]),
        ([plain, systemdBoot], .grub, ["/EFI/debian/grubx64.efi"]),
        ([systemdBoot], .systemdBoot, ["/EFI/systemd/systemd-bootx64.efi"]),
        ([systemdBoot + ".signed"], .systemdBoot, ["/EFI/systemd/systemd-bootx64.efi"]),
    ])
    func packagesTellTheLoader(files: [String], kind: BootLoader.Kind, destinations: [String]) throws {
        let loader = try #require(search(files).find(vendor: "debian", kin: []))
        #expect(loader.kind == kind)
        #expect(loader.copies.map(\.destination) == destinations)
        #expect(loader.copies.allSatisfy { files.contains($0.source) })
        #expect(loader.configurations == (kind == .systemdBoot ? [] : ["/EFI/debian/grub.cfg"]))
    }

    @Test func aDerivativesGRUBMayLookWhereItsOriginDoes() throws {
        let loader = try #require(search([Self.plain]).find(vendor: "tiny", kin: ["ubuntu", "debian"]))
        #expect(loader.copies.map(\.destination) == ["/EFI/tiny/grubx64.efi"])
        #expect(
            loader.configurations == ["/EFI/tiny/grub.cfg", "/EFI/ubuntu/grub.cfg", "/EFI/debian/grub.cfg"])
    }

    @Test func whatIsPreparedForThePartitionGoesThereAsAWhole() throws {
        let prepared = ["/BOOT/BOOTX64.EFI", "/fedora/grubx64.efi", "/fedora/shimx64.efi", "/fedora/fonts/a.pf2"]
        let files = prepared.map { "/boot/efi/EFI" + $0 } + [Self.plain]
        let loader = try #require(search(files).find(vendor: "fedora", kin: []))
        #expect(loader.kind == .shim)
        #expect(Set(loader.copies.map(\.destination)) == Set(prepared.map { "/EFI" + $0 }))
        #expect(loader.copies.last?.destination == "/EFI/fedora/shimx64.efi")
        #expect(loader.configurations == ["/EFI/fedora/grub.cfg"])
    }

    @Test(arguments: ["../../x", "a/b", "", ".", "äh", "x y", String(repeating: "x", count: 33)])
    func aNameThatIsNoNameIsNotUsed(vendor: String) throws {
        let loader = try #require(search([Self.plain]).find(vendor: vendor, kin: [vendor]))
        #expect(loader.copies.map(\.destination) == ["/EFI/linux/grubx64.efi"])
        #expect(loader.configurations == ["/EFI/linux/grub.cfg"])
    }

    @Test func aSystemWithoutAnyCarriesNone() {
        #expect(search([]).find(vendor: "debian", kin: []) == nil)
        #expect(search([Self.shim, "/boot/efi/README"]).find(vendor: "debian", kin: []) == nil)
    }

    @Test func theFirstConfigurationLeadsToTheMenu() {
        #expect(
            CarriedLoader.configuration(rootUUID: "8f9c-1", menu: "/@/boot/grub2")
                == "search.fs_uuid 8f9c-1 root\nset prefix=($root)'/@/boot/grub2'\nconfigfile $prefix/grub.cfg\n")
    }
}
