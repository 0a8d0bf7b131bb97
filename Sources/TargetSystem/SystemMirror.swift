import LinuxSystem

/// The md array that an installed system lies on, for that system to find it by.
public struct SystemMirror: Equatable, Sendable {
    /// Its UUID as mdadm(8) prints it.
    public let uuid: String
    /// Its name, of no host in particular.
    public let name: String

    /// A mirror by its names.
    public init(uuid: String, name: String) {
        self.uuid = uuid
        self.name = name
    }
}

extension MountedRoot {
    private static let programs = ["/usr/sbin/mdadm", "/sbin/mdadm", "/usr/bin/mdadm"]

    /// Whether the installed system will run its root from a mirror. One that knows nothing of md would mount the partition
    /// of one disk by itself, and the other disk would silently fall behind.
    ///
    /// - Throws: `noMirrorSupport`, with what the installed system lacks; `mirrorUncertain` where that was not found out.
    public func checkRunsFromMirror() throws(TargetSystemError) {
        guard Self.programs.contains(where: { directory.status($0) != nil }) else {
            throw .noMirrorSupport(missing: "it has no mdadm")
        }
        let kernel: InstalledKernel
        do {
            kernel = try installedKernel()
        } catch {
            throw .mirrorUncertain(reasons: ["\(error)"])
        }
        guard !kernel.initrds.isEmpty else {
            throw .noMirrorSupport(missing: "\"\(kernel.title)\" boots without an initial RAM disk that assembles it")
        }
        var doubts: [String] = []
        for initrd in kernel.initrds {
            do {
                switch try InitrdSearch.find("mdadm", in: initrd) {
                case .found: return
                case .absent: continue
                case .unknown(let reason): doubts.append("\(initrd.name): \(reason)")
                }
            } catch {
                doubts.append("\(initrd.name): \(error)")
            }
        }
        guard doubts.isEmpty else { throw .mirrorUncertain(reasons: doubts) }
        throw .noMirrorSupport(missing: "the initial RAM disk of \"\(kernel.title)\" has no mdadm")
    }

    /// What the kernel of the installed system must be told to find its mirror; empty for no mirror, and where it finds it
    /// by itself.
    public func kernelParameters(for mirror: SystemMirror?) -> String {
        mirror.map { MirrorSettings($0).kernelParameters(of: directory) } ?? ""
    }
}

/// Naming a mirror to the system that lies on it.
struct MirrorSettings {
    private static let debianFolder = "/etc/mdadm"
    private static let comment = "# The mirror that this system lies on."
    private static let dracut = ["/usr/lib/dracut", "/usr/bin/dracut"]

    private let mirror: SystemMirror

    init(_ mirror: SystemMirror) {
        self.mirror = mirror
    }

    /// dracut(7) assembles no array that its command line does not name.
    func kernelParameters(of root: RootDirectory) -> String {
        Self.dracut.contains { root.status($0) != nil } ? "rd.md.uuid=\(mirror.uuid)" : ""
    }

    /// mdadm.conf(5): read by the monitor, and by every initial RAM disk that is made later.
    func write(_ editor: inout RootEditor) throws(TargetSystemError) {
        let device = "/dev/md/" + (mirror.name.split(separator: ":").last ?? "root")
        let lines = [
            Self.comment, "ARRAY \(device) metadata=1.0 UUID=\(mirror.uuid) name=\(mirror.name)",
        ]
        let folder = editor.root.status(Self.debianFolder)?.isDirectory == true ? Self.debianFolder : "/etc"
        let file = folder + "/mdadm.conf"
        let change = { (text: String) -> String in
            var kept = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).filter {
                $0 != Self.comment && !$0.hasPrefix("ARRAY \(device) ")
            }
            while kept.last?.isEmpty == true { kept.removeLast() }
            return (kept + lines).joined(separator: "\n") + "\n"
        }
        if try !editor.editText(file, change) { try editor.write(change(""), to: file) }
    }
}
