//! A size that is not known exactly: its bounds, and the best estimate.

/// A size with its bounds. The best estimate lies between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bracket {
    /// It is not less than this.
    pub lower: u64,
    /// The best estimate.
    pub best: u64,
    /// It is not more than this.
    pub upper: u64,
}

impl Bracket {
    pub(crate) fn exactly(bytes: u64) -> Self {
        Self {
            lower: bytes,
            best: bytes,
            upper: bytes,
        }
    }

    /// With an estimate that may lie outside of the bounds. Where they contradict each other the
    /// lower one counts: it was observed.
    pub(crate) fn around(lower: u64, best: u64, upper: u64) -> Self {
        let upper = upper.max(lower);
        Self {
            lower,
            best: best.clamp(lower, upper),
            upper,
        }
    }

    /// The bracket after a part of it went from `before` to `now`, each of which may be off by
    /// `error`. Other parts may have changed meanwhile.
    pub(crate) fn moved(self, before: u64, now: u64, error: u64) -> Self {
        if before == now {
            return self;
        }
        let (more, less) = (now.saturating_sub(before), before.saturating_sub(now));
        Self::around(
            self.lower.saturating_sub(less + error),
            (self.best + more).saturating_sub(less),
            self.upper + more + error,
        )
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            lower: self.lower + other.lower,
            best: self.best + other.best,
            upper: self.upper + other.upper,
        }
    }

    /// What both allow. Where they contradict each other, `self`.
    pub(crate) fn and(self, other: Self) -> Self {
        let (lower, upper) = (self.lower.max(other.lower), self.upper.min(other.upper));
        if lower > upper {
            return self;
        }
        Self::around(lower, self.best, upper)
    }

    /// How far the bounds are apart.
    pub(crate) fn width(self) -> u64 {
        self.upper - self.lower
    }

    /// Whether the bounds differ by more than `1 / parts` of the estimate.
    pub(crate) fn is_wider_than(self, parts: u64) -> bool {
        self.width() > self.best / parts
    }
}

#[cfg(test)]
mod tests {
    use super::Bracket;

    #[test]
    fn growth_of_a_part_raises_no_lower_bound_and_shrinking_lowers_no_upper_one() {
        let bracket = Bracket::around(500, 600, 700);
        assert_eq!(bracket.moved(100, 100, 9), bracket);
        assert_eq!(bracket.moved(100, 400, 9), Bracket::around(491, 900, 1_009));
        assert_eq!(bracket.moved(400, 100, 9), Bracket::around(191, 300, 709));
    }

    #[test]
    fn what_two_brackets_allow_lies_in_both() {
        let one = Bracket::around(10, 50, 90);
        let other = Bracket::around(60, 70, 200);
        assert_eq!(one.and(other), Bracket::around(60, 60, 90));
        let apart = Bracket::exactly(500);
        assert_eq!(one.and(apart), one, "a contradiction narrows nothing");
    }

    #[test]
    fn a_bracket_is_as_wide_as_its_bounds_are_apart() {
        let bracket = Bracket::around(95, 100, 105);
        assert!(bracket.is_wider_than(20) && !bracket.is_wider_than(10));
        assert!(!Bracket::exactly(0).is_wider_than(50));
    }
}
