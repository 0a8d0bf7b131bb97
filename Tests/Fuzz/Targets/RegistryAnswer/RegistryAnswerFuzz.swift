import Diagnostics
import FuzzInput
import OCIReferences

@testable import ImageSources

/// The first byte chooses: a manifest or an index, a file with credentials, or a reference. What a reference gives can be
/// part of a path, and it is read again as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let choice = input.byte() % 3
    let bytes = input.rest()
    do {
        switch choice {
        case 0: try readManifest(bytes)
        case 1: try findCredentials(bytes)
        default: try readReference(String(decoding: bytes, as: UTF8.self))
        }
    } catch {
        show(error.explanation + error.advisedAction)
    }
    return 0
}

private func readManifest(_ bytes: [UInt8]) throws {
    let manifest = try OCIManifest(bytes, contentType: "application/json", name: "oci://r/os")
    if let digest = try manifest.next(for: "amd64", name: "oci://r/os") {
        promise(OCIDigest(digest.description) == digest, "\(digest) is no digest")
        return
    }
    let layer = try manifest.layer(name: "oci://r/os")
    promise(layer.size > 0 && OCIDigest(layer.digest.description) == layer.digest, "\(layer) is no layer")
}

private func findCredentials(_ bytes: [UInt8]) throws {
    for text in ["r.example/a/b", "docker.io/os"] {
        let found = try RegistryCredentials.find(for: OCIReference(Substring(text)), inFile: bytes, "config.json")
        promise(found?.revealed.contains(":") ?? true, "credentials without a colon")
    }
}

private func readReference(_ text: String) throws {
    let reference = try OCIReference(Substring(text))
    promise(try OCIReference(reference.description.dropFirst(6)) == reference, "\(reference) is read as another")
    let parts = reference.repository.split(separator: "/", omittingEmptySubsequences: false) + [reference.tag[...]]
    promise(parts.allSatisfy { !["", ".", ".."].contains($0) && !$0.contains("%") }, "\(reference) leads elsewhere")
}
