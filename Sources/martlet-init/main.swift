import Glibc
import InitRuntime
import Provisioning
import ProvisioningAPI

// One program, several roles: PID 1, its child the agent, and the operator's `martlet` in the ramdisk.
if getpid() == 1 {
    Supervisor(version: Version.current).run()
}
let status = await Role(arguments: Array(CommandLine.arguments.dropFirst())).run()
fflush(nil)
// Not exit(3): its handlers would run beside threads that still use what they take away.
_exit(status)
