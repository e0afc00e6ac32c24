//! What looking at the pages of processes may cost, and what it is worth.

use std::time::Duration;

use crate::budget::Budget;
use crate::estimate::Estimate;

/// What a peak is measured in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Metric {
    /// Every page that at least one process has, once, by as few readings as decide it.
    #[default]
    Auto,
    /// Resident memory; no reading that could disturb a process.
    Rss,
    /// Proportional memory of every process at each new high.
    Pss,
}

/// A walk over all pages of a process takes this long for each of its bytes (4.7 ms per GiB), and
/// the process waits meanwhile if it changes its mappings.
const WALK_NANOS_PER_MIB: u64 = 4_600;
const COST_OF_A_WALK: Duration = Duration::from_micros(40);
/// Finding out which pages of files it has takes longer for each byte of those, and none for the
/// rest of its memory.
const PAGES_NANOS_PER_MIB: u64 = 8_000;
const COST_OF_PAGES: Duration = Duration::from_micros(60);
/// The share of a CPU that readings may take while much is in doubt, while little is, and where
/// somebody wants them.
const SHARE_IN_DOUBT: f64 = 0.02;
const SHARE_AT_REST: f64 = 0.003;
const SHARE_IN_PSS: f64 = 0.05;
const MOST_AT_ONCE: Duration = Duration::from_millis(50);
/// Much is one part in so many.
const MUCH: u64 = 20;
/// More than this part above what was read is worth another reading.
const HIGHER: u64 = 50;
/// Less than one part in so many is not worth a reading.
const LITTLE: u64 = 100;

/// What memory is looked into for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A high of the task that goes on growing: what is read now is out of date soon.
    Rising,
    /// A high of the task that lasts.
    Steady,
    /// Something that is about to be done.
    Certain,
}

/// The last walk over the pages of families of a task.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastWalk {
    /// What the task had by it.
    pub(crate) best: u64,
    /// It grew meanwhile.
    pub(crate) was_rising: bool,
}

/// What has been spent on readings, and what may be.
#[derive(Debug)]
pub(crate) struct PageReads {
    metric: Metric,
    budget: Budget,
    /// Time that readings have taken so far.
    pub(crate) spent: Duration,
    pub(crate) readings: u64,
    pub(crate) refused: u64,
}

impl PageReads {
    pub(crate) fn new(metric: Metric) -> Self {
        Self {
            metric,
            budget: Budget::new(SHARE_IN_DOUBT, MOST_AT_ONCE),
            spent: Duration::ZERO,
            readings: 0,
            refused: 0,
        }
    }

    pub(crate) fn metric(&self) -> Metric {
        self.metric
    }

    /// Credits the time until `now` by what was in doubt meanwhile.
    pub(crate) fn fill(&mut self, now: Duration, estimate: &Estimate) {
        self.budget.share = match self.metric {
            Metric::Pss => SHARE_IN_PSS,
            _ if estimate.total.is_wider_than(MUCH) => SHARE_IN_DOUBT,
            _ => SHARE_AT_REST,
        };
        self.budget.fill(now);
    }

    /// Whether the doubt is worth a reading.
    pub(crate) fn is_worth_it(estimate: &Estimate) -> bool {
        estimate.total.is_wider_than(LITTLE)
    }

    /// Whether to walk over the pages of families now. While they grow, what a walk tells is out of
    /// date soon. Once they do not, that is made good, and an estimate that is higher is a new high,
    /// or wrong.
    pub(crate) fn is_time_for_walks(
        &self,
        estimate: &Estimate,
        last: LastWalk,
        need: Need,
    ) -> bool {
        let is_higher = estimate.total.best > last.best + last.best / HIGHER;
        match need {
            Need::Rising => estimate.total.is_wider_than(MUCH) && self.budget.is_rested(),
            Need::Steady => last.was_rising || is_higher || self.budget.is_rested(),
            Need::Certain => true,
        }
    }

    /// Whether to look again at the file pages of processes that have been looked at.
    pub(crate) fn is_time_for_files(&self, estimate: &Estimate, need: Need) -> bool {
        match need {
            Need::Rising => {
                estimate.mapped.width() > estimate.total.best / MUCH && self.budget.is_rested()
            }
            Need::Steady | Need::Certain => true,
        }
    }

    /// What of a sum may be left in doubt.
    pub(crate) fn tolerance(estimate: &Estimate) -> u64 {
        estimate.total.best / LITTLE / 2
    }

    pub(crate) fn allows(&self, cost: Duration, need: Need) -> bool {
        match need {
            Need::Rising => self.budget.allows_keeping_half(cost),
            Need::Steady => self.budget.allows(cost),
            Need::Certain => true,
        }
    }

    pub(crate) fn spend(&mut self, cost: Duration, readings: u64) {
        self.budget.spend(cost);
        self.count(cost, readings);
    }

    pub(crate) fn spend_spread(&mut self, cost: Duration, readings: u64) {
        self.budget.spend_spread(cost);
        self.count(cost, readings);
    }

    fn count(&mut self, cost: Duration, readings: u64) {
        self.spent += cost;
        self.readings += readings;
    }
}

/// What it takes to walk over all pages of a process of this size.
pub(crate) fn cost_of_walk(rss: u64) -> Duration {
    COST_OF_A_WALK + Duration::from_nanos((rss >> 20) * WALK_NANOS_PER_MIB)
}

/// What it takes to find out which pages of files a process has that has so many.
pub(crate) fn cost_of_pages(mapped: u64) -> Duration {
    COST_OF_PAGES + Duration::from_nanos((mapped >> 20) * PAGES_NANOS_PER_MIB)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Metric, Need, PageReads};
    use crate::bracket::Bracket;
    use crate::estimate::Estimate;

    const MB: u64 = 1 << 20;

    #[test]
    fn while_a_tree_grows_files_are_read_again_when_much_is_in_doubt_and_now_and_then() {
        let estimate = |doubt: u64| Estimate {
            mapped: Bracket::around(100 * MB, 100 * MB, (100 + doubt) * MB),
            total: Bracket::around(200 * MB, 200 * MB, (200 + doubt) * MB),
            ..Estimate::default()
        };
        let mut reads = PageReads::new(Metric::Auto);
        let is_time =
            |reads: &PageReads, doubt, need| reads.is_time_for_files(&estimate(doubt), need);
        assert!(is_time(&reads, 20, Need::Rising) && !is_time(&reads, 5, Need::Rising));
        reads.spend_spread(Duration::from_millis(10), 1);
        assert!(!is_time(&reads, 20, Need::Rising));
        assert!(is_time(&reads, 5, Need::Steady));
    }
}
