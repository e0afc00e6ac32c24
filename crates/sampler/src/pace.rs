//! How long to wait between samples.

use std::time::Duration;

/// The share and the bounds of a pace that nobody set. What looking at pages may cost while much is
/// in doubt comes on top.
const SHARE_OF_A_CPU: f64 = 0.006;
const SHORTEST: Duration = Duration::from_millis(2);
const LONGEST: Duration = Duration::from_millis(100);
/// Samples between two looks at what they cost.
const LOOK_EVERY: u32 = 32;

/// This many failed or slow samples in a row make the pace slower.
const TROUBLE_TO_SLOW_DOWN: u32 = 5;
/// Sampling ends rather than go slower than this by trouble.
const SLOWEST: Duration = Duration::from_secs(1);

/// What asks for the interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// The sampler: as short as keeps it under one percent of a CPU, from 2 to 100 ms.
    Adaptive,
    /// Somebody: exactly this.
    Fixed(Duration),
}

/// The current interval, and what made it so.
#[derive(Debug)]
pub(crate) struct Pace {
    asked: Interval,
    now: Duration,
    cost_of_look: Duration,
    samples_of_look: u32,
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
            cost_of_look: Duration::ZERO,
            samples_of_look: 0,
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

    /// Learns from one sample: what CPU time it cost, and whether it failed.
    pub(crate) fn learn(&mut self, cost: Duration, failed: bool) {
        // A sample that takes half of the time until the next is more than anybody asked for; a
        // pace of the sampler's own follows the cost anyway.
        let too_slow = self.asked != Interval::Adaptive && cost > self.now / 2;
        if failed || too_slow {
            self.trouble_in_a_row += 1;
        } else {
            self.trouble_in_a_row = 0;
        }
        if self.trouble_in_a_row >= TROUBLE_TO_SLOW_DOWN {
            self.slow_down();
        }
        if self.asked == Interval::Adaptive {
            self.adapt(cost);
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

    fn adapt(&mut self, cost: Duration) {
        self.cost_of_look += cost;
        self.samples_of_look += 1;
        if self.samples_of_look < LOOK_EVERY {
            return;
        }
        let cost = self.cost_of_look / self.samples_of_look;
        (self.cost_of_look, self.samples_of_look) = (Duration::ZERO, 0);
        if !self.slowed_down {
            self.now = cost.div_f64(SHARE_OF_A_CPU).clamp(SHORTEST, LONGEST);
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
            pace.learn(3 * MS, false);
        }
        assert_eq!(pace.interval(), 7 * MS);
        assert!(!pace.slowed_down() && !pace.ended());
    }

    #[test]
    fn an_adaptive_pace_costs_little_within_its_bounds() {
        for (cost, interval) in [(3 * US, SHORTEST), (30 * US, 5 * MS), (540 * US, 90 * MS)] {
            let mut pace = Pace::new(Interval::Adaptive);
            for _ in 0..100 {
                pace.learn(cost, false);
            }
            assert_eq!(pace.interval(), interval, "{cost:?}");
        }
        let mut pace = Pace::new(Interval::Adaptive);
        for _ in 0..100 {
            pace.learn(900 * US, false);
        }
        for _ in 0..100 {
            pace.learn(5 * MS, false);
        }
        assert_eq!(pace.interval(), LONGEST);
    }

    #[test]
    fn failures_slow_it_down_and_end_it() {
        let mut pace = Pace::new(Interval::Fixed(10 * MS));
        for _ in 0..4 {
            pace.learn(US, true);
        }
        pace.learn(US, false);
        assert!(!pace.slowed_down(), "they were not in a row");
        let mut samples = 0;
        while !pace.ended() {
            pace.learn(US, true);
            samples += 1;
        }
        assert_eq!(pace.interval(), 640 * MS);
        assert_eq!(samples, 35, "seven steps of five");
    }

    #[test]
    fn slow_samples_slow_it_down() {
        let mut pace = Pace::new(Interval::Fixed(MS));
        for _ in 0..5 {
            pace.learn(MS, false);
        }
        assert!(pace.slowed_down());
        assert_eq!(pace.interval(), 2 * MS);
    }
}
