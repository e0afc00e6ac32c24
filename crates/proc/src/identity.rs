//! The identity of a process.

/// Identifies a process, distinct from every other that has had the same pid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProcessId {
    /// The pid, which the kernel may reuse once the process is gone.
    pub pid: u32,
    /// Its start time, in the unit of the kernel (clock ticks since boot on Linux).
    pub started: u64,
}
