import DeployVars
import Diagnostics
import FuzzInput

/// `/deploy/vars`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    do throws(DeployVarsErrors) {
        let parsed = try DeployVars.parse(input.rest())
        for warning in parsed.warnings { show(warning) }
    } catch {
        show(error.explanation + error.advice)
        promise(!error.problems.isEmpty, "vars are refused without a reason")
    }
    return 0
}
