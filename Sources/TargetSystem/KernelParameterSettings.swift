import BootEntries

/// `MACHINE_EXTRA_KERNEL_PARAMS` for every later boot: in whichever boot loader configurations the image has.
///
/// Both the settings that menus are made from and the menus that are there: nobody may ever make them again.
struct KernelParameterSettings {
    private static let defaults = "/etc/default/grub"
    private static let dropIns = "/etc/default/grub.d"
    private static let dropIn = "/etc/default/grub.d/zz-martlet.cfg"
    /// Marks the line in a file that is sourced whole.
    private static let mark = " # martlet"
    private static let makers = ["/usr/sbin/grub-mkconfig", "/sbin/grub-mkconfig"]
    private static let menuFolders = ["/boot/grub", "/boot/grub2"]
    private static let systemPartitions = ["/boot/efi", "/efi", "/boot"]
    private static let commandLineFile = "/etc/kernel/cmdline"

    private let editing: KernelParameterEditing
    private let parameters: String
    /// Configurations that a boot loader reads, which now have the arguments.
    private var found = 0

    init(_ parameters: String) {
        self.parameters = parameters
        editing = KernelParameterEditing(parameters)
    }

    static func set(_ parameters: String, _ editor: inout RootEditor) throws(TargetSystemError) {
        var settings = KernelParameterSettings(parameters)
        guard !settings.editing.isEmpty else { return }
        try settings.setDefaults(&editor)
        try editor.editText(commandLineFile) { [editing = settings.editing] in editing.commandLine($0) }
        try settings.setMenus(&editor)
        try settings.setEntries(&editor)
        settings.inspectUnifiedImages(&editor)
        if settings.found == 0 {
            editor.report.warnings.append(
                "no boot loader configuration of the image takes MACHINE_EXTRA_KERNEL_PARAMS, so only the first boot by "
                    + "kexec has them")
        }
    }

    /// Debian's grub-mkconfig sources a folder; elsewhere there is one file.
    private func setDefaults(_ editor: inout RootEditor) throws(TargetSystemError) {
        guard editor.root.status(Self.defaults)?.isRegular == true else { return }
        let sourcesFolder = Self.makers.contains { (editor.root.text($0) ?? "").contains("/default/grub.d") }
        if sourcesFolder || editor.root.status(Self.dropIns)?.isDirectory == true {
            try editor.write(editing.defaultsLine + "\n", to: Self.dropIn)
        } else {
            try editor.editText(Self.defaults) { text in
                var lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter {
                    !$0.hasSuffix(Self.mark)
                }
                if lines.last == "" { lines.removeLast() }
                return lines.joined(separator: "\n") + "\n\(editing.defaultsLine)\(Self.mark)\n"
            }
        }
    }

    private mutating func setMenus(_ editor: inout RootEditor) throws(TargetSystemError) {
        let onSystemPartition = Self.systemPartitions.flatMap { place in
            ((try? editor.root.list("\(place)/EFI")) ?? []).map { "\(place)/EFI/\($0)" }
        }
        for folder in Self.menuFolders + onSystemPartition {
            var hasKernels = false
            try editor.editText("\(folder)/grub.cfg") { [editing] text in
                let new = editing.menu(text)
                // Adding what nothing has tells whether there is a line to add to.
                hasKernels = KernelParameterEditing("martlet.probe").menu(text) != text
                return new
            }
            if hasKernels { found += 1 }
        }
    }

    private mutating func setEntries(_ editor: inout RootEditor) throws(TargetSystemError) {
        var wantsEnvironment = false
        for place in Self.systemPartitions {
            let folder = "\(place)/loader/entries"
            let names = ((try? editor.root.list(folder)) ?? []).filter { $0.hasSuffix(".conf") }
            for name in names {
                try editor.editText("\(folder)/\(name)") { [editing] text in
                    wantsEnvironment = wantsEnvironment || editing.takesEnvironment(text)
                    return editing.entry(text)
                }
                found += 1
            }
        }
        guard wantsEnvironment else { return }
        for folder in Self.menuFolders {
            try editor.edit("\(folder)/grubenv") { [editing] in editing.environment($0) }
        }
        let blocks = Self.menuFolders.compactMap { try? editor.root.read("\($0)/grubenv") }
        if !blocks.contains(where: editing.isComplete(environment:)) {
            editor.report.warnings.append(
                "the image's boot entries take their arguments from $kernelopts, which GRUB's environment block does not "
                    + "have or has no room to add to: later boots lack MACHINE_EXTRA_KERNEL_PARAMS")
        }
    }

    /// A unified kernel image has its arguments built in.
    private func inspectUnifiedImages(_ editor: inout RootEditor) {
        for place in Self.systemPartitions {
            let names = ((try? editor.root.list("\(place)/EFI/Linux")) ?? []).filter {
                $0.lowercased().hasSuffix(".efi")
            }
            guard !names.isEmpty else { continue }
            editor.report.warnings.append(
                "\(names.joined(separator: ", ")) in \(place)/EFI/Linux has its kernel arguments built in: booted by the "
                    + "firmware, it lacks MACHINE_EXTRA_KERNEL_PARAMS until it is made again")
        }
    }
}
