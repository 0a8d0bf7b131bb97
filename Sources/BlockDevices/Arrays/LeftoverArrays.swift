import LinuxSystem

/// Mirrors that an agent has left which was killed. They are told from an operator's arrays by their resync, which only
/// `MirrorArray` holds back.
public enum LeftoverArrays {
    /// Stops those that nobody uses.
    ///
    /// - Returns: their names.
    public static func stop(sysfs: BlockSysfs = BlockSysfs()) -> [String] {
        let blocks = "\(sysfs.sysRoot)/block"
        let names = ((try? Files.list(blocks)) ?? []).filter { $0.hasPrefix("md") }
        return names.filter { name in
            guard Files.attribute("\(blocks)/\(name)/md/sync_action") == "frozen" else { return false }
            // Something uses it; whoever needs the disk says what.
            let stopped: Void? = try? watched("stopping", device: name, timeout: .seconds(60)) {
                try MirrorArray.stop(name, sysfs)
            }
            return stopped != nil
        }
    }
}
