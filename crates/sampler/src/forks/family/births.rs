//! Processes that join a family by fork, and those that leave it.

use super::Family;
use crate::bracket::Bracket;
use crate::forks::holding::{Change, Holding, signed};

impl Family {
    /// `parent` has forked. It had at most `had_at_most` then, or what was observed since births
    /// were last confirmed. The child is observed next.
    pub(crate) fn fork(&mut self, parent: u32, child: u32, had_at_most: u64) {
        let had_at_most = had_at_most.max(self.holding(parent).recent.most);
        self.is_changed = true;
        self.is_walked = false;
        self.discard_walk();
        if let Some(holding) = self.holdings.get_mut(&parent) {
            let change = holding.fork();
            self.released += change.released;
            self.change(change);
        }
        let child_holds = Holding {
            // It may have been alive since then.
            released: self.released_before,
            ..Holding::inherited(had_at_most)
        };
        self.holdings.insert(child, child_holds);
    }

    /// Adds a child of a member that was never seen. It may share any of its memory with any
    /// member, or none of it. The estimate is that it shares all but what it has written since its
    /// birth.
    pub(crate) fn adopt(&mut self, child: u32, anonymous: u64, written: u64) {
        self.is_walked = false;
        self.discard_walk();
        let holdings = self.holdings.values_mut();
        let changes: Vec<Change> = holdings.map(Holding::may_have_forked).collect();
        for change in changes {
            self.released += change.released;
            self.change(change);
        }
        // It may have had as much as the largest, and have released any of it.
        let largest = self
            .holdings
            .values()
            .map(|holding| holding.anonymous)
            .max();
        self.released += largest.unwrap_or(0).max(anonymous);
        self.releases.note_written(anonymous);
        let own = written.min(anonymous);
        let holding = Holding::adopted(anonymous, own, self.released);
        self.holdings.insert(child, holding);
        self.change(Change {
            best: signed(own),
            upper: signed(anonymous),
            ..Change::default()
        });
    }

    /// A member has ended, or runs another program with other memory.
    pub(crate) fn leave(&mut self, pid: u32) {
        let Some(mut gone) = self.holdings.remove(&pid) else {
            return;
        };
        gone.update(self.released);
        self.is_walked = false;
        if let Some(walked) = &mut self.by_walk {
            walked.lowered = walked.lowered.saturating_sub(gone.lowered);
        }
        self.change(Change {
            lower: -signed(gone.own.upper),
            best: -signed(gone.own.best),
            upper: -signed(gone.own.lower),
            freed: gone.own.upper,
            released: 0,
        });
        self.released += gone.anonymous.saturating_sub(gone.own.lower);
        self.settle_single();
    }

    /// What a single process has is its own.
    pub(super) fn settle_single(&mut self) {
        if self.is_single() {
            for left in self.holdings.values_mut() {
                *left = Holding {
                    released: self.released,
                    ..Holding::alone(left.anonymous)
                };
                self.pages = Bracket::exactly(left.anonymous);
            }
        }
    }

    /// A member's memory goes on under another pid, as when the process that lends it ends first.
    pub(crate) fn rename(&mut self, from: u32, to: u32) {
        if let Some(holding) = self.holdings.remove(&from) {
            self.holdings.insert(to, holding);
        }
    }

    /// All births until now are known, so no unknown process shared pages at the walks.
    pub(crate) fn confirm_births(&mut self) {
        self.confirm_walk();
        self.released_before = self.released;
        for holding in self.holdings.values_mut() {
            holding.confirm_births();
        }
    }
}
