//! The seam to what an operating system itself counts of a group of processes.

use std::fmt::Debug;

/// What the kernel counts of a group of processes that nobody else is in.
pub trait Account: Debug + Send {
    /// What is counted now. `None` once it counts no more, as when the group has been removed.
    fn read(&mut self) -> Option<Counted>;
}

/// The memory of a group of processes at one instant, each page once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Memory that no file backs, what was swapped out of it included.
    pub anonymous_bytes: u64,
    /// Of that, what is swapped out.
    pub swapped_bytes: u64,
    /// Pages of files and shared memory that are mapped and were first used by the group. Those
    /// that others had used before are not in it.
    pub mapped_bytes: u64,
    /// By how much the figures may lag.
    pub error_bytes: u64,
}
