/// One line of a GRUB menu.
struct GRUBMenuItem: Sendable {
    enum Content: Sendable {
        /// `menuentry`: its statements and the words after its title, which they see as `$1` and on.
        case entry([GRUBStatement], parameters: [String])
        /// `submenu`: the statements that make the next menu.
        case submenu([GRUBStatement], parameters: [String])
        /// An entry that `blscfg` read from `loader/entries`, with the directory it lies in.
        case loaderEntry(LoaderEntry, device: BootDevice?)
    }

    let title: String
    let identifier: String
    let content: Content

    /// Whether a component of `default` names this item. In it `>>` stands for one `>`.
    func isNamed(_ component: String) -> Bool {
        component == title || (!identifier.isEmpty && component == identifier)
    }
}

/// The value of GRUB's `default` variable: a way through nested menus, such as `1>2` or `gnulinux-advanced-x>gnulinux-y`.
struct GRUBMenuPath {
    /// One component for each menu; `>>` is an escaped `>`.
    let components: [String]

    init(_ text: String) {
        var components: [String] = []
        var component = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            if character != ">" {
                component.append(character)
            } else if rest.first == ">" {
                rest.removeFirst()
                component.append(">")
            } else {
                components.append(component)
                component = ""
            }
        }
        self.components = components + [component]
    }

    /// The item that a component chooses. As in GRUB a number counts from 0, anything else is a title or an identifier,
    /// and what fits nothing is the first item.
    static func choose(_ component: String, from items: [GRUBMenuItem]) -> (item: GRUBMenuItem?, isFound: Bool) {
        if let named = items.first(where: { $0.isNamed(component) }) { return (named, true) }
        let number = component.drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber }
        let rest = component.drop { $0 == " " }.dropFirst(number.count)
        if rest.isEmpty || rest.first == " ", let index = Int(number), index < items.count {
            return (items[index], true)
        }
        return (items.first, component.isEmpty)
    }
}
