import FirmwareBoot
import Testing

@Suite struct BootLoaderSearchTests {
    /// A search in a partition that holds these files.
    private func search(_ files: [String]) -> BootLoaderSearch {
        BootLoaderSearch(architecture: .x8664) { directory in
            let below = files.filter { $0.hasPrefix(directory + "/") }
            return Set(
                below.compactMap { $0.dropFirst(directory.count + 1).split(separator: "/").first.map(String.init) }
            )
            .sorted()
        }
    }

    private static let debian = ["/EFI/debian/grubx64.efi", "/EFI/debian/shimx64.efi", "/EFI/debian/mmx64.efi"]
    private static let fallback = "/EFI/BOOT/BOOTX64.EFI"

    @Test(arguments: [
        (debian + [fallback], "/EFI/debian/shimx64.efi", BootLoader.Kind.shim),
        (["/EFI/debian/grubx64.efi", fallback], "/EFI/debian/grubx64.efi", .grub),
        // Shim alone, and a directory of something else.
        (["/EFI/debian/shimx64.efi", "/EFI/Dell/tool.efi", fallback], fallback, .fallback),
        // Any case; the path is as it is written on the disk.
        (["/efi/Debian/GRUBX64.EFI"], "/efi/Debian/GRUBX64.EFI", .grub),
        // Several vendors: the one that is meant, else none of them.
        (debian + ["/EFI/fedora/shimx64.efi", "/EFI/fedora/grubx64.efi"], "/EFI/debian/shimx64.efi", .shim),
        (["/EFI/arch/grubx64.efi", "/EFI/fedora/grubx64.efi", fallback], fallback, .fallback),
        (
            ["/EFI/systemd/systemd-bootx64.efi", "/EFI/Linux/a.efi", fallback], "/EFI/systemd/systemd-bootx64.efi",
            .systemdBoot
        ),
        (
            ["/EFI/Linux/a-6.9.efi", "/EFI/Linux/a-6.10.efi", "/EFI/Linux/readme", fallback], "/EFI/Linux/a-6.10.efi",
            .unifiedKernel
        ),
        ([fallback], fallback, .fallback),
    ])
    func findsTheLoaderThatTheVendorMeant(files: [String], path: String, kind: BootLoader.Kind) throws {
        let loader = try #require(search(files).find(vendor: "debian"))
        #expect(loader.file == path && loader.kind == kind)
        #expect(loader.firmwarePath == path.replacing("/", with: "\\"))
    }

    @Test(
        arguments: [
            [], ["/readme"], ["/EFI/BOOT/BOOTAA64.EFI"], ["/EFI/arch/grubx64.efi", "/EFI/fedora/grubx64.efi"],
            ["/EFI/debian/grubaa64.efi"],
        ] as [[String]])
    func findsNothingWhereNothingCanBeStarted(files: [String]) {
        #expect(search(files).find(vendor: "debian") == nil)
    }

    @Test func armHasNamesOfItsOwn() throws {
        let search = BootLoaderSearch(architecture: .arm64) {
            ["": ["EFI"], "/EFI": ["BOOT"], "/EFI/BOOT": ["bootaa64.efi"]][$0] ?? []
        }
        #expect(try #require(search.find(vendor: "x")).file == "/EFI/BOOT/bootaa64.efi")
    }

    @Test func theFallbackPathGetsTheLoaderAfterAllThatItNeeds() throws {
        let search = search(Self.debian)
        let copies = search.fallbackCopies(of: try #require(search.find(vendor: "debian")))
        #expect(
            copies.map(\.destination) == ["/EFI/BOOT/grubx64.efi", "/EFI/BOOT/mmx64.efi", "/EFI/BOOT/BOOTX64.EFI"])
        #expect(copies.last?.source == "/EFI/debian/shimx64.efi")
    }

    @Test func aFallbackPathThatIsTakenIsLeftAlone() throws {
        let search = search(Self.debian + ["/EFI/Boot/bootx64.efi"])
        #expect(search.fallbackCopies(of: try #require(search.find(vendor: "debian"))).isEmpty)
    }
}
