//! What is read of the anonymous memory of one process.

use crate::bracket::Bracket;

/// The kernel gives sizes in kilobytes, rounded down, and so each page's part.
pub(super) const ROUNDED: u64 = 2 * 1024;

/// What reading the size and the page faults of a process has shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Observation {
    /// Its anonymous memory.
    pub(crate) anonymous: u64,
    /// What its page faults since the observation before gave it, one page each.
    pub(crate) written: u64,
    /// The most that they can have given it: a fault may give a huge page.
    pub(crate) written_at_most: u64,
}

/// What a walk over all pages of a process has shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PageWalk {
    /// Its anonymous memory.
    pub(crate) anonymous: u64,
    /// The same with each page divided by the number of processes that have it.
    pub(crate) proportional: u64,
    /// Pages of any kind that no other process has.
    pub(crate) private: u64,
}

impl PageWalk {
    /// What the process has of its own. Every other page is shared by at least two processes, and
    /// at most by all `sharers`, this one included; without them, by any number.
    pub(super) fn own(self, sharers: Option<u64>) -> Bracket {
        let Self {
            anonymous,
            proportional,
            private,
        } = self;
        let among_two = (2 * proportional).saturating_sub(anonymous);
        let among_all = match sharers {
            None => proportional,
            Some(0 | 1) => anonymous,
            Some(n) => (n * proportional).saturating_sub(anonymous) / (n - 1),
        };
        let most = among_all.min(private).min(anonymous);
        let upper = (most + ROUNDED).min(anonymous);
        Bracket::around(among_two.min(most), most, upper)
    }
}
