/// The bonding modes of Linux (`Documentation/networking/bonding.rst`).
public enum BondMode: String, CaseIterable, Sendable {
    /// Packets in turn.
    case balanceRoundRobin = "balance-rr"
    /// One link at a time.
    case activeBackup = "active-backup"
    /// By a hash.
    case balanceXOR = "balance-xor"
    /// Everything on every link.
    case broadcast
    /// LACP.
    case lacp = "802.3ad"
    /// Sending balanced by load.
    case balanceTransmit = "balance-tlb"
    /// Both directions balanced by load.
    case balanceAdaptive = "balance-alb"
}
