//! What the kernel counts of the memory of a control group.

use std::fmt::Debug;

/// The kernel's memory counters of a control group that contains only the processes of a run.
pub trait GroupCounters: Debug + Send {
    /// The current memory of the group. `None` once the group has been removed.
    fn read(&mut self) -> Option<GroupMemory>;
}

/// The memory of a group of processes at one instant, counting each page once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupMemory {
    /// Anonymous memory, including what is swapped out.
    pub anonymous_bytes: u64,
    /// The part of it that is swapped out.
    pub swapped_bytes: u64,
    /// Mapped pages of files and shared memory that were first used by the group. Pages that other
    /// processes had used before are charged elsewhere.
    pub mapped_bytes: u64,
    /// By how much the figures may lag behind.
    pub error_bytes: u64,
}
