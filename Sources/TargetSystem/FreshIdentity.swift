/// Takes from an image what must be of one machine only, so that it is made anew when the system starts: machine-id(5)
/// and systemd's "Safely Building Images".
struct FreshIdentity {
    private static let machineID = "/etc/machine-id"
    /// What systemd fills an empty `/etc/machine-id` with when it is there.
    private static let busMachineID = "/var/lib/dbus/machine-id"
    /// Entropy that is credited to the kernel: the same on every machine, it is worse than none.
    private static let randomSeeds = [
        "/var/lib/systemd/random-seed", "/var/lib/urandom/random-seed", "/efi/loader/random-seed",
        "/boot/loader/random-seed", "/boot/efi/loader/random-seed",
    ]
    private static let sshDirectory = "/etc/ssh"

    /// Empties the machine id and removes seeds of randomness.
    ///
    /// An empty file, not `uninitialized`: with the latter systemd takes the boot for the first of all, asks questions on
    /// the console and applies its presets over what the image enabled. An image that has the word, or no file, means
    /// just that and is left alone.
    static func reset(_ editor: inout RootEditor) throws(TargetSystemError) {
        try editor.editText(machineID) { text in
            text.split(whereSeparator: \.isWhitespace).first == "uninitialized" ? text : ""
        }
        if editor.root.status(busMachineID, followsLink: false)?.isRegular == true {
            try editor.remove(busMachineID, because: "it is of the machine that the image was made on")
        }
        for seed in randomSeeds {
            try editor.remove(seed, because: "every machine of this image would start from it")
        }
    }

    /// The SSH host keys in the image.
    static func hostKeys(of root: RootDirectory) -> [String] {
        ((try? root.list(sshDirectory)) ?? []).filter { $0.hasPrefix("ssh_host_") && $0.hasSuffix("_key") }
            .map { "\(sshDirectory)/\($0)" }
    }

    /// Says what becomes of SSH host keys that the image carries: cloud-init makes new ones for a new instance unless it
    /// is told not to; nobody else does.
    static func judgeHostKeys(
        _ keys: [String], cloudInit: CloudInitInspection?, _ editor: inout RootEditor
    ) {
        guard !keys.isEmpty else { return }
        let names = keys.joined(separator: ", ")
        if let cloudInit, cloudInit.runs, !cloudInit.keepsHostKeys {
            editor.report.notes.append("the image carries SSH host keys (\(names)), which cloud-init replaces")
        } else {
            editor.report.warnings.append(
                "the image carries SSH host keys (\(names)) that nothing replaces: every machine made from it can pass for "
                    + "this one")
        }
    }
}
