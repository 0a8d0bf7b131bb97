import Testing

@testable import KernelModules

@Suite struct AliasPatternTests {
    @Test(arguments: [
        ("pci:v00001AF4d00001000sv*sd*bc*sc*i*", "pci:v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00", true),
        ("pci:v00001AF4d00001000sv*sd*bc*sc*i*", "pci:v00001AF4d00001001sv00001AF4sd00000001bc02sc00i00", false),
        ("virtio:d00000001v*", "virtio:d00000001v00001AF4", true),
        ("acpi*:PNP0C0C:*", "acpi:PNP0C0C:", true),
        ("acpi*:PNP0C0C:*", "acpi:PNP0C0E:", false),
        ("usb:v*p*d*dc*dsc*dp*ic08isc06ip50in*", "usb:v46F4p0001d0000dc00dsc00dp00ic08isc06ip50in00", true),
        ("input:b*v*p*e*-e*1,*k*r*a*m*l*s*f*w*", "input:b0019v0000p0001e0000-e0,1,kramlsfw", true),
        ("cpu:type:x86,ven0000fam*mod*:feature:*0099*", "cpu:type:x86,ven0000fam0006mod:feature:,0099,009A,", true),
        ("usb:v0B05p17[789]*", "usb:v0B05p178A", true),
        ("usb:v0B05p17[789]*", "usb:v0B05p176A", false),
        ("x[0-9a-f]y", "xcy", true), ("x[0-9a-f]y", "xgy", false),
        ("x[!0-9]y", "xay", true), ("x[!0-9]y", "x5y", false), ("x[]]y", "x]y", true),
        ("x?z", "xyz", true), ("x?z", "xz", false), ("[", "[", true), ("[a", "a", false),
        ("fs-ext4", "fs_ext4", true), ("a*b*c", "aXbXbXc", true), ("a*b*c", "aXbXbX", false),
        ("*", "", true), ("", "", true), ("", "x", false), ("**x", "abx", true),
    ])
    func `a pattern matches as fnmatch does`(pattern: String, subject: String, matches: Bool) {
        #expect(AliasPattern(pattern).matches(subject) == matches)
    }

    @Test func `many stars against a long name end soon`() {
        let pattern = AliasPattern(String(repeating: "*a", count: 60) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 400)))
    }
}
