import Diagnostics

/// Why a qcow2 image cannot be written to a disk. Offsets count the bytes of the qcow2 file.
public enum QCOW2Refusal: ExplainedError, Equatable {
    /// The image holds only what differs from another one, whose name may be empty.
    case backingFile(String)
    /// Its clusters lie in another file.
    case externalDataFile
    /// Its clusters are encrypted.
    case encrypted
    /// QEMU found it damaged and marked it so.
    case markedCorrupt
    /// Neither version 2 nor 3.
    case unknownVersion(UInt32)
    /// It needs a feature that is not known here; `name` is empty when the image does not say it.
    case unknownFeature(bit: UInt8, name: String)
    /// Its clusters are compressed in another way than by deflate and zstd.
    case unknownCompression(UInt8)
    /// What its header or a table says cannot be.
    case damaged(String)
    /// Something lies beyond the file's end.
    case outside(String, end: UInt64, length: UInt64)
    /// The file ends within something that a table names.
    case truncated(String, offset: UInt64)
    /// A compressed cluster does not become one.
    case badCluster(offset: UInt64, reason: String)
    /// It is in more pieces than there is memory for to keep them in mind.
    case tooFragmented(limit: Int)
    /// A table comes after what it maps, and the file can be read only once, from its start to its end.
    case outOfOrder(reason: String)
    /// Its clusters, or subclusters, are smaller than the disk's sectors. Both in bytes.
    case smallClusters(UInt64, sectorSize: Int)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .backingFile(let name):
            "the qcow2 image holds only what differs from its backing file\(name.isEmpty ? "" : " \(name)")"
        case .externalDataFile: "the qcow2 image has its data in another file"
        case .encrypted: "the qcow2 image is encrypted"
        case .markedCorrupt: "the qcow2 image is marked as corrupt"
        case .unknownVersion(let version): "the qcow2 image is of version \(version), and only 2 and 3 can be read"
        case .unknownFeature(let bit, let name):
            "the qcow2 image needs \(name.isEmpty ? "a feature" : "the feature \"\(name)\"") (bit \(bit)) "
                + "that cannot be read"
        case .unknownCompression(let type): "the qcow2 image is compressed in an unknown way (type \(type))"
        case .damaged(let reason): "the qcow2 image is damaged: \(reason)"
        case .outside(let what, let end, let length):
            "the qcow2 image is damaged: \(what) ends at byte \(end), and the file has \(length)"
        case .truncated(let what, let offset): "the qcow2 image is truncated: it ends at byte \(offset), within \(what)"
        case .badCluster(let offset, let reason):
            "the qcow2 image is damaged: the compressed cluster at byte \(offset) cannot be decoded: \(reason)"
        case .tooFragmented(let limit): "the qcow2 image is in more than \(limit) pieces that lie out of order"
        case .outOfOrder(let reason):
            "the qcow2 image has tables behind the data they map, which takes a second look at the file: \(reason)"
        case .smallClusters(let unit, let sectorSize):
            "the qcow2 image is in pieces of \(unit) bytes, and the disk in sectors of \(sectorSize)"
        }
    }

    /// The command that makes an image of it that can be written, or what to look at.
    public var advice: String {
        switch self {
        case .backingFile, .externalDataFile, .unknownVersion, .unknownFeature, .unknownCompression, .tooFragmented,
            .outOfOrder, .smallClusters:
            "convert it: qemu-img convert -O qcow2 -c -o compression_type=zstd IMAGE new.qcow2"
        case .encrypted:
            "decrypt it: qemu-img convert --object secret,id=key,file=KEYFILE --image-opts "
                + "driver=qcow2,encrypt.key-secret=key,file.filename=IMAGE -O qcow2 new.qcow2"
        case .markedCorrupt: "repair it with qemu-img check -r all IMAGE, or build it again"
        case .damaged, .outside, .truncated, .badCluster:
            "look at it with qemu-img check IMAGE, and compare the image on the server with its original"
        }
    }
}
