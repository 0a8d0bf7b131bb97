import FuzzInput

@testable import ImageSources

/// The values of `WWW-Authenticate` fields.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let values = input.parts().map { String(decoding: $0, as: UTF8.self) }
    let challenges = AuthenticationChallenge.list(values)
    promise(challenges.allSatisfy { !$0.scheme.isEmpty }, "a challenge has no scheme")
    return 0
}
