import Testing

@testable import DeployVars

/// An image line, so that a text needs to hold only what its test is about.
let imageLine = "IMAGE=https://images.example/debian.img.zst\n"

/// The value of a text that must be valid.
func vars(_ lines: String, image: String = imageLine) throws -> DeployVars {
    try DeployVars.parse(image + lines).vars
}

/// All errors of a text; empty when there is none.
func problems(_ lines: String, image: String = imageLine) -> [String] {
    do {
        _ = try DeployVars.parse(image + lines)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// All warnings of a valid text.
func warnings(_ lines: String) throws -> [VarsWarning] {
    try DeployVars.parse(imageLine + lines).warnings
}
