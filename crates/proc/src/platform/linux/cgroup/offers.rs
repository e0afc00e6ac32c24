//! What the kernel offers for a group. It can only be seen in one that was made.

use super::{Cgroup, PeakSince};

/// What can be had of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offers {
    /// It keeps its peak.
    pub peak: bool,
    /// The peak can be counted from any moment on, by one reader alone.
    pub peak_since: bool,
    /// All its processes can be killed at once.
    pub kill: bool,
}

impl Cgroup {
    /// Looks without changing anything.
    #[must_use]
    pub fn offers(&self) -> Offers {
        Offers {
            peak: matches!(self.peak(), Ok(Some(_))),
            peak_since: matches!(PeakSince::start(self), Ok(Some(_))),
            kill: self.file("cgroup.kill").exists(),
        }
    }
}
