import Diagnostics
import FuzzInput
import ImageTrust

/// The first byte chooses: a list of check sums, a signature file of either kind, an OpenPGP key, what gpgv says, or a
/// location. What a list gives for one
/// of its own names is one of its own check sums.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let choice = input.byte() % 6
    let bytes = input.rest()
    do {
        switch choice {
        case 0:
            let list = ChecksumList(bytes, location: "list")
            guard let entry = list.entries.first else { return 0 }
            let found = try list.checksum(of: [[entry.name]], preferring: .sha512)
            promise(list.entries.contains { $0.checksum == found }, "a check sum that is not in the list")
        case 1:
            let signature = try Ed25519Signature(file: bytes, name: "signature")
            promise(signature.bytes.count == 64, "a signature of \(signature.bytes.count) bytes")
            show(signature.keyIdentifier)
        case 2: _ = try OpenPGPKeys(file: bytes)
        case 4: promise(try !OpenPGPSignature(file: bytes, name: "signature").bytes.isEmpty, "an empty signature")
        case 5: show(GPGVStatus(String(decoding: bytes, as: UTF8.self)).reason)
        default:
            let location = String(decoding: bytes, as: UTF8.self)
            show(ImageFileName(location: location)?.decompressed)
            _ = SignedList.isSigned(by: location, list: String(location.dropLast(4)))
            if let key = Ed25519Key(bytes) { show(key) }
        }
    } catch {
        show(error.explanation + error.advisedAction)
    }
    return 0
}
