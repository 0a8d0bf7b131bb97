import CLinux
import Glibc

/// The clocks that tell the time of day: the kernel's `CLOCK_REALTIME` (clock_gettime(2)), and the one on the mainboard
/// that goes on while the power is off (rtc(4)).
public enum SystemClock {
    /// The kernel's time.
    public static var now: UnixTime {
        var time = timespec()
        // Fails only for a clock that there is not.
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(time)
    }

    /// Sets the kernel's time: clock_settime(2), which needs `CAP_SYS_TIME`.
    ///
    /// - Throws: `EPERM`; `EINVAL` for a time that the kernel does not take, such as one before the machine's start.
    public static func set(_ time: UnixTime) throws(SystemCallError) {
        var value = time.timespec
        try systemCall("clock_settime", "\(time)") { clock_settime(CLOCK_REALTIME, &value) }
    }

    /// Moves the kernel's time by a duration, forwards or back.
    ///
    /// - Throws: as `set`.
    public static func step(by offset: Duration) throws(SystemCallError) {
        try set(now + offset)
    }

    /// What the mainboard's clock says, taken as UTC: `RTC_RD_TIME`.
    ///
    /// - Throws: `ENOENT` without such a clock; `EINVAL` when it holds no time, as after its battery was changed.
    public static func readMainboardClock(_ path: String = "/dev/rtc0") throws(SystemCallError) -> UnixTime {
        let clock = try Descriptor.open(path, O_RDONLY)
        var time = rtc_time()
        try clock.ioctl("ioctl(RTC_RD_TIME)", MARTLET_RTC_RD_TIME, &time)
        guard let instant = UnixTime(time) else {
            throw SystemCallError(call: "ioctl(RTC_RD_TIME)", subject: path, errno: .invalidArgument)
        }
        return instant
    }

    /// Sets the mainboard's clock, to the second, in UTC: `RTC_SET_TIME`. A machine that is to boot an OS which keeps
    /// local time there would be off by its time zone until that OS sets it right.
    ///
    /// - Throws: `ENOENT` without such a clock; `EINVAL` for a time that it cannot hold.
    public static func setMainboardClock(
        _ time: UnixTime, path: String = "/dev/rtc0"
    ) throws(SystemCallError) {
        guard var value = time.mainboardTime else {
            throw SystemCallError(call: "ioctl(RTC_SET_TIME)", subject: path, errno: .invalidArgument)
        }
        let clock = try Descriptor.open(path, O_RDONLY)
        try clock.ioctl("ioctl(RTC_SET_TIME)", MARTLET_RTC_SET_TIME, &value)
    }
}

extension UnixTime {
    /// The instant as rtc(4) has it, in UTC; `nil` outside the years 1970 to 9999.
    var mainboardTime: rtc_time? {
        guard let calendar, (70...8099).contains(calendar.tm_year) else { return nil }
        var time = rtc_time()
        time.tm_sec = calendar.tm_sec
        time.tm_min = calendar.tm_min
        time.tm_hour = calendar.tm_hour
        time.tm_mday = calendar.tm_mday
        time.tm_mon = calendar.tm_mon
        time.tm_year = calendar.tm_year
        // The kernel does not look at these two.
        time.tm_wday = calendar.tm_wday
        time.tm_yday = calendar.tm_yday
        return time
    }

    /// An instant from what rtc(4) gave; `nil` when a field is none that a clock can show.
    init?(_ time: rtc_time) {
        guard (0...60).contains(time.tm_sec), (0...59).contains(time.tm_min), (0...23).contains(time.tm_hour),
            (1...31).contains(time.tm_mday), (0...11).contains(time.tm_mon), (70...8099).contains(time.tm_year)
        else { return nil }
        var calendar = tm()
        calendar.tm_sec = time.tm_sec
        calendar.tm_min = time.tm_min
        calendar.tm_hour = time.tm_hour
        calendar.tm_mday = time.tm_mday
        calendar.tm_mon = time.tm_mon
        calendar.tm_year = time.tm_year
        self.init(seconds: Int64(timegm(&calendar)))
    }
}
