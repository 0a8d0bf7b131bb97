import BlockDevices
import DeployVars
import DiskErase
import LinuxSystem

/// An NVMe controller whose namespaces are all replaced. The first new one is written.
struct NamespaceTarget: Sendable {
    let controller: ChosenController
    let replacement: NamespaceReplacement
    /// The nodes of the namespaces that are disks now, by identifier.
    let nodes: [UInt32: String]

    /// The first new namespace, before there is one: what an image must fit.
    var disk: Disk {
        let device = controller.device
        let first = replacement.created.first
        var disk = Disk(name: "\(device.name) (new)", sizeBytes: first?.sizeBytes ?? 0)
        disk.devicePath = "the first new namespace of \(device.devicePath)"
        disk.logicalSectorSize = first?.sectorSize ?? 512
        disk.physicalSectorSize = disk.logicalSectorSize
        disk.transport = .nvme
        disk.serials = [device.serial]
        disk.model = device.model
        return disk
    }

    /// The namespaces that must be released before they are deleted. One whose format the kernel cannot use has no size:
    /// nothing can stand on it.
    var members: [Disk] { controller.namespaces.filter { $0.sizeBytes > 0 } }

    /// What will be deleted and made, a word and the rest of a line each.
    var announcement: [(label: String, text: String)] {
        let path = controller.device.devicePath
        return replacement.deleted.map { namespace in
            let node = nodes[namespace.identifier].map { ", \($0)" } ?? ""
            return ("deletes", "namespace \(namespace.identifier) of \(path), \(size(namespace))\(node)")
        }
            + replacement.created.map { ("makes", "a namespace of \(describe($0)) on \(path)") }
    }

    func describe(_ namespace: NewNamespace) -> String {
        let size = DiskTable.size(namespace.sizeBytes) + (namespace.takesRest ? " or more" : "")
        return "\(size) with sectors of \(namespace.sectorSize) bytes"
    }

    func size(_ namespace: PresentNamespace) -> String {
        namespace.sizeBytes == 0 ? "size unknown" : DiskTable.size(namespace.sizeBytes)
    }
}

extension Target {
    /// What NVME_NAMESPACES makes of the controller that the vars name: nothing but its first namespace, as any disk,
    /// where it has exactly those that are asked for. Asks the controller, and changes nothing.
    ///
    /// - Throws: `ControllerChoiceError`, `DiskChoiceError`, `NamespaceError`.
    static func onController(
        of vars: DeployVars, _ layout: NamespaceLayout, among disks: [Disk], bootMedia: Set<String>,
        sysfs: BlockSysfs = BlockSysfs()
    ) throws -> Target {
        let hints = BlockDevices.DiskHints(vars)
        let controller = try DiskChoice.chooseController(
            from: sysfs.nvmeControllers(), disks: disks, hints: hints)
        let identified = controller.namespaces.compactMap { disk in
            sysfs.namespaceIdentifier(of: disk).map { ($0, disk) }
        }
        let path = controller.device.devicePath
        switch try NVMeNamespaces(of: path).plan(layout) {
        case .keep(let identifier):
            guard let (_, disk) = identified.first(where: { $0.0 == identifier }) else {
                throw NamespaceError.notSeen(
                    controller: path, what: "no disk is there for namespace \(identifier)", waited: .zero)
            }
            try DiskChoice.requireWritable([disk], target: disk, hints: hints, bootMedia: bootMedia)
            return .disk(disk)
        case .replace(let replacement):
            let target = NamespaceTarget(
                controller: controller, replacement: replacement,
                nodes: Dictionary(identified.map { ($0.0, $0.1.devicePath) }) { first, _ in first })
            try DiskChoice.requireWritable(
                target.members, target: target.disk, hints: hints, bootMedia: bootMedia)
            return .namespaces(target)
        }
    }
}
