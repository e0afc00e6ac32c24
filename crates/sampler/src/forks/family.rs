//! The anonymous memory of a fork family, by births, growth, page faults and walks over pages.

use memtop_proc::ByNumber;

use super::holding::{Change, Holding, Observation, Share, signed};
use crate::TaskId;
use crate::bracket::Bracket;
use crate::member::scaled;

/// The kernel gives sizes in kilobytes, rounded down, and so each page's part.
pub(super) const ROUNDED: u64 = 2 * 1024;

/// The shared memory of a family: each page once, and each as often as it is shared.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Division {
    shared: u64,
    shared_by_all: u64,
}

/// What walks over pages have shown.
#[derive(Clone, Copy, Debug)]
struct Walked {
    pages: Bracket,
    /// By how much they have lowered the estimate.
    lowered: u64,
    /// Whether all members were walked over.
    is_whole: bool,
}

/// Processes that may share anonymous pages by fork.
#[derive(Debug, Default)]
pub(crate) struct Family {
    holdings: ByNumber<u32, Holding>,
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
        self.len() <= 1 && !self.has_outsiders
    }

    /// Whether walking over all members again would show nothing new.
    pub(crate) fn is_walked(&self) -> bool {
        self.is_walked
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

    /// `parent` has forked. It had so much at most then, or what was observed since births were
    /// last confirmed. The child is observed next.
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
        let own = written.min(anonymous);
        let holding = Holding::adopted(anonymous, own, self.released);
        self.holdings.insert(child, holding);
        self.change(Change {
            best: signed(own),
            upper: signed(anonymous),
            ..Change::default()
        });
    }

    /// Takes in an observation of a member.
    pub(crate) fn observe(&mut self, pid: u32, observed: Observation) {
        let Some(holding) = self.holdings.get_mut(&pid) else {
            return;
        };
        holding.update(self.released);
        let change = holding.observe(observed);
        self.is_walked &= change == Change::default();
        self.released += change.released;
        // What it has released itself does not become its own.
        holding.released = self.released;
        self.change(change);
        self.is_changed = true;
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

    /// Takes in a walk over the pages of a member, which can have written and given back so much
    /// since. What the others have stays as it was.
    pub(crate) fn add_walk(&mut self, pid: u32, share: Share, since: u64) {
        // With outsiders it is unknown how many processes share a page.
        let sharers = (!self.has_outsiders).then_some(self.len() as u64);
        let Some(holding) = self.holdings.get_mut(&pid) else {
            return;
        };
        let own = Holding::own_by(share, sharers);
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
    pub(crate) fn add_all_walks(&mut self, shares: &[(u32, Share)], moved: Option<u64>) {
        // When one has ended meanwhile, the later walks count more of each shared page.
        let Some(moved) = moved.filter(|_| !self.has_outsiders && shares.len() == self.len())
        else {
            return;
        };
        let sum: u64 = shares.iter().map(|(_, share)| share.proportional).sum();
        let rounding = ROUNDED * shares.len() as u64;
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

    /// All births until now are known, so no unknown process shared pages at the walks.
    pub(crate) fn confirm_births(&mut self) {
        self.confirm_walk();
        self.released_before = self.released;
        for holding in self.holdings.values_mut() {
            holding.confirm_births();
        }
    }

    fn confirm_walk(&mut self) {
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
