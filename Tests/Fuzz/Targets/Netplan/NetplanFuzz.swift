import Diagnostics
import FuzzInput
import NetworkConfiguration

/// Netplan files.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    do throws(NetworkConfigurationError) {
        _ = try NetplanFile(parsing: input.rest(), path: "netplan.yaml")
    } catch {
        show(error.explanation + error.advice)
        promise(!error.problems.isEmpty, "a file is refused without a reason")
    }
    return 0
}
