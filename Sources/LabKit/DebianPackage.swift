import Foundation

/// A program of Debian's that the lab takes into a guest without installing it on the host.
public enum DebianPackage {
    /// The package's files, unpacked below `out/cache/lab`; downloaded with apt-get(8) the first time.
    ///
    /// - Returns: the directory that stands for the package's root.
    public static func unpacked(_ name: String) async throws -> String {
        let directory = "\(Artefact.outputDirectory)/cache/lab/\(name)"
        let root = directory + "/root"
        guard !FileManager.default.fileExists(atPath: root) else { return root }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        // Renamed at the end, so that what an interrupted run left is not taken for the package.
        let script = """
            cd "$1" && rm -rf partial *.deb && apt-get download -q "$2" && dpkg-deb -x "$2"_*.deb partial && mv partial root
            """
        try await HostTool.run(["sh", "-c", script, "sh", directory, name], within: .seconds(180))
        return root
    }
}
