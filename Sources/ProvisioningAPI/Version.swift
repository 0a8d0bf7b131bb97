/// The version of agent, controller and command line alike.
public enum Version {
    /// As it stands in the banner and in the `User-Agent` header.
    public static let current = "0.1.0"
}
