//! How the memory of a family is divided among its members.

use super::Family;
use crate::bracket::Bracket;
use crate::scaled::scaled;

/// The shared memory of a family: each page once, and each as often as it is shared.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Division {
    shared: u64,
    shared_by_all: u64,
}

impl Family {
    /// The number of these members, and their memory, whatever the others have.
    pub(crate) fn part(&self, pids: impl Iterator<Item = u32>) -> (usize, Bracket) {
        let (mut number, mut sum, mut largest, mut own, mut shared) = (0, 0, 0, 0, 0);
        for pid in pids {
            let holding = self.holding(pid);
            number += 1;
            sum += holding.anonymous;
            largest = largest.max(holding.anonymous);
            own += holding.own.best.min(holding.anonymous);
            shared = shared.max(holding.shared());
        }
        (number, Bracket::around(largest, own + shared, sum))
    }

    /// How the whole is divided among the members.
    pub(crate) fn division(&self) -> Division {
        let (mut own, mut shared_by_all) = (0, 0);
        for holding in self.holdings.values() {
            own += holding.own.best.min(holding.anonymous);
            shared_by_all += holding.shared();
        }
        Division {
            shared: self.clamped.best.saturating_sub(own),
            shared_by_all,
        }
    }

    /// The part of a member: its own pages, and of the shared ones a part in proportion to what it
    /// shares.
    pub(crate) fn part_of(&self, pid: u32, division: Division) -> u64 {
        let holding = self.holdings.get(&pid).copied().unwrap_or_default();
        holding.own.best.min(holding.anonymous)
            + scaled(division.shared, holding.shared(), division.shared_by_all)
    }
}
