/// The roles of the one program that belong to PID 1.
public enum InitCommand {
    /// The child of a shutdown that flushes and unmounts (`martlet flush-disks`).
    public static func flushDisks() {
        Shutdown.flushDisks()
    }
}
