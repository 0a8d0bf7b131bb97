/// One statement of a GRUB script.
indirect enum GRUBStatement: Sendable {
    /// A command and its arguments.
    case command([GRUBWord])
    /// `if … then … elif … then … else … fi`.
    case conditional([Branch], otherwise: [GRUBStatement])
    /// `while … do … done`; with `until` the condition is inverted.
    case whileLoop(condition: [GRUBStatement], body: [GRUBStatement], until: Bool)
    /// `for NAME in WORDS; do … done`.
    case forLoop(name: String, words: [GRUBWord], body: [GRUBStatement])
    /// `function NAME { … }`.
    case function(name: String, body: [GRUBStatement])
    /// `menuentry … { … }`, or `submenu`.
    case menu(words: [GRUBWord], body: [GRUBStatement], isSubmenu: Bool)

    struct Branch: Sendable {
        let condition: [GRUBStatement]
        let body: [GRUBStatement]
    }
}

/// A place where a script does not follow GRUB's grammar.
struct GRUBSyntaxError: Error {
    /// From 1.
    let line: Int
    /// What is wrong there.
    let reason: String
}
