import Diagnostics

extension HTTPOptions {
    /// The options for a small file that goes with an image: header fields are sent where the image's own mirrors get
    /// them, and credentials of theirs nowhere else; what does not come in a few attempts is not waited for.
    ///
    /// - Parameters:
    ///   - location: where the file is.
    ///   - images: the image's mirrors.
    public func forFile(at location: String, beside images: [String]) -> HTTPOptions {
        var options = self
        options.resumeAttempts = min(resumeAttempts, 3)
        options.isVerified = false
        let origin = (try? HTTPLocation(location))?.origin
        if origin == nil || !images.contains(where: { (try? HTTPLocation($0))?.origin == origin }) {
            options.headers = Secret([])
        }
        return options
    }
}
