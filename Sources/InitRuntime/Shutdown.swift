import Glibc
import LinuxSystem

/// The end of this kernel's run: every process told to stop, file systems flushed and unmounted, then the action.
enum Shutdown {
    /// Does it, in bounded time. Returns only if even the plain restart was refused.
    ///
    /// - Parameter say: prints a line on the consoles.
    static func perform(_ action: Reboot.Action, say: (String) -> Void) {
        kill(-1, SIGTERM)
        waitForChildren(milliseconds: 2000)
        kill(-1, SIGKILL)
        waitForChildren(milliseconds: 1000)
        flush(say: say)
        do throws(SystemCallError) {
            try Reboot.now(action)
        } catch {
            say("martlet: \(action) refused: \(error); restarting through the firmware instead")
        }
        do throws(SystemCallError) {
            try Reboot.now(.restart)
        } catch {
            say("martlet: \(error); switch the machine off by hand")
        }
    }

    private static func waitForChildren(milliseconds: Int) {
        for _ in 0..<(milliseconds / 20) {
            while ChildProcess.reapOne() != nil {}
            if waitpid(-1, nil, WNOHANG) == -1, errno == ECHILD { return }
            usleep(20_000)
        }
    }

    /// Flushes and unmounts in a child: sync(2) on a dying disk may never return, and PID 1 must.
    private static func flush(say: (String) -> Void) {
        guard
            let pid = try? ChildProcess.spawn(
                "/proc/self/exe", arguments: ["martlet", "flush-disks"], environment: [], streams: [])
        else { return }
        for _ in 0..<500 {
            if waitpid(pid, nil, WNOHANG) != 0 { return }
            usleep(20_000)
        }
        say("martlet: flushing the disks has not returned after 10 s; going on without it")
    }

    /// The child's part: unmounts everything that lies on a block device, the latest mount first, then sync(2).
    static func flushDisks() {
        sync()
        let mounts = (try? Files.readText("/proc/self/mounts")) ?? ""
        for line in mounts.split(separator: "\n").reversed() {
            let fields = line.split(separator: " ")
            guard fields.count > 1, fields[0].hasPrefix("/dev/") else { continue }
            let target = String(fields[1])
            do throws(SystemCallError) {
                try Mounts.unmount(target)
            } catch {
                try? Mounts.mount("none", at: target, type: "none", flags: UInt(MS_REMOUNT | MS_RDONLY))
            }
        }
        sync()
    }
}
