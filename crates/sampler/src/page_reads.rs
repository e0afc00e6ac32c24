//! What reading the pages of processes may cost, and when it is worth it.

use std::time::Duration;

use crate::budget::Budget;
use crate::estimate::Estimate;

/// What a peak is measured in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Metric {
    /// Every page that at least one process has, once, by as few readings as it takes.
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
/// The share of a CPU that readings may take: while bounds are wide, while they are narrow, and
/// with the metric PSS.
const SHARE_WIDE: f64 = 0.02;
const SHARE_NARROW: f64 = 0.003;
const SHARE_IN_PSS: f64 = 0.05;
const MOST_AT_ONCE: Duration = Duration::from_millis(50);
/// Bounds are wide if they differ by more than 1/20 of the estimate.
const WIDE_DIVISOR: u64 = 20;
/// An estimate that exceeds the last reading by more than 1/50 is worth another one.
const HIGHER_DIVISOR: u64 = 50;
/// Bounds that differ by less than 1/100 of the estimate are not worth a reading.
const NARROW_DIVISOR: u64 = 100;
/// Less than the smaller of the two is never worth a reading.
const NEGLIGIBLE: u64 = 512 << 10;
const NEGLIGIBLE_PAGES: u64 = 128;

/// What a reading is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadingPurpose {
    /// A high of the task that goes on growing: what is read now is out of date soon.
    Rising,
    /// A high of the task that lasts.
    Steady,
    /// An action of the guard.
    Certain,
}

impl ReadingPurpose {
    /// Once a reading is worth it in a rise, its budget is that of a steady high.
    pub(crate) fn once_decided(self) -> Self {
        match self {
            Self::Rising => Self::Steady,
            purpose => purpose,
        }
    }
}

/// What never matters, however little there is of all.
pub(crate) fn negligible(page_bytes: u64) -> u64 {
    NEGLIGIBLE.min(NEGLIGIBLE_PAGES * page_bytes)
}

/// The last walk over the pages of a task's families.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastWalk {
    /// The estimate by it.
    pub(crate) best: u64,
    /// The task was growing.
    pub(crate) was_rising: bool,
}

/// What readings of pages have cost, and what they may cost.
#[derive(Debug)]
pub(crate) struct PageReads {
    metric: Metric,
    budget: Budget,
    /// CPU time that readings have taken so far.
    pub(crate) spent: Duration,
    pub(crate) readings: u64,
    pub(crate) refused: u64,
}

impl PageReads {
    pub(crate) fn new(metric: Metric) -> Self {
        Self {
            metric,
            budget: Budget::new(SHARE_WIDE, MOST_AT_ONCE),
            spent: Duration::ZERO,
            readings: 0,
            refused: 0,
        }
    }

    pub(crate) fn metric(&self) -> Metric {
        self.metric
    }

    /// Credits the time until `now`, by how wide the bounds were meanwhile.
    pub(crate) fn fill(&mut self, now: Duration, estimate: &Estimate) {
        self.budget.share = match self.metric {
            Metric::Pss => SHARE_IN_PSS,
            _ if estimate.total.is_wider_than(WIDE_DIVISOR) => SHARE_WIDE,
            _ => SHARE_NARROW,
        };
        self.budget.fill(now);
    }

    /// Whether what the bounds leave open is worth a reading.
    pub(crate) fn is_worth_it(estimate: &Estimate, page_bytes: u64) -> bool {
        let total = estimate.total;
        total.is_wider_than(NARROW_DIVISOR) && total.width() >= negligible(page_bytes)
    }

    /// Whether to walk over the pages of families now. While they grow, a walk is out of date soon.
    /// Once they do not, it is repeated; and an estimate that is higher since is a new high, or
    /// wrong.
    pub(crate) fn is_time_for_walks(
        &self,
        estimate: &Estimate,
        last: LastWalk,
        purpose: ReadingPurpose,
    ) -> bool {
        let is_higher = estimate.total.best > last.best + last.best / HIGHER_DIVISOR;
        match purpose {
            ReadingPurpose::Rising => {
                estimate.total.is_wider_than(WIDE_DIVISOR) && self.budget.is_rested()
            }
            ReadingPurpose::Steady => last.was_rising || is_higher || self.budget.is_rested(),
            ReadingPurpose::Certain => true,
        }
    }

    /// Whether to read the mapped pages of processes again that were read before.
    pub(crate) fn is_time_for_files(&self, estimate: &Estimate, purpose: ReadingPurpose) -> bool {
        match purpose {
            ReadingPurpose::Rising => {
                estimate.mapped.width() > estimate.total.best / WIDE_DIVISOR
                    && self.budget.is_rested()
            }
            ReadingPurpose::Steady | ReadingPurpose::Certain => true,
        }
    }

    /// What the bounds of a sum may leave open.
    pub(crate) fn tolerance(estimate: &Estimate) -> u64 {
        estimate.total.best / NARROW_DIVISOR / 2
    }

    pub(crate) fn allows(&self, cost: Duration, purpose: ReadingPurpose) -> bool {
        match purpose {
            ReadingPurpose::Rising => self.budget.allows_keeping_half(cost),
            ReadingPurpose::Steady => self.budget.allows(cost),
            ReadingPurpose::Certain => true,
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

/// The cost of a walk over all pages of a process of this size.
pub(crate) fn cost_of_walk(rss: u64) -> Duration {
    COST_OF_A_WALK + Duration::from_nanos((rss >> 20) * WALK_NANOS_PER_MIB)
}

/// The cost of reading which pages of files a process has, when it maps `mapped` bytes.
pub(crate) fn cost_of_pages(mapped: u64) -> Duration {
    COST_OF_PAGES + Duration::from_nanos((mapped >> 20) * PAGES_NANOS_PER_MIB)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Metric, PageReads, ReadingPurpose, cost_of_pages, cost_of_walk};
    use crate::bracket::Bracket;
    use crate::estimate::Estimate;

    const MB: u64 = 1 << 20;

    #[test]
    fn while_a_tree_grows_files_are_read_again_when_bounds_are_wide_and_now_and_then() {
        let estimate = |open: u64| Estimate {
            mapped: Bracket::around(100 * MB, 100 * MB, (100 + open) * MB),
            total: Bracket::around(200 * MB, 200 * MB, (200 + open) * MB),
            ..Estimate::default()
        };
        let mut reads = PageReads::new(Metric::Auto);
        let is_time =
            |reads: &PageReads, open, purpose| reads.is_time_for_files(&estimate(open), purpose);
        assert!(
            is_time(&reads, 20, ReadingPurpose::Rising)
                && !is_time(&reads, 5, ReadingPurpose::Rising)
        );
        reads.spend_spread(Duration::from_millis(10), 1);
        assert!(!is_time(&reads, 20, ReadingPurpose::Rising));
        assert!(is_time(&reads, 5, ReadingPurpose::Steady));
    }

    #[test]
    fn small_processes_are_cheap_to_look_at() {
        assert!(cost_of_walk(1 << 20) < Duration::from_micros(50));
        assert!(cost_of_walk(1 << 30) > Duration::from_millis(4));
        assert!(cost_of_pages(50 << 20) < Duration::from_micros(500));
    }
}
