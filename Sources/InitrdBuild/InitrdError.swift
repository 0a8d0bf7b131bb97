import CPIOArchive
import Diagnostics
import LinuxSystem

/// An initramfs that could not be built.
public enum InitrdError: ExplainedError {
    /// A file that the build needs cannot be read, or the result not be written.
    case file(SystemCallError)
    /// The module lists do not fit the kernel.
    case modules(ModuleListError)
    /// A module file is not one.
    case module(path: String, ModuleInformationError)
    /// The kernel's directory has no or several kernels and no release was given.
    case release(directory: String, found: [String])
    /// A file that cannot be part of the archive.
    case archive(CPIOError)
    /// The compressor failed.
    case compression(String)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .modules(let error): error.description
        case .module(let path, let error): "\(path): \(error)"
        case .release(let directory, let found):
            found.isEmpty
                ? "\(directory)/lib/modules holds no kernel"
                : "\(directory)/lib/modules holds several kernels: \(found.joined(separator: ", "))"
        case .archive(let error): error.description
        case .compression(let reason): "zstd cannot compress the archive: \(reason)"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .file(let error) where error.subject.hasSuffix("/modules.dep"):
            "run `depmod -b DIR RELEASE` on the unpacked kernel package first"
        case .file: "check the path and its permissions"
        case .modules(let error): error.advice
        case .module: "unpack the kernel package again; modules must not be compressed"
        case .release: "name the kernel with --kernel-release"
        case .archive(let error): error.advice
        case .compression: "use a lower --level or a machine with more memory"
        }
    }
}
