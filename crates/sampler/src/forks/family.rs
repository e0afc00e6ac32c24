//! The memory of a family: what is known of it from births, growth, faults and walks over pages.

use memtop_proc::ByNumber;

use super::holding::{Change, Holding, Observation, Share, signed};
use crate::TaskId;
use crate::bracket::Bracket;
use crate::member::scaled;

/// Sizes are told in kilobytes, rounded down, and so is each page's part.
pub(super) const ROUNDED: u64 = 2 * 1024;

/// What of a family's memory is shared: each page once, and as often as it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Division {
    shared: u64,
    shared_by_all: u64,
}

/// What walks over pages have told.
#[derive(Clone, Copy, Debug)]
struct Walked {
    pages: Bracket,
    /// By how much it has lowered the estimate.
    lowered: u64,
    /// Of all of them.
    is_whole: bool,
}

/// Processes whose anonymous pages may be the same.
#[derive(Debug, Default)]
pub(crate) struct Family {
    holdings: ByNumber<u32, Holding>,
    /// Every page that one of them has, once, as far as events tell.
    pages: Bracket,
    /// What it is by walks over pages, unless somebody was there whom nobody had seen yet: then each
    /// counted less than its part.
    by_walk: Option<Walked>,
    /// The same with what follows from what each of them has, as of the last update.
    clamped: Bracket,
    is_changed: bool,
    /// The one account that all of them are on, and as of when.
    account: Option<(u64, Option<TaskId>)>,
    /// What can have gone for good since this was last asked for.
    lost: u64,
    /// What each of them can have let go of that others have as well, all in all.
    let_go: u64,
    /// The same when births were last taken in.
    let_go_before: u64,
    /// Nothing has happened since all of them were read.
    is_walked: bool,
    /// Others that are not in sight may have the same pages.
    has_outsiders: bool,
}

impl Family {
    /// A process that is about to have a relative.
    pub(crate) fn of(pid: u32, anonymous: u64) -> Self {
        let mut family = Self {
            pages: Bracket::exactly(anonymous),
            is_changed: true,
            ..Self::default()
        };
        family.holdings.insert(pid, Holding::alone(anonymous));
        family
    }

    /// A process whose parent is not in sight and may have any of its pages.
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

    /// Whether it is one process that nobody shares anything with.
    pub(crate) fn is_single(&self) -> bool {
        self.len() <= 1 && !self.has_outsiders
    }

    /// Whether walked all of them again would tell nothing new.
    pub(crate) fn is_walked(&self) -> bool {
        self.is_walked
    }

    pub(crate) fn pids(&self) -> impl Iterator<Item = u32> {
        self.holdings.keys().copied()
    }

    pub(crate) fn holding(&self, pid: u32) -> Holding {
        let holding = self.holdings.get(&pid).copied().unwrap_or_default();
        Holding {
            own: holding.own_by_now(self.let_go),
            ..holding
        }
    }

    /// `parent` has forked. It had so much at most then, or what was seen since births were last
    /// taken in; the child is looked at next.
    pub(crate) fn fork(&mut self, parent: u32, child: u32, had_at_most: u64) {
        let had_at_most = had_at_most.max(self.holding(parent).recent.most);
        self.is_changed = true;
        self.is_walked = false;
        self.discard_walk();
        if let Some(holding) = self.holdings.get_mut(&parent) {
            let change = holding.fork();
            self.let_go += change.let_go;
            self.change(change);
        }
        let child_holds = Holding {
            // It may have been there for that long.
            let_go: self.let_go_before,
            ..Holding::inherited(had_at_most)
        };
        self.holdings.insert(child, child_holds);
    }

    /// One that a relative has forked which nobody ever saw: any of what it has may be anybody's,
    /// or nobody else's. It is taken to have shared all but what it has written since its birth.
    pub(crate) fn adopt(&mut self, child: u32, anonymous: u64, written: u64) {
        self.is_walked = false;
        self.discard_walk();
        let holdings = self.holdings.values_mut();
        let changes: Vec<Change> = holdings.map(Holding::may_have_forked).collect();
        for change in changes {
            self.let_go += change.let_go;
            self.change(change);
        }
        // It may have had as much as anybody, and have let go of any of it.
        let largest = self
            .holdings
            .values()
            .map(|holding| holding.anonymous)
            .max();
        self.let_go += largest.unwrap_or(0).max(anonymous);
        let own = written.min(anonymous);
        let holding = Holding::adopted(anonymous, own, self.let_go);
        self.holdings.insert(child, holding);
        self.change(Change {
            best: signed(own),
            upper: signed(anonymous),
            ..Change::default()
        });
    }

    /// Takes in a look at one of them.
    pub(crate) fn observe(&mut self, pid: u32, observed: Observation) {
        let Some(holding) = self.holdings.get_mut(&pid) else {
            return;
        };
        holding.update(self.let_go);
        let change = holding.observe(observed);
        self.is_walked &= change == Change::default();
        self.let_go += change.let_go;
        // What it has let go of itself is not its own by that.
        holding.let_go = self.let_go;
        self.change(change);
        self.is_changed = true;
    }

    /// One is gone, or runs another program with other memory.
    pub(crate) fn leave(&mut self, pid: u32) {
        let Some(mut gone) = self.holdings.remove(&pid) else {
            return;
        };
        gone.update(self.let_go);
        self.is_walked = false;
        if let Some(walked) = &mut self.by_walk {
            walked.lowered = walked.lowered.saturating_sub(gone.lowered);
        }
        self.change(Change {
            lower: -signed(gone.own.upper),
            best: -signed(gone.own.best),
            upper: -signed(gone.own.lower),
            lost: gone.own.upper,
            let_go: 0,
        });
        self.let_go += gone.anonymous.saturating_sub(gone.own.lower);
        if self.is_single() {
            for left in self.holdings.values_mut() {
                *left = Holding {
                    let_go: self.let_go,
                    ..Holding::alone(left.anonymous)
                };
                self.pages = Bracket::exactly(left.anonymous);
            }
        }
    }

    /// One keeps its place under another pid, as when who lent its memory ends first.
    pub(crate) fn rename(&mut self, from: u32, to: u32) {
        if let Some(holding) = self.holdings.remove(&from) {
            self.holdings.insert(to, holding);
        }
    }

    /// A walk over the pages of one, and how much it can have written and given back since. The
    /// others' share of them stays as it was.
    pub(crate) fn add_walk(&mut self, pid: u32, share: Share, since: u64) {
        // With outsiders nobody knows among how many a page is shared.
        let relatives = (!self.has_outsiders).then_some(self.len() as u64);
        let Some(holding) = self.holdings.get_mut(&pid) else {
            return;
        };
        let own = Holding::own_by(share, relatives);
        holding.update(self.let_go);
        holding.is_walked = true;
        let before = holding.own;
        holding.learn(own.best, before.best, since);
        // What looks have told since is as good as the walk.
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
        // What it has written and still has is nobody else's, unless it has forked since.
        let raised = holding.raised;
        let surplus = (holding.raised - signed(own.upper + since)).max(0);
        holding.raised -= surplus;
        // What became its own because others have written over theirs was counted before.
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

    /// Walks over the pages of all, within a time in which they can have written and given back so
    /// much: what each counts by its sharers adds up to the whole, but for that.
    pub(crate) fn add_all_walks(&mut self, shares: &[(u32, Share)], moved: Option<u64>) {
        // When one has gone meanwhile, others have had more of what was shared than those before.
        let Some(moved) = moved.filter(|_| !self.has_outsiders && shares.len() == self.len())
        else {
            return;
        };
        let sum: u64 = shares.iter().map(|(_, share)| share.shared_out).sum();
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

    /// All births until now have been taken in: whoever was there when it was read has been seen.
    pub(crate) fn confirm_births(&mut self) {
        self.confirm_walk();
        self.let_go_before = self.let_go;
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

    /// Somebody may have been there whom nobody had seen yet, with any of the pages: then each
    /// counted less than its part, and the estimate is no less than they add up to.
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

    /// Every page that one of them has, once, as of the last update.
    pub(crate) fn bytes(&self) -> Bracket {
        self.clamped
    }

    /// Takes in all that has changed.
    pub(crate) fn update(&mut self) {
        if std::mem::take(&mut self.is_changed) {
            self.clamped = self.clamp();
        }
    }

    /// The one account that all of them are on, found again in each `version` of the tree.
    pub(crate) fn account(
        &mut self,
        version: u64,
        account_of: impl Fn(u32) -> Option<TaskId>,
    ) -> Option<TaskId> {
        if let Some((as_of, account)) = self.account
            && as_of == version
        {
            return account;
        }
        let mut accounts = self.holdings.keys().filter_map(|&pid| account_of(pid));
        let first = accounts.next();
        let account = first.filter(|&first| accounts.all(|account| account == first));
        self.account = Some((version, account));
        account
    }

    /// What can have gone for good since this was last asked for.
    pub(crate) fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// How much of the doubt would go if the pages of this one were walked over; nothing where that
    /// was done and it has not changed since.
    pub(crate) fn width_left_by(&self, pid: u32) -> u64 {
        let holding = self.holding(pid);
        if holding.is_walked {
            0
        } else {
            holding.own.width()
        }
    }

    /// How many of these there are, and what they have, whatever the others have.
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

    /// How the whole is divided among them.
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

    /// What one of them has of the whole: its own pages, and of those that are shared as large a
    /// part as it has of all that is shared, counted in each.
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
        self.lost += change.lost;
    }

    /// Whatever events tell: the whole is no less than the largest, nor than what each has for
    /// itself beside what one shares; and no more than the sum, where each shared page is in at
    /// least two.
    fn clamp(&self) -> Bracket {
        let (mut sum, mut largest, mut own, mut shared, mut halves) = (0, 0, 0, 0, 0_u64);
        for holding in self.holdings.values() {
            sum += holding.anonymous;
            largest = largest.max(holding.anonymous);
            let own_by_now = holding.own_by_now(self.let_go);
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
