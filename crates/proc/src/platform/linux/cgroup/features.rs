//! The features that the kernel offers for a group, which only an existing group shows.

use super::{Cgroup, PeakSince};

/// The features of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupFeatures {
    /// The kernel records its peak.
    pub peak: bool,
    /// The peak can be reset for one reader.
    pub peak_since: bool,
    /// All its processes can be killed at once.
    pub kill: bool,
}

impl Cgroup {
    /// Finds the features without changing anything.
    #[must_use]
    pub fn features(&self) -> GroupFeatures {
        GroupFeatures {
            peak: matches!(self.peak(), Ok(Some(_))),
            peak_since: matches!(PeakSince::start(self), Ok(Some(_))),
            kill: self.file("cgroup.kill").exists(),
        }
    }
}
