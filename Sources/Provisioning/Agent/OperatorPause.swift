import Console
import Glibc
import InitRuntime
import LinuxSystem
import ProvisioningAPI

/// The stop of `martlet.break=STEP`: the shells open, and the agent goes on when the operator leaves one.
enum OperatorPause {
    /// Waits without end, as the operator asked, and says so.
    static func wait(before step: StepName, console: ConsoleWriter) async {
        console.say("martlet: stopped before step \(step) (martlet.break=); leave the shell with `exit` to go on")
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            try? NativeThread.start("pause") {
                var byte = ControlByte.openShell
                let asked = send(ControlByte.descriptor, &byte, 1, Int32(MSG_NOSIGNAL))
                while asked == 1 {
                    let got = recv(ControlByte.descriptor, &byte, 1, 0)
                    if got == 1, byte == ControlByte.proceed { break }
                    if got == 0 || (got == -1 && errno != EINTR) { break }
                }
                continuation.resume()
            }
        }
        console.say("martlet: going on with step \(step)")
    }
}
