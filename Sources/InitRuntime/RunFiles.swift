/// Files in the ramdisk by which PID 1, the agent and the `martlet` commands know of each other.
public enum RunFiles {
    /// The directory of all of them; mode 0700.
    public static let directory = "/run/martlet"
    /// What PID 1 does when the agent fails: `RescueSettings` in text form, written by the agent.
    public static let rescue = directory + "/rescue"
    /// The name of the step that the agent is in.
    public static let step = directory + "/step"
    /// The agent's own log, scrubbed of secrets.
    public static let log = directory + "/agent.log"
    /// The agent's state, a `key: value` line each, for `martlet status`.
    public static let status = directory + "/status"
    /// The vars that the agent goes by, whichever source they came from; mode 0600.
    public static let vars = directory + "/vars"
    /// The GUIDs of partitions of disks that were about to be wiped, one a line: an agent that starts over finds no table
    /// that would tell them.
    public static let formerPartitions = directory + "/former-partitions"
}
