import FuzzInput
import LinuxSystem

@testable import SNTP

/// Answers of a time server: what is read is written as it was, and no time in it traps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let earliest = UnixTime(seconds: 1_767_225_600)
    let bytes = input.rest()
    guard let packet = try? SNTPPacket(parsing: bytes[...]) else { return 0 }
    promise(packet.encoded == Array(bytes.prefix(SNTPPacket.size)), "\(packet) is not written as it was")
    for now in [UnixTime(seconds: 0), earliest, UnixTime(seconds: 1 << 33)] {
        let question = SNTPQuestion(nonce: packet.origin, sent: now)
        do throws(SNTPRefusal) {
            let (offset, delay) = try question.evaluate(packet, waited: .milliseconds(20), earliest: earliest)
            let told = ClockOffset(server: "ntp.example", offset: offset, delay: delay, stratum: packet.stratum)
            show(ClockDecision(now: now, earliest: earliest, offset: told))
        } catch {
            show(error)
        }
    }
    return 0
}
