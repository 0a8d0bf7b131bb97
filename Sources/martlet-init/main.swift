import Glibc
import InitRuntime
import Provisioning

// One program, several roles: PID 1, its child the agent, and the operator's `martlet` in the ramdisk.
if getpid() == 1 {
    Supervisor(version: Version.current).run()
}
exit(await Role(arguments: Array(CommandLine.arguments.dropFirst())).run())
