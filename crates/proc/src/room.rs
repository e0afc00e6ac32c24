//! How much memory a run can have, and how much of it is left.

use std::path::PathBuf;

/// What a run can have now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// The most that a run can ever have: the smallest limit, in bytes.
    pub total_bytes: u64,
    /// What is left in the tightest place without swapping, in bytes. Page cache that can be given
    /// back counts as left.
    pub available_bytes: u64,
    /// What is used there, by whomever, in bytes.
    pub used_bytes: u64,
    /// What may still be swapped out of there, in bytes. Compressed memory counts as if it took
    /// none, so this is the most it can be.
    pub swap_free_bytes: u64,
    /// Which place that is.
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
    /// What can still be had before somebody is ended for want of memory, in bytes.
    #[must_use]
    pub fn left_bytes(&self) -> u64 {
        self.available_bytes.saturating_add(self.swap_free_bytes)
    }

    /// How much there is in the tightest place, in bytes.
    #[must_use]
    pub fn place_bytes(&self) -> u64 {
        self.used_bytes.saturating_add(self.available_bytes)
    }
}
