/// The version of agent, controller and command line alike.
public enum Version {
    /// As it stands in the banner and in the `User-Agent` header.
    public static let current = "0.1.0"

    /// The day of this version's release, 2026-11-25T00:00:00Z, in seconds since 1970: raised together with `current`.
    ///
    /// No clock that is right can show an earlier time to this program, so that a machine whose battery is empty need
    /// not begin in 1970, when no certificate is valid yet.
    public static let releaseTime: Int64 = 1_795_564_800
}
