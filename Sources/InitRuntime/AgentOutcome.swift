import Glibc

/// How the agent ends, as its exit status: the one word it has for PID 1.
///
/// Anything else (a signal, another status) means that the agent crashed.
public enum AgentOutcome: Int32, Sendable {
    /// Restart the machine through its firmware.
    case restart = 80
    /// Power the machine off.
    case powerOff = 81
    /// Jump into the kernel that kexec_file_load(2) has put in memory.
    case kexec = 82
    /// All is done and the operator asked to stay (`HANDOVER=stay`): open the shell.
    case stay = 83
    /// The agent failed, has said so on the console and to the controller; follow `RESCUE_MODE`.
    case failed = 90
}

extension AgentOutcome {
    /// Tells PID 1 ahead of the exit: a thread that is stuck in the kernel would keep the exit status from it.
    public func announce() {
        var byte = UInt8(truncatingIfNeeded: rawValue)
        _ = send(ControlByte.descriptor, &byte, 1, Int32(MSG_NOSIGNAL))
    }
}

/// Bytes that pass between PID 1 and the agent on the agent's descriptor 3. Any other byte from the agent is the
/// `AgentOutcome` that its exit status will be.
public enum ControlByte {
    /// Agent to PID 1: open the shells and tell me when the operator leaves one (`martlet.break=`).
    public static let openShell = UInt8(ascii: "S")
    /// PID 1 to agent: the operator left the shell; go on.
    public static let proceed = UInt8(ascii: "C")
    /// The number of the descriptor in the agent.
    public static let descriptor: Int32 = 3
}
