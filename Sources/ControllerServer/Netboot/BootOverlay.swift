import CPIOArchive
import Diagnostics

/// The second initrd of one boot: `/deploy` with the machine's vars and NoCloud files.
enum BootOverlay {
    /// The archive, readable in the ramdisk for root only, padded to 4 bytes so that another may follow.
    static func archive(
        machine: StoredMachine, base: String, token: Secret<String>
    ) throws(CPIOError) -> [UInt8] {
        var tree = CPIOTree()
        try tree.add(CPIOEntry(path: "deploy", content: .directory, permissions: 0o700))
        try tree.add(CPIOEntry(path: "deploy/nocloud", content: .directory, permissions: 0o700))
        let vars = VarsDocument(machine: machine, base: base, token: token).text
        try tree.add(CPIOEntry(path: "deploy/vars", content: .file(Array(vars.utf8)), permissions: 0o600))
        for (name, text) in machine.definition.nocloud {
            try tree.add(
                CPIOEntry(path: "deploy/nocloud/\(name)", content: .file(Array(text.utf8)), permissions: 0o600))
        }
        return try tree.archive()
    }
}
