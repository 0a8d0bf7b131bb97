import Glibc
import LinuxSystem
import SystemPackage
import Testing

@Suite struct WatchedCallTests {
    @Test func returnsWhatTheCallReturns() throws {
        #expect(try watched("answer", device: "none", timeout: .seconds(10)) { 42 } == 42)
    }

    @Test func throwsWhatTheCallThrows() {
        let failure = SystemCallError(call: "read", subject: "/dev/sda", errno: .ioError)
        #expect(throws: failure) {
            try watched("read", device: "/dev/sda", timeout: .seconds(10)) { throw failure }
        }
    }

    @Test func aCallThatDoesNotReturnIsNamedAtTheDeadline() throws {
        let (reader, writer) = try Channels.pipe()
        let error = #expect(throws: StuckCallError.self) {
            try watched("read", device: "/dev/sda", timeout: .milliseconds(100)) {
                // Blocks until the other end is closed at the end of the test.
                try reader.readBytes()
            }
        }
        #expect(error?.description == "read on /dev/sda has not returned after 0.1 s")
        withExtendedLifetime(writer) {}
    }

    @Test func whatTheCallHeldIsReleasedBeforeItReturns() throws {
        for _ in 0..<200 {
            let (reader, writer) = try Channels.pipe()
            try hold(consume writer)
            // With the last writer gone, the reader sees the end at once.
            #expect(Polling.readable([reader.rawValue], timeout: 0) == [true])
        }
    }

    private func hold(_ descriptor: consuming Descriptor) throws {
        try watched("hold", device: "pipe", timeout: .seconds(10)) { [descriptor] in
            withExtendedLifetime(descriptor) {}
        }
    }
}

extension Descriptor {
    fileprivate func readBytes() throws -> Int {
        try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { try read(into: $0) }
    }
}
