//! What makes a process that process and no other.

/// A process, told apart from every other that has ever had its pid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProcessId {
    /// The number that the kernel gives out again once the process is gone.
    pub pid: u32,
    /// When it started, in the kernel's own unit (clock ticks since boot on Linux).
    pub started: u64,
}
