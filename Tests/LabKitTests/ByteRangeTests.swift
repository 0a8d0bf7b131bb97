import Testing

@testable import LabKit

@Suite struct ByteRangeTests {
    @Test(
        arguments: [
            ("bytes=0-9", 0..<10), ("bytes=90-", 90..<100), ("bytes=90-200", 90..<100), ("bytes=-10", 90..<100),
            ("bytes=-200", 0..<100), ("bytes=99-99", 99..<100), ("bytes=100-", nil), ("bytes=9-0", nil),
            ("bytes=-0", nil),
            ("bytes=-", nil), ("items=0-9", nil), ("bytes=a-b", nil),
        ] as [(String, Range<Int>?)])
    func rangesAreReadAsRFC9110Has(header: String, range: Range<Int>?) {
        #expect(ByteRange.parse(header, size: 100) == range)
    }
}
