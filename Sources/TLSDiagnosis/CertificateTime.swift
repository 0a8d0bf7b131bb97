import Glibc
import LinuxSystem

extension UnixTime {
    /// An instant as certificates have it: `YYMMDDhhmmssZ` in the years 1950 to 2049, else `YYYYMMDDhhmmssZ`
    /// (RFC 5280 4.1.2.5).
    init(_ element: DERReader.Element) throws(DERError) {
        let yearDigits: Int
        switch element.tag {
        case DERReader.Tag.utcTime: yearDigits = 2
        case DERReader.Tag.generalizedTime: yearDigits = 4
        default: throw .time
        }
        var rest = element.contents
        func number(_ digits: Int) throws(DERError) -> Int32 {
            let field = rest.prefix(digits)
            guard field.count == digits, field.allSatisfy({ (0x30...0x39).contains($0) }) else { throw .time }
            rest = rest.dropFirst(digits)
            return field.reduce(0) { $0 * 10 + Int32($1 &- 0x30) }
        }
        var year = try number(yearDigits)
        if yearDigits == 2 { year += year < 50 ? 2000 : 1900 }
        var calendar = tm()
        calendar.tm_year = year - 1900
        calendar.tm_mon = try number(2) - 1
        calendar.tm_mday = try number(2)
        calendar.tm_hour = try number(2)
        calendar.tm_min = try number(2)
        calendar.tm_sec = try number(2)
        guard rest.elementsEqual([UInt8(ascii: "Z")]), (0...11).contains(calendar.tm_mon),
            (1...31).contains(calendar.tm_mday), calendar.tm_hour < 24, calendar.tm_min < 60, calendar.tm_sec < 61
        else { throw .time }
        self.init(seconds: Int64(timegm(&calendar)))
    }
}
