import Diagnostics
import ImageSources
import Testing

@Suite struct BesideImageTests {
    @Test(arguments: [
        ("https://a/SHA256SUMS", true), ("https://A:443/x", true), ("http://a/SHA256SUMS", false),
        ("https://b/SHA256SUMS", false), ("/SHA256SUMS", false), ("https://mirror:8443/x", true),
    ])
    func headerFieldsGoToTheImagesOwnMirrorsOnly(location: String, isSent: Bool) {
        var options = HTTPOptions()
        options.headers = Secret([.init(name: "X-Key", value: "s3cr3t")])
        let images = ["/local", "https://a/d.raw", "https://mirror:8443/d.raw"]
        #expect(options.forFile(at: location, beside: images).headers.revealed.isEmpty == !isSent)
    }
}
