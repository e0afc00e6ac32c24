//! What walks over the pages of members show of a family.

use super::Family;
use crate::bracket::Bracket;
use crate::forks::holding::{Change, signed};
use crate::forks::observation::{PageWalk, ROUNDED};

/// What walks over pages have shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walked {
    pub(super) pages: Bracket,
    /// By how much they have lowered the estimate.
    pub(super) lowered: u64,
    /// Whether all members were walked over.
    pub(super) is_whole: bool,
}

impl Family {
    /// Whether walking over all members again would show nothing new.
    pub(crate) fn is_walked(&self) -> bool {
        self.is_walked
    }

    /// By how much a walk over this member can narrow the bounds; zero where one was done and
    /// nothing has changed since.
    pub(crate) fn width_left_by(&self, pid: u32) -> u64 {
        let holding = self.holding(pid);
        if holding.is_walked {
            0
        } else {
            holding.own.width()
        }
    }

    /// Adds a walk over the pages of a member, which can have written and released up to `since`
    /// bytes since then. What the others have does not change.
    pub(crate) fn add_walk(&mut self, pid: u32, walk: PageWalk, since: u64) {
        // With outsiders it is unknown how many processes share a page.
        let sharers = (!self.has_outsiders).then_some(self.len() as u64);
        let Some(holding) = self.holdings.get_mut(&pid) else {
            return;
        };
        let own = walk.own(sharers);
        holding.update(self.released);
        holding.is_walked = true;
        let before = holding.own;
        holding.learn(own.best, before.best, since);
        // Within that, what observations have shown since is as good as the walk.
        let best = Bracket::around(
            own.best.saturating_sub(since),
            before.best,
            own.best + since,
        );
        let own = Bracket::around(
            own.lower.saturating_sub(since).min(holding.anonymous),
            best.best,
            (own.upper + since).min(holding.anonymous),
        );
        holding.own = Bracket::around(before.lower, own.best, before.upper);
        holding.own_by_walk = Some(own);
        holding.lowered += before.best.saturating_sub(holding.own.best);
        // What it has written and still has is its own, unless it has forked since.
        let raised = holding.raised;
        let surplus = (holding.raised - signed(own.upper + since)).max(0);
        holding.raised -= surplus;
        // What became its own because others have rewritten their copies was counted before.
        let counted = signed(before.best);
        let best = signed(own.best).min(raised.max(counted)) - counted;
        self.change(Change {
            best,
            ..Change::default()
        });
        let walked = self.by_walk.get_or_insert(Walked {
            pages: self.pages,
            lowered: 0,
            is_whole: false,
        });
        walked.lowered += best.min(0).unsigned_abs();
        walked.pages.upper = walked.pages.upper.saturating_add_signed(-surplus);
    }

    /// Takes in walks over all members, in a time in which they can have written and given back
    /// `moved`. But for that, the proportional sizes add up to the whole.
    pub(crate) fn add_all_walks(&mut self, walks: &[(u32, PageWalk)], moved: Option<u64>) {
        // When one has ended meanwhile, the later walks count more of each shared page.
        let Some(moved) = moved.filter(|_| !self.has_outsiders && walks.len() == self.len()) else {
            return;
        };
        let sum: u64 = walks.iter().map(|(_, walk)| walk.proportional).sum();
        let rounding = ROUNDED * walks.len() as u64;
        let known = self.clamp();
        let read = Bracket::around(
            sum.saturating_sub(moved),
            known.best,
            sum + moved + rounding,
        );
        let lowered = self.by_walk.map_or(0, |walked| walked.lowered);
        self.by_walk = Some(Walked {
            lowered,
            pages: Bracket {
                best: read.best,
                ..known
            }
            .and(read),
            is_whole: true,
        });
        self.is_walked = moved == 0;
        self.is_changed = true;
    }

    pub(super) fn confirm_walk(&mut self) {
        if let Some(read) = self.by_walk.take() {
            self.pages = read.pages;
            self.is_changed = true;
            for holding in self.holdings.values_mut() {
                holding.confirm_walk();
                if read.is_whole {
                    holding.raised = 0;
                }
            }
        }
    }

    /// An unknown process may have shared any of the pages at the walks, so that each counted less
    /// than its part. The estimate is no less than what they add up to.
    pub(crate) fn discard_walk(&mut self) {
        if let Some(read) = self.by_walk.take() {
            let best = (self.pages.best + read.lowered).max(read.pages.best);
            self.pages = Bracket::around(self.pages.lower, best, self.pages.upper);
            self.is_changed = true;
            self.is_walked = false;
            for holding in self.holdings.values_mut() {
                holding.discard_walk();
            }
        }
    }
}
