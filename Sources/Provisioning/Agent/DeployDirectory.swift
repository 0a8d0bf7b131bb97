import LinuxSystem

/// `/deploy` of the ramdisk: the vars and what lies beside them, from whichever source they came.
enum DeployDirectory {
    static let path = "/deploy"
    /// The seed of a build service that knows only cloud-init's own place; an alias of `/deploy/nocloud`.
    static let cloudInitAlias = "/var/lib/cloud/seed/nocloud"

    /// The PEM file of further certificate authorities, where there is one.
    static var extraAuthorities: String? {
        let file = path + "/ca.pem"
        return Files.exists(file) ? file : nil
    }

    /// The credentials for registries, in the form of docker's `config.json`, where there are any.
    static var registryCredentials: String? {
        let file = path + "/registry-auth.json"
        return Files.exists(file) ? file : nil
    }

    /// A file of the NoCloud seed, whole; `nil` when there is none.
    static func seedFile(_ name: String) -> [UInt8]? {
        for directory in [path + "/nocloud", cloudInitAlias] {
            if let bytes = try? Files.read("\(directory)/\(name)") { return bytes }
        }
        return nil
    }

    /// The trees to copy into the target root, whether they are there or not.
    static let fileTrees = [path + "/files", path + "/file-system"]

    /// Makes it unreadable for anyone but root, whatever the archive that it came in said.
    static func restrict() {
        let directories = [path, path + "/nocloud"]
        for directory in directories where Files.exists(directory) {
            _ = try? Files.setMode(directory, 0o700)
        }
        for file in [path + "/vars"]
            + directories.flatMap({ parent in
                ((try? Files.list(parent)) ?? []).map { "\(parent)/\($0)" }
            }) where Files.isRegular(file)
        {
            _ = try? Files.setMode(file, 0o600)
        }
    }
}
