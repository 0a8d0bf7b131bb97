import Foundation
import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import TargetSystem

@Suite(.serialized) final class `Hooks as Root` {
    /// A root with a shell.
    private func root() throws -> (scratch: Scratch, root: RootDirectory) {
        let scratch = try Scratch()
        try scratch.write("", to: "bin/x")
        try run("cp", "/bin/busybox", "\(scratch.path)/bin/busybox")
        for name in ["sh", "cat", "sleep", "mount", "setsid", "ls", "readlink", "test", "echo", "touch", "id", "seq"] {
            try scratch.link("bin/\(name)", to: "busybox")
        }
        return (scratch, try RootDirectory(scratch.path))
    }

    private func hook(
        _ command: String, in place: (scratch: Scratch, root: RootDirectory), limit: Duration = .seconds(30),
        resolver: String? = nil
    ) throws -> [String] {
        var lines: [String] = []
        let hook = HookRun(
            root: place.root, mountPoint: place.scratch.path, limit: limit, resolver: resolver.map { Array($0.utf8) })
        try hook.run(command) { lines.append($0) }
        return lines
    }

    @Test func `a command runs in the root with the kernel's file systems, and nothing stays mounted`() throws {
        let place = try root()
        let lines = try hook(
            "echo out; echo err >&2; test -e /proc/self/status && test -d /sys/class && test -c /dev/null && echo mounts; "
                + "test -e '\(place.scratch.path)' || echo inside; readlink /proc/self/cwd; touch /made; ls /run",
            in: place)
        #expect(lines == ["out", "err", "mounts", "inside", "/"])
        #expect(Files.exists("\(place.scratch.path)/made"))
        #expect(try !Files.readText("/proc/self/mounts").contains(place.scratch.path))
        #expect(try Files.list("\(place.scratch.path)/proc").isEmpty)
        #expect(try Files.list("\(place.scratch.path)/dev").isEmpty)
    }

    @Test func `a failure names the command, its status and its last lines`() throws {
        let place = try root()
        let error = #expect(throws: TargetSystemError.self) {
            try hook("for i in $(seq 30); do echo line $i; done; printf open; exit 3", in: place)
        }
        guard case .hookFailed(let command, let ending, let lines)? = error else { throw try #require(error) }
        #expect(command == "for", "the rest of a command may hold secrets")
        #expect(ending == "exited with status 3")
        #expect(lines == (22...30).map { "line \($0)" } + ["open"])
        #expect(error?.description.contains("line 30 | open") == true)
    }

    @Test func `a command beyond its time is killed with all that it started`() throws {
        let place = try root()
        let start = ContinuousClock.now
        let error = #expect(throws: TargetSystemError.self) {
            try hook("setsid sleep 4711 & sleep 4711", in: place, limit: .seconds(1))
        }
        #expect(error?.description.contains("had not ended after 1 s") == true)
        #expect(ContinuousClock.now - start < .seconds(15))
        #expect(try processesNamed("4711").isEmpty)
    }

    @Test func `what a command leaves running is killed when it ends`() throws {
        let place = try root()
        #expect(try hook("setsid sleep 4712 & echo done", in: place) == ["done"])
        #expect(try processesNamed("4712").isEmpty)
    }

    private func processesNamed(_ argument: String) throws -> [String] {
        try Files.list("/proc").filter { Int($0) != nil }.filter {
            ((try? Files.readText("/proc/\($0)/cmdline")) ?? "").contains(argument)
        }
    }

    @Test func `without a shell it is said that there is none`() throws {
        let scratch = try Scratch()
        try scratch.write("", to: "etc/x")
        let error = #expect(throws: TargetSystemError.self) {
            try hook("true", in: (scratch, try RootDirectory(scratch.path)))
        }
        guard case .hookNotStarted("true", let cause)? = error else { throw try #require(error) }
        #expect(cause.contains("/bin/sh"))
    }

    @Test(arguments: ["file", "link", "absolute", "missing"])
    func `names are resolved by this machine's servers, and the system keeps its file`(kind: String) throws {
        let place = try root()
        let file = "\(place.scratch.path)/etc/resolv.conf"
        switch kind {
        case "file": try place.scratch.write("nameserver 192.0.2.1\n", to: "etc/resolv.conf")
        case "link": try place.scratch.link("etc/resolv.conf", to: "../run/systemd/resolve/stub-resolv.conf")
        case "absolute": try place.scratch.link("etc/resolv.conf", to: "/run/resolvconf/resolv.conf")
        default: try place.scratch.write("", to: "etc/x")
        }
        let lines = try hook("cat /etc/resolv.conf", in: place, resolver: "nameserver 192.0.2.53\n")
        #expect(lines == ["nameserver 192.0.2.53"])
        switch kind {
        case "file": #expect(try Files.readText(file) == "nameserver 192.0.2.1\n")
        case "link", "absolute": #expect(try !Files.exists(file) && !Files.linkTarget(file).isEmpty)
        default: #expect(try Files.list("\(place.scratch.path)/etc") == ["x"])
        }
    }

    /// Each is where the kernel's file systems are mounted, and where an image may put a link to lead them elsewhere.
    @Test(arguments: ["proc", "sys", "dev", "run", "etc"])
    func `an image whose mount points are links changes nothing outside`(name: String) throws {
        for target in ["/", "..", "../../../../../../../tmp"] {
            let place = try root()
            try place.scratch.link(name, to: target)
            let before = try Files.readText("/proc/self/mounts")
            _ = try? hook("echo x", in: place, resolver: "nameserver 192.0.2.53\n")
            #expect(try Files.readText("/proc/self/mounts") == before)
            #expect(!Files.exists("/martlet-resolv.conf") && !Files.exists("/tmp/martlet-resolv.conf"))
        }
    }

    @Test func `output is cut into printable lines`() {
        var output = HookOutput()
        #expect(output.add(Array("a\u{1b}[2Jb\r\n\n10%\r20%".utf8)[...]) == ["a[2Jb", "10%"])
        #expect(output.finish() == "20%")
        #expect(output.finish() == nil)
        #expect(output.add([UInt8](repeating: 120, count: 5000)[...]).map(\.utf8.count) == [4096])
        for _ in 0..<50 { _ = output.add(Array("x\n".utf8)[...]) }
        #expect(output.lastLines.count == 10)
    }
}
