/// What is changed in the installed system.
public struct SystemVars: Equatable, Sendable {
    /// Where cloud-init looks for its seed.
    public enum Datasource: String, CaseIterable, Sendable {
        /// Files below `/var/lib/cloud/seed/nocloud`.
        case nocloud
    }

    /// Where the installed system's boot entry goes in the firmware's order.
    public enum BootEntryPlace: String, CaseIterable, Sendable {
        /// Before all others.
        case first
        /// After all others.
        case last
        /// For the next boot only.
        case next
        /// Nowhere.
        case none
    }

    /// Whether a cloud-init seed is written.
    public var seedsCloudInit = true
    /// What kind of seed.
    public var datasource = Datasource.nocloud
    /// More arguments for the installed kernel.
    public var extraKernelParameters: String?
    /// Commands to run in the target root, in order.
    public var postProvisionCommands: [String] = []
    /// Whether `/etc/machine-id` is emptied.
    public var resetsMachineID = true
    /// Where the boot entry goes.
    public var bootEntry = BootEntryPlace.first
    /// Virtual functions wanted of each SR-IOV NIC.
    public var virtualFunctions: Int?

    /// A NoCloud seed, nothing else.
    public init() {}

    init(_ reader: inout VarsReader) {
        seedsCloudInit = reader.boolean(.cloudInitEnabled, default: true)
        datasource = reader.choice(.cloudInitDatasource, default: .nocloud)
        extraKernelParameters = reader.text(.extraKernelParameters)
        postProvisionCommands = (reader.text(.postProvisionCommands) ?? "").split(separator: ";").compactMap {
            command in
            let start = command.drop(while: \.isWhitespace)
            let end = start.lastIndex { !$0.isWhitespace }
            return end.map { String(start[...$0]) }
        }
        resetsMachineID = reader.boolean(.resetMachineID, default: true)
        bootEntry = reader.choice(.efiBootEntry, default: .first)
        virtualFunctions = reader.number(.numberOfVFs, in: 0...65_535)
    }
}
