import BootEntries
import Testing

@Suite struct `Hostile boot configurations` {
    static let endless = [
        "while true; do true; done\nmenuentry x { linux /k; }",
        "while true; do done\nmenuentry x { linux /k; }",
        "until false; do while true; do true; done; done",
        "function f { f; }\nf\nmenuentry x { linux /k; }",
        "function f { f; f; }\nf",
        "source /boot/grub/grub.cfg",
        "configfile /boot/grub/grub.cfg",
        "eval \"$a\"\nset a='eval \"$a\"'\neval \"$a\"",
        "set a=xxxxxxxxxxxxxxxx\nwhile true; do set a=$a$a; done",
        "submenu s { submenu s { submenu s { true; } } }",
        "for i in 1 2 3 4 5 6 7 8 9; do for j in 1 2 3 4 5 6 7 8 9; do source /boot/grub/grub.cfg; done; done",
    ]

    @Test(.timeLimit(.minutes(1)), arguments: endless)
    func `a configuration without an end is given up`(script: String) {
        #expect(throws: BootEntryError.self) { try defaultEntry(script) }
    }

    @Test func `deep nesting is given up, not followed`() {
        for (open, close) in [("if true; then ", "fi; "), ("submenu x { ", "} "), ("while true; do ", "done; ")] {
            let script = String(repeating: open, count: 20_000) + String(repeating: close, count: 20_000)
            #expect(throws: BootEntryError.self) { try defaultEntry(script) }
        }
        let parentheses = String(repeating: "( ", count: 10_000)
        #expect(throws: BootEntryError.self) { try defaultEntry("if [ \(parentheses) ]; then true; fi") }
    }

    /// Arbitrary bytes, whole fixtures with bytes exchanged, and fixtures cut short: an answer or an error, never a trap.
    @Test(.timeLimit(.minutes(2)), arguments: ["debian12.cfg", "ubuntu2204.cfg", "rhel9.cfg", "sles15.cfg"])
    func `damaged configurations never trap`(name: String) throws {
        let original = Array(try MemoryFileSystem.fixture(name).utf8)
        var generator = SplitMix(state: UInt64(original.count))
        var outcomes = (entries: 0, errors: 0)
        for round in 0..<150 {
            var bytes = original
            switch round % 3 {
            case 0:
                for _ in 0..<20 {
                    let place = Int.random(in: bytes.indices, using: &generator)
                    bytes[place] = "{}\"'$\\;\n #()[]=<>0".utf8.randomElement(using: &generator) ?? 0
                }
            case 1: bytes.removeLast(Int.random(in: bytes.indices, using: &generator))
            default: bytes = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            }
            let path = BootPath(device: nil, path: "/boot/grub/grub.cfg")
            var files = MemoryFileSystem([:])
            files.files = [path.path: bytes, "/boot/grub/grubenv": bytes, "/loader/entries/x.conf": bytes]
            files.files["/loader/entries/y.conf"] = Array("linux /k $tuned_params".utf8)
            do {
                _ = try GRUBConfiguration.defaultEntry(of: path, files: files)
                outcomes.entries += 1
            } catch {
                outcomes.errors += 1
            }
        }
        #expect(outcomes.entries > 0)
        #expect(outcomes.errors > 0)
    }
}

/// A reproducible source of random numbers.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
