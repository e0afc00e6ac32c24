//! The anonymous memory of a fork family, by births, growth, page faults and walks over pages.

mod births;
mod division;
mod releases;
mod walks;

use memtop_proc::ByNumber;

use super::holding::{Change, Holding};
use super::observation::Observation;
use crate::TaskId;
use crate::bracket::Bracket;
use releases::Releases;
use walks::Walked;

pub(crate) use division::Division;

/// Processes that may share anonymous pages by fork.
#[derive(Debug, Default)]
pub(crate) struct Family {
    holdings: ByNumber<u32, Holding>,
    releases: Releases,
    /// Every page of any member, once, by births, growth and faults.
    pages: Bracket,
    /// The same by walks. It does not hold if there was a member that was not known yet: then each
    /// page counted less than its part.
    by_walk: Option<Walked>,
    /// The estimate within the bounds that follow from the size of each member, as of the last
    /// update.
    clamped: Bracket,
    is_changed: bool,
    /// The one task that all members are in, and the version of the tree.
    common_task: Option<(u64, Option<TaskId>)>,
    /// What can have been freed since this was last taken.
    freed: u64,
    /// Shared memory that members can have released, all in all.
    released: u64,
    /// The same when births were last confirmed.
    released_before: u64,
    /// Nothing has changed since all members were walked over.
    is_walked: bool,
    /// Processes that are not watched may have the same pages.
    has_outsiders: bool,
}

impl Family {
    /// A family of one process, which is about to grow.
    pub(crate) fn of(pid: u32, anonymous: u64) -> Self {
        let mut family = Self {
            pages: Bracket::exactly(anonymous),
            is_changed: true,
            ..Self::default()
        };
        family.holdings.insert(pid, Holding::alone(anonymous));
        family
    }

    /// A family of one process whose parent is not watched and may have any of its pages.
    pub(crate) fn of_outsiders_child(pid: u32, anonymous: u64) -> Self {
        let mut family = Self::of(pid, anonymous);
        family.has_outsiders = true;
        if let Some(holding) = family.holdings.get_mut(&pid) {
            holding.own.lower = 0;
        }
        family
    }

    pub(crate) fn len(&self) -> usize {
        self.holdings.len()
    }

    /// Whether it is one process that shares with no other.
    pub(crate) fn is_single(&self) -> bool {
        self.len() <= 1 && !self.has_outsiders && self.releases.is_empty()
    }

    /// Whether it has no member, nor one that is releasing its memory.
    pub(super) fn is_empty(&self) -> bool {
        self.holdings.is_empty() && self.releases.is_empty()
    }

    pub(crate) fn pids(&self) -> impl Iterator<Item = u32> {
        self.holdings.keys().copied()
    }

    pub(crate) fn holding(&self, pid: u32) -> Holding {
        let holding = self.holdings.get(&pid).copied().unwrap_or_default();
        Holding {
            own: holding.own_by_now(self.released),
            ..holding
        }
    }

    /// Takes in an observation of a member.
    pub(crate) fn observe(&mut self, pid: u32, observed: Observation) {
        let Some(holding) = self.holdings.get_mut(&pid) else {
            return;
        };
        holding.update(self.released);
        let grown = observed.anonymous.saturating_sub(holding.anonymous);
        let change = holding.observe(observed);
        self.releases
            .note_written(observed.written_at_most.max(grown));
        self.is_walked &= change == Change::default();
        self.released += change.released;
        // What it has released itself does not become its own.
        holding.released = self.released;
        self.change(change);
        self.is_changed = true;
    }

    /// Every page of any member, once, as of the last update.
    pub(crate) fn bytes(&self) -> Bracket {
        self.clamped
    }

    /// Brings [`Self::bytes`] up to date.
    pub(crate) fn update(&mut self) {
        if std::mem::take(&mut self.is_changed) {
            self.clamped = self.clamp();
        }
    }

    /// The one task that all members are in, found anew for each `version` of the tree.
    pub(crate) fn common_task(
        &mut self,
        version: u64,
        task_of: impl Fn(u32) -> Option<TaskId>,
    ) -> Option<TaskId> {
        if let Some((as_of, task)) = self.common_task
            && as_of == version
        {
            return task;
        }
        let mut tasks = self.holdings.keys().filter_map(|&pid| task_of(pid));
        let first = tasks.next();
        let common = first.filter(|&first| tasks.all(|task| task == first));
        self.common_task = Some((version, common));
        common
    }

    /// What can have been freed since this was last taken.
    pub(crate) fn take_freed(&mut self) -> u64 {
        std::mem::take(&mut self.freed)
    }

    fn change(&mut self, change: Change) {
        self.is_changed = true;
        let read = self.by_walk.iter_mut().map(|walked| &mut walked.pages);
        for pages in read.chain([&mut self.pages]) {
            let add = |bytes: u64, more: i64| bytes.saturating_add_signed(more);
            *pages = Bracket {
                lower: add(pages.lower, change.lower),
                best: add(pages.best, change.best),
                upper: add(pages.upper, change.upper),
            };
        }
        self.freed += change.freed;
    }

    /// The whole is at least the largest member, and at least what each has of its own plus what
    /// one shares. It is at most the sum, with each shared page in at least two members.
    fn clamp(&self) -> Bracket {
        let (mut sum, mut largest, mut own, mut shared, mut halves) = (0, 0, 0, 0, 0_u64);
        for holding in self.holdings.values() {
            sum += holding.anonymous;
            largest = largest.max(holding.anonymous);
            let own_by_now = holding.own_by_now(self.released);
            own += own_by_now.lower;
            shared = shared.max(holding.anonymous.saturating_sub(own_by_now.upper));
            halves += holding.anonymous + own_by_now.upper;
        }
        let by_halves = if self.has_outsiders {
            sum
        } else {
            halves.div_ceil(2)
        };
        let lower = self.pages.lower.max(largest).max(own + shared).min(sum);
        Bracket::around(
            lower,
            self.pages.best,
            self.pages.upper.min(sum).min(by_halves),
        )
    }
}
