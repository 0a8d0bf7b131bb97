/// One SCSI command, without the ioctl that carries it.
struct SCSICommand: Sendable, Equatable {
    /// What is transferred besides the command itself.
    enum Transfer: Sendable, Equatable {
        case nothing
        /// To the disk.
        case send([UInt8])
        /// From the disk, at most so many bytes.
        case receive(Int)
    }

    /// The standard's name, for errors.
    let name: String
    /// The command descriptor block.
    let bytes: [UInt8]
    var transfer = Transfer.nothing
    /// How long the kernel waits before it aborts the command.
    var timeout = Duration.seconds(60)
}

/// How a SCSI command ended.
struct SCSIReply: Sendable, Equatable {
    /// The status byte: 0 GOOD, 2 CHECK CONDITION (SAM-5 5.3.1).
    var status: UInt8 = 0
    /// The adapter's own status: 0 good, 3 timeout (`DID_TIME_OUT`).
    var hostStatus: UInt16 = 0
    /// Sense data; empty when the disk sent none.
    var sense: [UInt8] = []
    /// What was received.
    var data: [UInt8] = []

    /// Whether the disk carried the command out.
    var isGood: Bool { status == 0 && hostStatus == 0 }

    /// What went wrong, as the end of a sentence.
    var complaint: String {
        if hostStatus == 3 { return "the disk did not answer in time" }
        if hostStatus != 0 { return "the adapter reports host status \(hostStatus)" }
        guard let sense = SenseData(sense) else { return "the disk answered with status \(status)" }
        return sense.description
    }
}

/// The means to have a SCSI command carried out.
typealias SCSIPerformer = @Sendable (SCSICommand) throws -> SCSIReply

/// SANITIZE and what goes with it (SBC-4 5.30, SPC-5 6.35).
enum SCSISanitize {
    /// The service actions, the best first.
    enum Action: UInt8, CaseIterable, Sendable {
        case cryptoErase = 3
        case blockErase = 2
        case overwrite = 1
        case exitFailureMode = 0x1f
    }

    private static let opcode: UInt8 = 0x48

    /// Asks whether the disk knows one service action of SANITIZE: REPORT SUPPORTED OPERATION CODES, reporting option 2.
    static func reportSupport(of action: Action) -> SCSICommand {
        SCSICommand(
            name: "REPORT SUPPORTED OPERATION CODES",
            bytes: [0xa3, 0x0c, 0x02, opcode, 0, action.rawValue, 0, 0, 0, 64, 0, 0], transfer: .receive(64))
    }

    /// Whether an answer says that the command is supported: SUPPORT 3 (as the standard has it).
    static func isSupported(_ answer: [UInt8]) -> Bool {
        answer.count >= 2 && answer[1] & 7 == 3
    }

    /// Begins, and goes on by itself: IMMED (bit 7), AUSE (bit 5). An overwrite is one pass of zeros.
    static func begin(_ action: Action) -> SCSICommand {
        let flags: UInt8 = action == .exitFailureMode ? 0 : 0xa0
        // Overwrite count 1, initialization pattern of four bytes.
        let parameters: [UInt8] = action == .overwrite ? [1, 0, 0, 4, 0, 0, 0, 0] : []
        return SCSICommand(
            name: "SANITIZE",
            bytes: [opcode, action.rawValue | flags, 0, 0, 0, 0, 0, 0, UInt8(parameters.count), 0],
            transfer: parameters.isEmpty ? .nothing : .send(parameters), timeout: .seconds(300))
    }

    /// Asks how far it is: REQUEST SENSE in fixed format.
    static let requestSense = SCSICommand(
        name: "REQUEST SENSE", bytes: [0x03, 0, 0, 0, 252, 0], transfer: .receive(252))
}
