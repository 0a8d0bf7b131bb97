import ByteCoding
import LinuxSystem
import Testing

@testable import SNTP

@Suite("NTP packets and timestamps on the wire")
struct SNTPPacketTests {
    /// An answer as chrony sends it.
    static let answer = hex(
        """
        24 08 00 e6                 # leap 0, version 4, mode 4 (server); stratum 8; poll 0; precision 2^-26 s
        00000010                    # root delay, 16/65536 s
        00000020                    # root dispersion, 32/65536 s
        7f7f0101                    # reference ID, 127.127.1.1
        eeb1b509 80000000           # reference time
        41424344 45464748           # origin: what the question had as its transmit time
        eeb1b50a 80000000           # receive, 2026-11-25T19:27:06.5Z
        eeb1b50a c0000000           # transmit, .75
        """)

    @Test("an answer is read, with extensions behind it passed over, and written as it was")
    func read() throws {
        let packet = try SNTPPacket(parsing: (Self.answer + [1, 2, 3, 4])[...])
        #expect(packet.leap == 0 && packet.version == 4 && packet.mode == 4 && packet.stratum == 8)
        #expect(packet.poll == 0 && packet.precision == -26)
        #expect(packet.rootDelay == 16 && packet.rootDispersion == 32 && packet.referenceID == 0x7f7f_0101)
        #expect(packet.origin.rawValue == 0x4142_4344_4546_4748)
        #expect(packet.encoded == Self.answer)
        let start = UnixTime(seconds: 1_795_564_800)
        #expect(packet.receive.time(from: start).description == "2026-11-25T19:27:06Z")
        #expect(packet.transmit.time(from: start) - packet.receive.time(from: start) == .milliseconds(250))
    }

    @Test("a question tells nothing but a number")
    func question() {
        let packet = SNTPPacket.question(NTPTimestamp(rawValue: 0x0102_0304_0506_0708))
        #expect(packet.encoded == hex("23") + [UInt8](repeating: 0, count: 39) + hex("0102030405060708"))
    }

    @Test("a packet that is cut short is none; any 48 bytes are one, and are written as they were")
    func lengths() throws {
        for length in 0..<48 {
            #expect(throws: ByteReadError.self) { try SNTPPacket(parsing: Self.answer.prefix(length)) }
        }
        for _ in 0..<1000 {
            let noise = (0..<48).map { _ in UInt8.random(in: 0...255) }
            #expect(try SNTPPacket(parsing: noise[...]).encoded == noise)
        }
    }

    @Test(
        "an instant has its timestamp in every era, and is read back where the era is told",
        arguments: [
            (-2_208_988_800, 0x0000_0000_0000_0000), (0, 0x83aa_7e80_0000_0000), (1_795_564_800, 0xeeb0_a380_0000_0000),
            (2_085_978_495, 0xffff_ffff_0000_0000),  // 2036-02-07T06:28:15Z, the last second of the first era
            (2_085_978_496, 0x0000_0000_0000_0000), (2_085_978_497, 0x0000_0001_0000_0000),
            (6_380_945_792, 0x0000_0000_0000_0000),  // 2172-03-15T12:56:32Z
        ])
    func eras(seconds: Int64, raw: UInt64) {
        let time = UnixTime(seconds: seconds)
        #expect(NTPTimestamp(time).rawValue == raw)
        for start in [0, 1, 1_000_000, 0xffff_ffff] as [Int64] {
            #expect(NTPTimestamp(rawValue: raw).time(from: UnixTime(seconds: seconds - start)) == time)
        }
        #expect(NTPTimestamp(rawValue: raw).time(from: UnixTime(seconds: seconds + 1)) - time == .seconds(1 << 32))
    }

    @Test("fractions are kept to the nanosecond, before 1970 as well")
    func fractions() {
        for nanoseconds in [1, 500_000_000, 999_999_999, -1, -250_000_000] as [Int64] {
            let time = UnixTime(sinceEpoch: .nanoseconds(nanoseconds))
            let read = NTPTimestamp(time).time(from: UnixTime(seconds: -10))
            let error = time - read
            #expect(error >= .zero && error <= .nanoseconds(1), "\(nanoseconds): \(error)")
        }
    }
}
