//! How much memory is available to a run.

use std::path::PathBuf;

/// The memory available to a run: that of the machine, or of an enclosing control group, whichever
/// has the least left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// The most that a run can ever use: the smallest limit, in bytes.
    pub total_bytes: u64,
    /// What is available without swapping, in bytes, including reclaimable page cache.
    pub available_bytes: u64,
    /// What all processes of the machine or group use, in bytes.
    pub used_bytes: u64,
    /// What may still be swapped out, in bytes. An upper bound: compressed swap is taken to use no
    /// memory.
    pub swap_free_bytes: u64,
    /// The machine or the group.
    pub limited_by: LimitedBy,
}

/// What has the least memory left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitedBy {
    /// The machine as a whole.
    Machine,
    /// A control group that this process is in.
    Group {
        /// Its directory.
        path: PathBuf,
    },
}

impl Room {
    /// What can still be used before the OOM killer ends a process, in bytes.
    #[must_use]
    pub fn left_bytes(&self) -> u64 {
        self.available_bytes.saturating_add(self.swap_free_bytes)
    }

    /// The memory of the machine or group as a whole, in bytes.
    #[must_use]
    pub fn place_bytes(&self) -> u64 {
        self.used_bytes.saturating_add(self.available_bytes)
    }
}
