import Diagnostics
import FuzzInput
import NetworkConfiguration

/// The network arguments of the kernel command line.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let words = String(decoding: input.rest(), as: UTF8.self).split(separator: " ")
    let arguments = words.map { word in
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return (name: parts.first ?? "", value: parts.dropFirst().first)
    }
    do throws(NetworkConfigurationError) {
        _ = try KernelNetworkArguments(arguments)
    } catch {
        show(error.explanation + error.advice)
        promise(!error.problems.isEmpty, "arguments are refused without a reason")
    }
    return 0
}
