import ByteCoding

/// Reads the elements of a DER encoding one after the other (X.690 8.1, 10.1): identifier, length, contents.
///
/// Takes the identifiers of one octet only, which are all that certificates have.
struct DERReader {
    /// One element.
    struct Element {
        /// The identifier octet: class, whether it is constructed, and number.
        let tag: UInt8
        let contents: ArraySlice<UInt8>
    }

    /// Identifier octets.
    enum Tag {
        static let objectIdentifier: UInt8 = 0x06
        static let bmpString: UInt8 = 0x1e
        static let utcTime: UInt8 = 0x17
        static let generalizedTime: UInt8 = 0x18
        static let octetString: UInt8 = 0x04
        static let sequence: UInt8 = 0x30
        static let set: UInt8 = 0x31

        /// A constructed element whose meaning its place gives.
        static func context(_ number: UInt8) -> UInt8 { 0xa0 | number }
    }

    private var bytes: ByteReader

    /// Reads the elements in some octets.
    init(_ octets: ArraySlice<UInt8>) {
        bytes = ByteReader(octets)
    }

    /// The elements in another one of a tag.
    init(_ element: Element, _ tag: UInt8 = Tag.sequence) throws(DERError) {
        guard element.tag == tag else { throw .unexpected(element.tag, wanted: tag) }
        bytes = ByteReader(element.contents)
    }

    var isAtEnd: Bool { bytes.isAtEnd }

    /// The next element.
    mutating func next() throws(DERError) -> Element {
        let head = try read(2)
        guard let tag = head.first, let short = head.last, tag & 0x1f != 0x1f else { throw .identifier }
        guard short >= 0x80 else { return Element(tag: tag, contents: try read(Int(short))) }
        let octets = Int(short & 0x7f)
        // 0x80 is the indefinite length of BER; what fills more than four octets is no certificate.
        guard (1...4).contains(octets) else { throw .length }
        let length = try read(octets).reduce(0) { $0 << 8 | Int($1) }
        return Element(tag: tag, contents: try read(length))
    }

    private mutating func read(_ count: Int) throws(DERError) -> ArraySlice<UInt8> {
        do { return try bytes.read(count) } catch { throw .truncated(error) }
    }

    /// The next element, which must be of a tag.
    mutating func next(_ tag: UInt8) throws(DERError) -> Element {
        let element = try next()
        guard element.tag == tag else { throw .unexpected(element.tag, wanted: tag) }
        return element
    }

    /// The next element if it is of a tag; nothing is read otherwise.
    mutating func nextIf(_ tag: UInt8) throws(DERError) -> Element? {
        guard !isAtEnd else { return nil }
        let before = self
        let element = try next()
        if element.tag == tag { return element }
        self = before
        return nil
    }
}

/// What is no DER, or not the structure that was to be read.
enum DERError: Error, Equatable {
    case truncated(ByteReadError)
    case identifier
    case length
    case unexpected(UInt8, wanted: UInt8)
    case time
}
