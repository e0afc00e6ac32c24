//! What one process of a family has, and what of that nobody else does.

use super::family::ROUNDED;
use crate::bracket::Bracket;

/// With less than this in question a walk does not say whether a process churns.
const CHURN: u64 = 1 << 20;

/// What a look at a process gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Observation {
    /// Its anonymous memory.
    pub(crate) anonymous: u64,
    /// What its page faults since the look before gave it, one page each.
    pub(crate) written: u64,
    /// What they can have given it at most: a fault may give a huge page.
    pub(crate) written_at_most: u64,
}

/// What a walk over all pages of a process gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    /// Its anonymous memory.
    pub(crate) anonymous: u64,
    /// The same with each page counted by how many have it.
    pub(crate) shared_out: u64,
    /// Pages of any kind that nobody else has.
    pub(crate) private: u64,
}

/// The anonymous memory of one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) anonymous: u64,
    /// What of it nobody else has.
    pub(crate) own: Bracket,
    /// The same by a walk over its pages, until that is confirmed.
    pub(super) own_by_walk: Option<Bracket>,
    /// By how much that has lowered the estimate.
    pub(super) lowered: u64,
    /// What this one has changed the upper bound of the family by since all were read, it was born
    /// or it has forked.
    pub(super) raised: i64,
    /// What has become of it since births were last taken in: it may have forked before that, and
    /// nobody knows yet.
    pub(super) recent: Recent,
    pub(super) written_before_look: u64,
    /// What it seemed to have written over at the last look.
    pub(super) rewritten: u64,
    /// It takes memory and gives it back between looks, so what it writes does not tell what it
    /// writes over.
    pub(super) churns: bool,
    /// What it seems to have written over since its pages were walked over.
    pub(super) seems_rewritten: u64,
    /// It has not changed since it was read.
    pub(super) is_walked: bool,
    /// Since the last look.
    pub(super) forked: Forked,
    /// What its relatives had let go of in all when this was last brought up to date.
    pub(super) let_go: u64,
}

/// Whether a process has forked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Forked {
    #[default]
    No,
    /// Or it has not, or whoever has its pages by that is gone again.
    Maybe,
    Yes,
}

/// What looks have told, and what of that was taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Recent {
    /// The most that it was seen to have.
    pub(super) most: u64,
    written: u64,
    raised: i64,
    given_back: u64,
    let_go: u64,
}

/// What a look at one process changes for its family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// To be added to the lower bound, the estimate, and the upper bound.
    pub(super) lower: i64,
    pub(super) best: i64,
    pub(super) upper: i64,
    /// What can have gone for good.
    pub(super) lost: u64,
    /// What this one can have let go of that others have as well.
    pub(super) let_go: u64,
}

impl Holding {
    /// One whose memory nobody else has.
    pub(super) fn alone(anonymous: u64) -> Self {
        Self {
            anonymous,
            own: Bracket::exactly(anonymous),
            ..Self::default()
        }
    }

    /// One that has just been forked by a process that had so much.
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

    /// One that has been there for a while, and nobody knows since when.
    pub(super) fn adopted(anonymous: u64, own: u64, let_go: u64) -> Self {
        Self {
            anonymous,
            own: Bracket::around(0, own, anonymous),
            recent: Recent {
                most: anonymous,
                written: anonymous,
                raised: signed(anonymous),
                ..Recent::default()
            },
            let_go,
            ..Self::default()
        }
    }

    /// All births until now have been taken in.
    pub(super) fn confirm_births(&mut self) {
        let recent = std::mem::take(&mut self.recent);
        if self.forked == Forked::Yes {
            // It may have been written after that.
            self.written_before_look = recent.written;
        }
    }

    /// All that it has is its child's, too. What that changes in what was taken in before.
    pub(super) fn fork(&mut self) -> Change {
        self.own.best = 0;
        self.be_forked(Forked::Yes)
    }

    /// All that it has may be somebody else's, too.
    pub(super) fn may_have_forked(&mut self) -> Change {
        match self.forked {
            Forked::Yes => Change::default(),
            Forked::No | Forked::Maybe => self.be_forked(Forked::Maybe),
        }
    }

    /// What was written may have been over what it shared by then, and what was given back may have
    /// been shared.
    fn be_forked(&mut self, forked: Forked) -> Change {
        self.own.lower = 0;
        self.forked = forked;
        let recent = &mut self.recent;
        let upper = (signed(recent.written) - recent.raised).max(0);
        let let_go = recent.given_back - recent.let_go;
        recent.raised += upper;
        recent.let_go += let_go;
        Change {
            upper,
            let_go,
            ..Change::default()
        }
    }

    /// What it shares is its own once everybody else has let go of it, and `let_go` is what they
    /// have in all.
    pub(super) fn own_by_now(&self, let_go: u64) -> Bracket {
        self.by_now(self.own, let_go)
    }

    fn by_now(&self, own: Bracket, let_go: u64) -> Bracket {
        let upper = own.upper + (let_go - self.let_go);
        Bracket {
            upper: upper.min(self.anonymous).max(own.lower),
            ..own
        }
    }

    pub(super) fn update(&mut self, let_go: u64) {
        self.own = self.by_now(self.own, let_go);
        self.own_by_walk = self.own_by_walk.map(|own| self.by_now(own, let_go));
        self.let_go = let_go;
    }

    pub(super) fn confirm_walk(&mut self) {
        self.lowered = 0;
        if let Some(own) = self.own_by_walk.take() {
            self.own = own;
        }
    }

    /// A process that nobody had seen may have shared these pages, so they only looked shared.
    pub(super) fn discard_walk(&mut self) {
        let best = self.own.best + std::mem::take(&mut self.lowered);
        self.own = Bracket::around(self.own.lower, best, self.own.upper.min(self.anonymous));
        self.own_by_walk = None;
        self.is_walked = false;
    }

    /// A walk has told what nobody else has, where so much was estimated. It can be off by what was
    /// written meanwhile.
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
    /// with `w` between 0 and `written_at_most` the family has, at least, `max(g, -own)` more; at
    /// most, what was written, or what it grew by where all that was given back was shared.
    pub(super) fn observe(&mut self, observed: Observation) -> Change {
        let grown = signed(observed.anonymous) - signed(self.anonymous);
        let grown_up = u64::try_from(grown).unwrap_or(0);
        let written_at_most = observed.written_at_most.max(grown_up);
        let given_back_at_most = (signed(written_at_most) - grown).unsigned_abs();
        let forked = std::mem::take(&mut self.forked);
        self.is_walked &= forked == Forked::No && observed.written_at_most == 0 && grown == 0;
        let shared_at_most = match forked {
            Forked::No => self.anonymous - self.own.lower.min(self.anonymous),
            // It may have written first, forked, and written over all of that again.
            Forked::Maybe | Forked::Yes => self.anonymous.saturating_add(written_at_most),
        };
        let upper = signed(written_at_most).min(grown + signed(shared_at_most));
        let change = Change {
            lower: grown.max(-signed(self.own.upper)),
            best: 0,
            upper,
            // What was written since and has gone again was not there at any look.
            lost: given_back_at_most.min(self.own.upper),
            let_go: given_back_at_most.min(shared_at_most),
        };

        // What was taken last is what is given back first, and what does not show as growth is
        // taken to be written over what was inherited.
        let rewritten = if self.churns {
            0
        } else {
            observed.written.saturating_sub(grown_up)
        };
        // Faults are read after sizes: what shows as growth only now may have seemed so before.
        let before = std::mem::replace(&mut self.rewritten, rewritten);
        let was_growth = before.min(grown_up.saturating_sub(observed.written_at_most));
        self.recent.most = self.recent.most.max(self.anonymous).max(observed.anonymous);
        self.recent.written += written_at_most;
        self.recent.raised += upper;
        self.recent.given_back += given_back_at_most;
        self.recent.let_go += change.let_go;
        let written_recently = written_at_most + std::mem::take(&mut self.written_before_look);
        let own_after = |own: Bracket| {
            let kept = u64::try_from(signed(own.best) + grown).unwrap_or(0);
            let kept = kept.saturating_sub(was_growth);
            let lower = u64::try_from(signed(own.lower) + grown).unwrap_or(0);
            // What was there when it forked is shared, and so may be what was written before it.
            let (lower, upper) = match forked {
                Forked::No => (lower, own.upper + written_at_most),
                Forked::Maybe => (0, own.upper + written_at_most),
                Forked::Yes => (0, written_recently),
            };
            let most = observed.anonymous;
            Bracket::around(lower.min(most), kept + rewritten, upper.min(most))
        };
        let own = own_after(self.own);
        self.own_by_walk = self.own_by_walk.map(own_after);
        self.raised = match forked {
            Forked::No => self.raised + upper,
            Forked::Maybe | Forked::Yes => 0,
        };
        self.seems_rewritten = (self.seems_rewritten + rewritten).saturating_sub(was_growth);
        let best = signed(own.best) - signed(self.own.best);
        self.own = own;
        self.anonymous = observed.anonymous;
        Change { best, ..change }
    }

    /// What a walk over its pages says of those that nobody else has. Every other page is shared
    /// by at least two and at most by all `relatives`, this one included; without them, by any number.
    pub(super) fn own_by(share: Share, relatives: Option<u64>) -> Bracket {
        let Share {
            anonymous,
            shared_out,
            private,
        } = share;
        let among_two = (2 * shared_out).saturating_sub(anonymous);
        let among_all = match relatives {
            None => shared_out,
            Some(0 | 1) => anonymous,
            Some(n) => (n * shared_out).saturating_sub(anonymous) / (n - 1),
        };
        let most = among_all.min(private).min(anonymous);
        let upper = (most + ROUNDED).min(anonymous);
        Bracket::around(among_two.min(most), most, upper)
    }
}

pub(super) fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
