//! How long to wait between samples.

use std::time::Duration;

/// The share of a CPU and the bounds of an adaptive interval. What reading pages may cost comes on
/// top.
const SHARE_OF_A_CPU: f64 = 0.006;
/// While processes start, end or change their size, until [`MOST_BEYOND`] is used up.
const SHARE_IN_CHANGE: f64 = 0.04;
/// Seconds of CPU that may be spent beyond the share.
const MOST_BEYOND: f64 = 0.04;
/// After this number of samples without a change the tree is at rest.
const SAMPLES_TO_REST: u32 = 16;
/// Less than the share, to make up for that.
const SHARE_AT_REST: f64 = 0.005;
const SHORTEST: Duration = Duration::from_millis(2);
const LONGEST: Duration = Duration::from_millis(100);
/// The cost of a sample is an average of about this number of samples.
const MOST_IN_AVERAGE: u32 = 32;

/// This many failed or slow samples in a row make the pace slower.
const TROUBLE_TO_SLOW_DOWN: u32 = 5;
/// Sampling ends rather than go slower than this by trouble.
const SLOWEST: Duration = Duration::from_secs(1);

/// What asks for the interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// The sampler: as short as keeps it under one percent of a CPU, from 2 to 100 ms.
    Adaptive,
    /// Exactly this, as asked for.
    Fixed(Duration),
}

/// The current interval, and what made it so.
#[derive(Debug)]
pub(crate) struct Pace {
    asked: Interval,
    now: Duration,
    cost: Duration,
    samples_in_cost: u32,
    /// What has been spent beyond the share, in seconds.
    beyond: f64,
    samples_at_rest: u32,
    trouble_in_a_row: u32,
    slowed_down: bool,
    ended: bool,
}

impl Pace {
    pub(crate) fn new(asked: Interval) -> Self {
        let now = match asked {
            Interval::Adaptive => SHORTEST,
            Interval::Fixed(interval) => interval,
        };
        Self {
            asked,
            now,
            cost: Duration::ZERO,
            samples_in_cost: 0,
            beyond: 0.0,
            samples_at_rest: 0,
            trouble_in_a_row: 0,
            slowed_down: false,
            ended: false,
        }
    }

    pub(crate) fn interval(&self) -> Duration {
        self.now
    }

    /// Whether failures or slow samples have made it slower than was asked for.
    pub(crate) fn slowed_down(&self) -> bool {
        self.slowed_down
    }

    /// Whether sampling has been given up.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Learns from a regular sample: what CPU time it cost, whether it failed, and whether the tree
    /// was changing.
    pub(crate) fn learn(&mut self, cost: Duration, failed: bool, is_changing: bool) {
        // A sample that takes half of its interval costs more than was asked for; an adaptive
        // interval follows the cost anyway.
        let too_slow = self.asked != Interval::Adaptive && cost > self.now / 2;
        if failed || too_slow {
            self.note_trouble();
        } else {
            self.trouble_in_a_row = 0;
        }
        if self.asked == Interval::Adaptive {
            self.adapt(cost, is_changing);
        }
    }

    /// Something has failed, or took too long.
    pub(crate) fn note_trouble(&mut self) {
        self.trouble_in_a_row += 1;
        if self.trouble_in_a_row >= TROUBLE_TO_SLOW_DOWN {
            self.slow_down();
        }
    }

    fn slow_down(&mut self) {
        self.trouble_in_a_row = 0;
        self.slowed_down = true;
        if self.now * 2 > SLOWEST.max(2 * self.first()) {
            self.ended = true;
        } else {
            self.now *= 2;
        }
    }

    fn adapt(&mut self, cost: Duration, is_changing: bool) {
        self.samples_in_cost = MOST_IN_AVERAGE.min(self.samples_in_cost + 1);
        let others = self.cost * (self.samples_in_cost - 1);
        self.cost = (others + cost) / self.samples_in_cost;
        let more = cost.as_secs_f64() - self.now.as_secs_f64() * SHARE_OF_A_CPU;
        self.beyond = (self.beyond + more).clamp(0.0, 2.0 * MOST_BEYOND);
        self.samples_at_rest = if is_changing {
            0
        } else {
            self.samples_at_rest.saturating_add(1)
        };
        if !self.slowed_down {
            let share = if self.samples_at_rest < SAMPLES_TO_REST && self.beyond < MOST_BEYOND {
                SHARE_IN_CHANGE
            } else {
                SHARE_AT_REST
            };
            self.now = self.cost.div_f64(share).clamp(SHORTEST, LONGEST);
        }
    }

    fn first(&self) -> Duration {
        match self.asked {
            Interval::Adaptive => SHORTEST,
            Interval::Fixed(interval) => interval,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Interval, LONGEST, Pace, SHORTEST};
    use std::time::Duration;

    const MS: Duration = Duration::from_millis(1);
    const US: Duration = Duration::from_micros(1);

    #[test]
    fn a_pace_that_was_asked_for_stays() {
        let mut pace = Pace::new(Interval::Fixed(7 * MS));
        for _ in 0..1_000 {
            pace.learn(3 * MS, false, true);
        }
        assert_eq!(pace.interval(), 7 * MS);
        assert!(!pace.slowed_down() && !pace.ended());
    }

    #[test]
    fn an_adaptive_pace_costs_little_within_its_bounds() {
        for (cost, interval) in [(3 * US, SHORTEST), (30 * US, 6 * MS), (450 * US, 90 * MS)] {
            let mut pace = Pace::new(Interval::Adaptive);
            for _ in 0..100 {
                pace.learn(cost, false, false);
            }
            assert_eq!(pace.interval(), interval, "{cost:?}");
        }
        let mut pace = Pace::new(Interval::Adaptive);
        for _ in 0..100 {
            pace.learn(900 * US, false, false);
        }
        for _ in 0..100 {
            pace.learn(5 * MS, false, false);
        }
        assert_eq!(pace.interval(), LONGEST);
    }

    #[test]
    fn a_tree_that_changes_is_sampled_more_often_for_a_while() {
        let cost = 200 * US;
        let mut pace = Pace::new(Interval::Adaptive);
        let mut sample_for = |time: Duration, is_changing| {
            let (mut passed, mut samples) = (Duration::ZERO, 0);
            while passed < time {
                passed += pace.interval();
                pace.learn(cost, false, is_changing);
                samples += 1;
            }
            samples
        };
        assert!((195..=205).contains(&sample_for(1_000 * MS, true)));
        assert!(sample_for(10_000 * MS, true) < 450, "there is an end to it");
        assert!((740..=760).contains(&sample_for(30_000 * MS, false)));
        assert!(sample_for(500 * MS, true) > 90, "it was made up for");
    }

    #[test]
    fn failures_slow_it_down_and_end_it() {
        let mut pace = Pace::new(Interval::Fixed(10 * MS));
        for _ in 0..4 {
            pace.learn(US, true, false);
        }
        pace.learn(US, false, false);
        assert!(!pace.slowed_down(), "they were not in a row");
        let mut samples = 0;
        while !pace.ended() {
            pace.learn(US, true, false);
            samples += 1;
        }
        assert_eq!(pace.interval(), 640 * MS);
        assert_eq!(samples, 35, "seven steps of five");
    }

    #[test]
    fn slow_samples_slow_it_down() {
        let mut pace = Pace::new(Interval::Fixed(MS));
        for _ in 0..5 {
            pace.learn(MS, false, false);
        }
        assert!(pace.slowed_down());
        assert_eq!(pace.interval(), 2 * MS);
    }
}
