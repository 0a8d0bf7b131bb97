import LinuxSystem

/// Mapped devices that an agent has left which was killed: logical volumes and views of a whole disk. Nothing else in
/// this initramfs makes any.
public enum LeftoverMappings {
    /// Removes those that nobody uses.
    ///
    /// - Returns: their names.
    public static func remove(sysfs: BlockSysfs = BlockSysfs()) -> [String] {
        let stacked = StackedDevices(sysfs: sysfs)
        let blocks = "\(sysfs.sysRoot)/block"
        var removed: [String] = []
        for node in ((try? Files.list(blocks)) ?? []).sorted() where node.hasPrefix("dm-") {
            guard let name = Files.attribute("\(blocks)/\(node)/dm/name"),
                name == WholeDiskView.name || Files.attribute("\(blocks)/\(node)/dm/uuid")?.hasPrefix("LVM-") == true,
                (try? Files.list("\(blocks)/\(node)/holders"))?.isEmpty ?? true
            else { continue }
            do {
                try watched("removing", device: name, timeout: .seconds(60)) { try stacked.removeMapping(name) }
                removed.append(name)
            } catch {
                // Something uses it; whoever needs the disk says what.
                continue
            }
        }
        return removed
    }
}
