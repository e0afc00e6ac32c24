//! The anonymous memory of one process of a family, and what of it no other process has.

use super::observation::Observation;
use crate::bracket::Bracket;

/// A walk that differs by less than this does not show whether a process churns.
const CHURN: u64 = 1 << 20;

/// The anonymous memory of one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) anonymous: u64,
    /// What of it no other process has.
    pub(crate) own: Bracket,
    /// The same by a walk, until that is confirmed.
    pub(super) own_by_walk: Option<Bracket>,
    /// By how much the walk has lowered the estimate.
    pub(super) lowered: u64,
    /// By how much this process has changed the family's upper bound since all members were walked
    /// over, its birth, or its last fork.
    pub(super) raised: i64,
    /// Changes since births were last confirmed: it may have forked before them, and that is not
    /// known yet.
    pub(super) recent: Recent,
    /// What it wrote until births were confirmed, after a fork that was not known yet.
    pub(super) written_before: u64,
    /// What it seemed to have rewritten at the last observation.
    pub(super) rewritten: u64,
    /// It takes memory and gives it back between observations, so page faults do not show what it
    /// rewrites.
    pub(super) churns: bool,
    /// What it seems to have rewritten since the last walk.
    pub(super) seems_rewritten: u64,
    /// It has not changed since the last walk.
    pub(super) is_walked: bool,
    /// Since the last observation.
    pub(super) forked: Forked,
    /// What the family had released in all when this was last brought up to date.
    pub(super) released: u64,
}

/// Whether a process has forked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Forked {
    #[default]
    No,
    /// If it has, the child was not seen, and may be gone again.
    Maybe,
    Yes,
}

/// What observations have shown, and what of that the family has taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Recent {
    /// The highest size.
    pub(super) most: u64,
    written: u64,
    raised: i64,
    given_back: u64,
    released: u64,
}

/// What an observation of one process changes for its family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Added to the lower bound, the estimate and the upper bound.
    pub(super) lower: i64,
    pub(super) best: i64,
    pub(super) upper: i64,
    /// What can have been freed.
    pub(super) freed: u64,
    /// Shared memory that this process can have released.
    pub(super) released: u64,
}

/// What a process seems to have rewritten.
#[derive(Clone, Copy, Debug)]
struct Rewriting {
    bytes: u64,
    /// What seemed rewritten at the observation before, and was growth.
    was_growth: u64,
}

impl Holding {
    /// A process that shares nothing.
    pub(super) fn alone(anonymous: u64) -> Self {
        Self {
            anonymous,
            own: Bracket::exactly(anonymous),
            ..Self::default()
        }
    }

    /// A process just forked by one that had `anonymous` bytes.
    pub(super) fn inherited(anonymous: u64) -> Self {
        Self {
            anonymous,
            ..Self::default()
        }
    }

    /// What it shares, as an estimate.
    pub(super) fn shared(&self) -> u64 {
        self.anonymous.saturating_sub(self.own.best)
    }

    /// A process that was forked at an unknown time.
    pub(super) fn adopted(anonymous: u64, own: u64, released: u64) -> Self {
        Self {
            anonymous,
            own: Bracket::around(0, own, anonymous),
            recent: Recent {
                most: anonymous,
                written: anonymous,
                raised: signed(anonymous),
                ..Recent::default()
            },
            released,
            ..Self::default()
        }
    }

    /// All births until now are known.
    pub(super) fn confirm_births(&mut self) {
        let recent = std::mem::take(&mut self.recent);
        if self.forked == Forked::Yes {
            // It may have been written after the fork.
            self.written_before = recent.written;
        }
    }

    /// It has forked: all that it has is shared. Returns what that changes for the family.
    pub(super) fn fork(&mut self) -> Change {
        self.own.best = 0;
        self.note_fork(Forked::Yes)
    }

    /// It may have forked a child that was not seen: all that it has may be shared.
    pub(super) fn may_have_forked(&mut self) -> Change {
        match self.forked {
            Forked::Yes => Change::default(),
            Forked::No | Forked::Maybe => self.note_fork(Forked::Maybe),
        }
    }

    /// What it wrote may have replaced shared pages, and what it gave back may have been shared.
    fn note_fork(&mut self, forked: Forked) -> Change {
        self.own.lower = 0;
        self.forked = forked;
        let recent = &mut self.recent;
        let upper = (signed(recent.written) - recent.raised).max(0);
        let released = recent.given_back - recent.released;
        recent.raised += upper;
        recent.released += released;
        Change {
            upper,
            released,
            ..Change::default()
        }
    }

    /// What it shares becomes its own once all others have released it. `released` is what the
    /// family has released in all.
    pub(super) fn own_by_now(&self, released: u64) -> Bracket {
        self.by_now(self.own, released)
    }

    fn by_now(&self, own: Bracket, released: u64) -> Bracket {
        let upper = own.upper + (released - self.released);
        Bracket {
            upper: upper.min(self.anonymous).max(own.lower),
            ..own
        }
    }

    pub(super) fn update(&mut self, released: u64) {
        self.own = self.by_now(self.own, released);
        self.own_by_walk = self.own_by_walk.map(|own| self.by_now(own, released));
        self.released = released;
    }

    pub(super) fn confirm_walk(&mut self) {
        self.lowered = 0;
        if let Some(own) = self.own_by_walk.take() {
            self.own = own;
        }
    }

    /// An unknown process may have shared these pages, so more may be its own than the walk showed.
    pub(super) fn discard_walk(&mut self) {
        let best = self.own.best + std::mem::take(&mut self.lowered);
        self.own = Bracket::around(self.own.lower, best, self.own.upper.min(self.anonymous));
        self.own_by_walk = None;
        self.is_walked = false;
    }

    /// Compares what a walk has shown to be its own with the estimate, to find out whether it
    /// churns. The walk can be off by what was written meanwhile.
    pub(super) fn learn(&mut self, own: u64, estimated: u64, written_meanwhile: u64) {
        let seemed = std::mem::take(&mut self.seems_rewritten);
        let unsure = CHURN + written_meanwhile;
        if seemed > CHURN && estimated > own + unsure.max(seemed / 2) {
            self.churns = true;
        } else if own > estimated + unsure {
            self.churns = false;
        }
    }

    /// What it can have written, `w`, minus what it gave back, `f`, is by what it grew, `g`. So
    /// with `w` between 0 and `written_at_most` the family has at least `max(g, -own)` more; at
    /// most, what was written, or what it grew by where all that was given back was shared.
    pub(super) fn observe(&mut self, observed: Observation) -> Change {
        let grown = signed(observed.anonymous) - signed(self.anonymous);
        let written_at_most = observed.written_at_most.max(unsigned(grown));
        let given_back_at_most = (signed(written_at_most) - grown).unsigned_abs();
        let forked = std::mem::take(&mut self.forked);
        self.is_walked &= forked == Forked::No && observed.written_at_most == 0 && grown == 0;
        let shared_at_most = match forked {
            Forked::No => self.anonymous - self.own.lower.min(self.anonymous),
            // It may have written first, forked, and rewritten all of that again.
            Forked::Maybe | Forked::Yes => self.anonymous.saturating_add(written_at_most),
        };
        let lower = grown.max(-signed(self.own.upper));
        let upper = signed(written_at_most).min(grown + signed(shared_at_most));
        // What was written since and is gone again was never observed.
        let freed = given_back_at_most.min(self.own.upper);
        let released = given_back_at_most.min(shared_at_most);

        let rewriting = self.take_rewriting(observed, grown);
        self.recent.most = self.recent.most.max(self.anonymous).max(observed.anonymous);
        self.recent.written += written_at_most;
        self.recent.raised += upper;
        self.recent.given_back += given_back_at_most;
        self.recent.released += released;
        let written_since_fork = written_at_most + std::mem::take(&mut self.written_before);
        let own_after = |own: Bracket| {
            let kept = unsigned(signed(own.best) + grown).saturating_sub(rewriting.was_growth);
            let lower = unsigned(signed(own.lower) + grown);
            // What it had at a fork is shared, and so may be what it wrote before that.
            let (lower, upper) = match forked {
                Forked::No => (lower, own.upper + written_at_most),
                Forked::Maybe => (0, own.upper + written_at_most),
                Forked::Yes => (0, written_since_fork),
            };
            let most = observed.anonymous;
            Bracket::around(lower.min(most), kept + rewriting.bytes, upper.min(most))
        };
        let own = own_after(self.own);
        self.own_by_walk = self.own_by_walk.map(own_after);
        self.raised = match forked {
            Forked::No => self.raised + upper,
            Forked::Maybe | Forked::Yes => 0,
        };
        let best = signed(own.best) - signed(self.own.best);
        self.own = own;
        self.anonymous = observed.anonymous;
        Change {
            lower,
            best,
            upper,
            freed,
            released,
        }
    }

    /// The most recent memory is taken to be given back first, and writes that do not show as
    /// growth to have rewritten what was inherited.
    fn take_rewriting(&mut self, observed: Observation, grown: i64) -> Rewriting {
        let grown = unsigned(grown);
        let bytes = if self.churns {
            0
        } else {
            observed.written.saturating_sub(grown)
        };
        // Faults are read after sizes: what shows as growth now may have seemed rewritten before.
        let before = std::mem::replace(&mut self.rewritten, bytes);
        let was_growth = before.min(grown.saturating_sub(observed.written_at_most));
        self.seems_rewritten = (self.seems_rewritten + bytes).saturating_sub(was_growth);
        Rewriting { bytes, was_growth }
    }
}

/// Zero for what is negative.
fn unsigned(bytes: i64) -> u64 {
    u64::try_from(bytes).unwrap_or(0)
}

pub(super) fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
