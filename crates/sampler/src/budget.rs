//! A share of time that may be spent on something costly.

use std::time::Duration;

/// Fills with time and is emptied by spending. What is not spent is kept up to a limit, so that a
/// quiet stretch pays for a busy instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// How much of all time it fills with.
    pub(crate) share: f64,
    most_seconds: f64,
    /// Negative after something that cost more than there was.
    seconds: f64,
    filled_at: Duration,
    /// Until when nothing is spent that can wait, in seconds.
    rests_until: f64,
}

/// The share of the time that may be spent on what can wait, on top of half of what it fills with,
/// when it is full.
const SHARE_SPREAD: f64 = 0.09;

impl Budget {
    /// Grows by `share` of the time that passes, up to `most`; full at first.
    pub(crate) fn new(share: f64, most: Duration) -> Self {
        let most_seconds = most.as_secs_f64();
        Self {
            share,
            most_seconds,
            seconds: most_seconds,
            filled_at: Duration::ZERO,
            rests_until: 0.0,
        }
    }

    /// Credits the time until `now`.
    pub(crate) fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.filled_at).as_secs_f64();
        self.filled_at = now;
        self.seconds = (self.seconds + passed * self.share).min(self.most_seconds);
    }

    /// Whether there is enough, or all that there can ever be: what costs more than that may be
    /// spent, too, and is paid for afterwards.
    pub(crate) fn allows(&self, cost: Duration) -> bool {
        cost.as_secs_f64() <= self.seconds || self.seconds >= self.most_seconds
    }

    /// The same, but half of all that there can be is kept.
    pub(crate) fn allows_keeping_half(&self, cost: Duration) -> bool {
        let half = self.most_seconds / 2.0;
        self.seconds - cost.as_secs_f64() >= half
            || (self.seconds >= self.most_seconds && cost.as_secs_f64() > half)
    }

    pub(crate) fn spend(&mut self, cost: Duration) {
        self.seconds -= cost.as_secs_f64();
    }

    /// The same for what can be spread over the time: the less there is left, the longer it rests.
    pub(crate) fn spend_spread(&mut self, cost: Duration) {
        self.spend(cost);
        let left = (self.seconds / self.most_seconds).max(0.0);
        let rest = cost.as_secs_f64() / (self.share / 2.0 + SHARE_SPREAD * left);
        self.rests_until = self.rests_until.max(self.filled_at.as_secs_f64()) + rest;
    }

    /// Whether what was spent at leisure is long enough ago.
    pub(crate) fn is_rested(&self) -> bool {
        self.filled_at.as_secs_f64() >= self.rests_until || self.seconds >= self.most_seconds
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;
    use std::time::Duration;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn it_refills_by_its_share_up_to_its_limit() {
        let mut budget = Budget::new(0.01, 5 * MS);
        budget.spend(MS);
        assert!(budget.allows(4 * MS) && !budget.allows(5 * MS));
        budget.spend(4 * MS);
        assert!(!budget.allows(MS));
        budget.fill(200 * MS);
        assert!(budget.allows(2 * MS) && !budget.allows(3 * MS));
        budget.fill(10_000 * MS);
        budget.spend(MS);
        assert!(budget.allows(4 * MS) && !budget.allows(5 * MS));
    }

    #[test]
    fn half_can_be_kept_for_later() {
        let mut budget = Budget::new(0.01, 10 * MS);
        assert!(budget.allows_keeping_half(5 * MS) && budget.allows_keeping_half(20 * MS));
        budget.spend(MS);
        assert!(budget.allows(5 * MS) && !budget.allows_keeping_half(5 * MS));
        assert!(!budget.allows_keeping_half(20 * MS));
    }

    #[test]
    fn a_full_budget_is_rested_whatever_was_spent() {
        let mut budget = Budget::new(0.01, 10 * MS);
        budget.spend_spread(200 * MS);
        budget.fill(10_000 * MS);
        assert!(!budget.is_rested());
        budget.fill(21_000 * MS);
        assert!(budget.is_rested());
    }

    #[test]
    fn what_can_wait_is_spread_over_time_and_leaves_something() {
        let mut budget = Budget::new(0.02, 50 * MS);
        let mut spent = Vec::new();
        for millis in 0..2_000 {
            budget.fill(millis * MS);
            if budget.is_rested() && budget.allows(2 * MS) {
                budget.spend_spread(2 * MS);
                spent.push(millis);
            }
        }
        assert!(spent[1] < 25, "one tenth of the time at first: {spent:?}");
        let in_first_half_second = spent.iter().filter(|&&millis| millis < 500).count();
        assert!((14..22).contains(&in_first_half_second), "{spent:?}");
        assert!(spent.last() > Some(&1_900), "it continues: {spent:?}");
        assert!(budget.allows(2 * MS));
    }

    #[test]
    fn what_costs_more_than_it_can_ever_hold_is_paid_for_afterwards() {
        let mut budget = Budget::new(0.01, 5 * MS);
        assert!(budget.allows(20 * MS));
        budget.spend(20 * MS);
        budget.fill(1_400 * MS);
        assert!(!budget.allows(MS), "15 ms are owed and 14 have come");
        budget.fill(1_700 * MS);
        assert!(budget.allows(MS));
    }
}
