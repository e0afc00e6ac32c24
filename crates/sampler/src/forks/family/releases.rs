//! Processes that show no memory any more, and may not have freed yet what their family had.

use memtop_proc::ByNumber;

use super::Family;
use crate::forks::holding::Holding;

/// The members of a family that show no memory and have not ended.
#[derive(Debug, Default)]
pub(super) struct Releases {
    holdings: ByNumber<u32, Holding>,
    /// The most that the family can have with all that they have.
    most: u64,
}

impl Releases {
    pub(super) fn is_empty(&self) -> bool {
        self.holdings.is_empty()
    }

    /// So much was written. What it replaced, or what is given back, one of these may still have.
    pub(super) fn note_written(&mut self, bytes: u64) {
        if !self.is_empty() {
            self.most = self.most.saturating_add(bytes);
        }
    }
}

impl Family {
    /// A member shows no memory any more and has not ended. Other members may still give back, or
    /// replace, pages that it has not released yet.
    pub(crate) fn begin_release(&mut self, pid: u32) {
        if self.releases.is_empty() {
            self.update();
            self.releases.most = self.clamped.upper;
        }
        let holding = self.holding(pid);
        self.releases.holdings.insert(pid, holding);
        let freed = self.freed;
        self.leave(pid);
        // Not yet.
        self.freed = freed;
        // What it releases itself does not become its own.
        if let Some(holding) = self.releases.holdings.get_mut(&pid) {
            holding.released = self.released;
        }
    }

    /// Such a process has ended. Returns what can have been freed.
    pub(crate) fn end_release(&mut self, pid: u32) -> u64 {
        self.update();
        let before = self.releasing(|_| true);
        self.releases.holdings.remove(&pid);
        let own = self.own_of_releasing(|_| true);
        let most = self.clamped.upper.saturating_add(own);
        self.releases.most = self.releases.most.min(most);
        let freed = before.saturating_sub(self.releasing(|_| true));
        self.settle_single();
        freed
    }

    /// What no member has and some of these processes may still have, as of the last update.
    pub(crate) fn releasing(&self, is_chosen: impl Fn(u32) -> bool) -> u64 {
        let most = self.releases.most.saturating_sub(self.clamped.upper);
        self.own_of_releasing(is_chosen).min(most)
    }

    fn own_of_releasing(&self, is_chosen: impl Fn(u32) -> bool) -> u64 {
        let chosen = self.releases.holdings.iter();
        chosen
            .filter(|&(&pid, _)| is_chosen(pid))
            .map(|(_, holding)| holding.own_by_now(self.released).upper)
            .sum()
    }

    pub(crate) fn has_releases(&self) -> bool {
        !self.releases.is_empty()
    }
}
