import Testing

@testable import Provisioning

@Suite struct BinarySizeTests {
    @Test(
        arguments: [
            (0, "0.0 MiB"), (1 << 20, "1.0 MiB"), (1023 << 20, "1023.0 MiB"), (1_992_294_400, "1.8 GiB"),
            (20 << 30, "20.0 GiB"), (21_407_727_616, "19.9 GiB"), (3 << 40, "3.0 TiB"), (UInt64.max, "16777215.9 TiB"),
        ] as [(UInt64, String)])
    func sizesReadAsInTheOutputOfDf(bytes: UInt64, text: String) {
        #expect(BinarySize.text(bytes) == text)
    }
}
