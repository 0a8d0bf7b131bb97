import Diagnostics
import ImageSources
import ImageTrust
import LinuxSystem

/// The files that go with an image, each fetched once.
struct TrustFiles {
    /// Debian's longest has 200 KB.
    private static let longestList = 4 << 20

    /// What they say, a sentence for each.
    private(set) var lines: [String] = []
    private let images: [String]
    private let http: HTTPOptions
    private var lists: [String: TrustFile] = [:]
    private var signature: (location: String, ImageSignature)?
    private var isListSigned = false

    init(images: [String], http: HTTPOptions) {
        self.images = images
        self.http = http
    }

    /// The signature, if it is over the image itself.
    var imageSignature: ImageSignature? { isListSigned ? nil : signature?.1 }

    /// Fetches a signature. The key is looked at first.
    mutating func fetch(_ wanted: TrustRequest.Signature?) async throws {
        guard let wanted else { return }
        switch wanted.signer {
        case .ed25519(let bytes):
            guard let key = Ed25519Key(bytes) else {
                throw SignatureError.invalidKey(reason: "it is neither an Ed25519 key nor one of minisign")
            }
            let file = try await fetch(wanted.location, limit: Ed25519Signature.longestFile)
            signature = (wanted.location, try ImageSignature(file.bytes, name: file.name, key: key))
        case .openPGP(let path):
            let keys = try OpenPGPKeys(file: try Files.read(path, limit: OpenPGPKeys.longestFile))
            guard GPGVSignature.program != nil else { throw SignatureError.noGPGV(path) }
            let file = try await fetch(wanted.location, limit: OpenPGPSignature.longestFile)
            signature = (wanted.location, try ImageSignature(file.bytes, name: file.name, keys: keys, signer: path))
        }
    }

    /// The check sum that is asked for.
    ///
    /// - Parameter names: what the image may be called in a list, in order of preference, by its mirrors' names.
    mutating func checksum(
        _ wanted: TrustRequest.Checksum?, names: ([ImageFileName]) -> [[String]]
    ) async throws -> ImageChecksum? {
        switch wanted {
        case nil: return nil
        case .digest(let checksum): return checksum
        case .list(let location, let algorithm):
            let file = try await list(location)
            let checksum = try ChecksumList(file.bytes, location: file.name)
                .checksum(of: names(try fileNames()), preferring: algorithm)
            lines.append("\(file.name) gives the image the check sum \(checksum)")
            return checksum
        }
    }

    private mutating func list(_ location: String) async throws -> TrustFile {
        if let known = lists[location] { return known }
        let file = try await fetch(location, limit: Self.longestList)
        if let (place, signature) = signature, SignedList.isSigned(by: place, list: location) {
            try await blockingWork("verify", cancel: {}) { try signature.verify(file.bytes, what: file.name) }
            isListSigned = true
            lines.append("\(signature.signer) has signed \(file.name)")
        }
        lists[location] = file
        return file
    }

    private func fetch(_ location: String, limit: Int) async throws -> TrustFile {
        try await TrustFile(location, beside: images, limit: limit, options: http)
    }

    private func fileNames() throws(ChecksumListError) -> [ImageFileName] {
        var names: [ImageFileName] = []
        for image in images {
            guard let name = ImageFileName(location: image) else { throw .namelessImage(maskedURL(image)) }
            names.append(name)
        }
        return names
    }
}
