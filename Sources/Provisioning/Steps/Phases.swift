import BlockDevices
import DeployVars
import ImageSources
import ImageStreaming
import InitRuntime
import Kexec
import TargetSystem

// What each step proves, and hands to the next. A value of a later phase holds the one before.

/// The vars are read and valid, or will be fetched once there is a network.
enum FoundVars: Sendable {
    case local(DeployVars)
    case remote(url: String)
}

/// The vars hold, and the network is up.
struct Configured: Sendable {
    let vars: DeployVars
    let services: Services
    let machine: MachineIdentity
}

/// This is the machine that the vars are for.
struct RightMachine: Sendable {
    let job: Configured
}

/// The controller has agreed.
struct Admitted: Sendable {
    let job: Configured
}

/// Exactly one disk matches, or the two of a mirror; nothing has been touched.
struct ChosenDisk: Sendable {
    let job: Configured
    let target: Target
    var disk: Disk { target.disk }
    /// The disk's system, when this very order has provisioned it before.
    let provisioned: ProvisionedDisk?
}

/// The chosen disk holds what this order provisions: it is booted, not wiped.
struct ProvisionedDisk: Sendable {
    let job: Configured
    let disk: Disk
}

/// The image can be had, and fits this disk; nothing has been touched.
struct Preflighted: Sendable {
    let job: Configured
    let target: Target
    var disk: Disk { target.disk }
    let source: any ImageSource
    let facts: ImageFacts
    /// What the image is checked by.
    let options: ImageWriter.Options
}

/// Nothing stands on the disk any more, and nobody else can take it.
struct ReleasedDisk: Sendable {
    let image: Preflighted
    let pinned: PinnedDisk
    var job: Configured { image.job }
}

/// The image's body is on the disk and verified; its head and tail are only in memory.
struct WrittenDisk: Sendable {
    let job: Configured
    let pinned: PinnedDisk
    var withheld: WithheldTable
}

/// The installed system's root is known and mounted; the mount belongs to this value.
struct RootFound: Sendable {
    let written: WrittenDisk
    let root: MountedRoot
    var job: Configured { written.job }
}

/// The installed system has its seed, and, behind `run-hooks`, what the operator's commands made of it.
struct SeededRoot: Sendable {
    var written: WrittenDisk
    var root: MountedRoot
    var job: Configured { written.job }
}

/// What to leave with is decided, the kernel is in memory if need be, and the root is unmounted.
struct LoadedDisk: Sendable {
    let written: WrittenDisk
    let outcome: AgentOutcome
    var job: Configured { written.job }
}

/// The disk boots.
struct SealedDisk: Sendable {
    let job: Configured
    let outcome: AgentOutcome
    let summary: ImageWriteSummary?
}

/// The controller knows; all that is left is to go.
struct ReadyToLeave: Sendable {
    let job: Configured
    let outcome: AgentOutcome
}
