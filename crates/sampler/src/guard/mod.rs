//! When a tree has more memory than it is allowed, or than there is.
//!
//! Resident sizes are summed at every tick and are cheap, but count shared memory several times. So
//! they only raise a suspicion; what is acted upon is a sum that has been confirmed to count shared
//! memory once, which is costly and seldom needed.

mod backoff;
mod machine;

pub use machine::{MachineGuard, RoomCrossing};

use std::time::Duration;

use backoff::Backoff;

/// What one task is allowed, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Thresholds {
    /// Above this there is a warning and the run goes on.
    pub warn_bytes: Option<u64>,
    /// Above this the run is ended.
    pub limit_bytes: Option<u64>,
}

/// What a crossing asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A warning.
    Warn,
    /// The end of the run.
    Limit,
}

/// A threshold that has been passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// What it asks for.
    pub level: Level,
    /// What the task has, confirmed.
    pub bytes: u64,
    /// What it was allowed.
    pub threshold_bytes: u64,
}

/// Watches one task. Each level is reported once, and no warning follows the limit.
#[derive(Debug)]
pub struct Guard {
    thresholds: Thresholds,
    reported: Option<Level>,
    backoff: Backoff,
    /// Resident memory when the limit was reported.
    rss_at_limit: u64,
}

impl Guard {
    /// Nothing is reported yet.
    #[must_use]
    pub fn new(thresholds: Thresholds) -> Self {
        Self {
            thresholds,
            reported: None,
            backoff: Backoff::default(),
            rss_at_limit: 0,
        }
    }

    /// Takes in the resident memory at a sample, with shared memory in each process. `confirm`
    /// counts it once.
    pub fn check(
        &mut self,
        now: Duration,
        rss: u64,
        confirm: impl FnOnce() -> u64,
    ) -> Option<Crossing> {
        self.passed(rss)?;
        if self.backoff.holds(now, rss) {
            return None;
        }
        // A sum that is not only of what is resident, such as one with swap, changes nothing here.
        let bytes = confirm().min(rss);
        let crossing = self.passed(bytes);
        if let Some(crossing) = crossing {
            self.reported = Some(crossing.level);
            self.rss_at_limit = rss;
        }
        let next = self.unreported().map(|(_, threshold)| threshold).min();
        self.backoff = match next.filter(|&threshold| rss >= threshold) {
            Some(threshold) => Backoff::after(now, rss, threshold - bytes),
            None => Backoff::default(),
        };
        crossing
    }

    /// Whether the tree has grown by a further tenth since the limit was reported: then there is no
    /// time to wait for it to end by itself.
    #[must_use]
    pub fn is_still_growing(&self, rss: u64) -> bool {
        self.reported == Some(Level::Limit) && rss - rss / 11 >= self.rss_at_limit
    }

    /// The highest unreported level that `bytes` reach.
    fn passed(&self, bytes: u64) -> Option<Crossing> {
        self.unreported()
            .filter(|&(_, threshold)| bytes >= threshold)
            .max()
            .map(|(level, threshold_bytes)| Crossing {
                level,
                bytes,
                threshold_bytes,
            })
    }

    fn unreported(&self) -> impl Iterator<Item = (Level, u64)> {
        let warn = self.thresholds.warn_bytes.map(|at| (Level::Warn, at));
        let limit = self.thresholds.limit_bytes.map(|at| (Level::Limit, at));
        let reported = self.reported;
        warn.into_iter()
            .chain(limit)
            .filter(move |&(level, _)| Some(level) > reported)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Crossing, Guard, Level, Thresholds};

    const MB: u64 = 1024 * 1024;
    const MS: Duration = Duration::from_millis(1);

    fn guard() -> Guard {
        Guard::new(Thresholds {
            warn_bytes: Some(100 * MB),
            limit_bytes: Some(500 * MB),
        })
    }

    fn never() -> u64 {
        panic!("there is nothing to confirm")
    }

    fn warning(bytes: u64) -> Crossing {
        Crossing {
            level: Level::Warn,
            bytes,
            threshold_bytes: 100 * MB,
        }
    }

    fn limit(bytes: u64) -> Crossing {
        Crossing {
            level: Level::Limit,
            bytes,
            threshold_bytes: 500 * MB,
        }
    }

    #[test]
    fn a_small_loop_raises_no_alarm_and_no_question() {
        let mut guard = guard();
        for turn in 0..10_000 {
            let rss = 40 * MB + turn % 100 * 4096;
            assert_eq!(guard.check(2 * MS, rss, never), None);
        }
        assert!(!guard.is_still_growing(u64::MAX));
    }

    #[test]
    fn each_level_is_reported_once() {
        let mut guard = guard();
        assert_eq!(guard.check(MS, 99 * MB, never), None);
        assert_eq!(
            guard.check(MS, 100 * MB, || 100 * MB),
            Some(warning(100 * MB))
        );
        assert_eq!(guard.check(MS, 400 * MB, never), None);
        assert_eq!(guard.check(MS, 80 * MB, never), None);
        assert_eq!(guard.check(MS, 150 * MB, never), None);
        assert_eq!(
            guard.check(MS, 510 * MB, || 501 * MB),
            Some(limit(501 * MB))
        );
        assert_eq!(guard.check(MS, 900 * MB, never), None);
    }

    #[test]
    fn no_warning_follows_the_limit() {
        let mut guard = guard();
        assert_eq!(
            guard.check(MS, 600 * MB, || 600 * MB),
            Some(limit(600 * MB))
        );
        assert_eq!(guard.check(MS, 120 * MB, never), None);
    }

    #[test]
    fn memory_that_is_shared_counts_once() {
        let mut guard = guard();
        assert_eq!(guard.check(MS, 550 * MB, || 60 * MB), None);
        assert_eq!(guard.check(2 * MS, 551 * MB, never), None);
        // It is no longer shared: the same is resident and it is not the same memory any more.
        let later = 2_000 * MS;
        assert_eq!(
            guard.check(later, 551 * MB, || 551 * MB),
            Some(limit(551 * MB))
        );
    }

    #[test]
    fn a_warning_can_be_due_where_the_limit_is_not_confirmed() {
        let mut guard = guard();
        assert_eq!(
            guard.check(MS, 550 * MB, || 300 * MB),
            Some(warning(300 * MB))
        );
        assert_eq!(guard.check(2 * MS, 560 * MB, never), None);
        assert_eq!(
            guard.check(3 * MS, 750 * MB, || 500 * MB),
            Some(limit(500 * MB))
        );
    }

    #[test]
    fn a_warning_does_not_hold_off_a_limit_close_above_it() {
        let mut guard = Guard::new(Thresholds {
            warn_bytes: Some(490 * MB),
            limit_bytes: Some(500 * MB),
        });
        assert!(guard.check(MS, 495 * MB, || 495 * MB).is_some());
        assert_eq!(
            guard.check(MS, 500 * MB, || 500 * MB),
            Some(limit(500 * MB))
        );
    }

    #[test]
    fn without_thresholds_nothing_is_asked() {
        let mut guard = Guard::new(Thresholds::default());
        assert_eq!(guard.check(MS, u64::MAX, never), None);
    }

    #[test]
    fn growth_past_the_limit_is_distinguished_from_standstill() {
        let mut guard = guard();
        guard.check(MS, 500 * MB, || 500 * MB);
        assert!(!guard.is_still_growing(500 * MB));
        assert!(!guard.is_still_growing(549 * MB));
        assert!(guard.is_still_growing(550 * MB));
        assert!(guard.is_still_growing(u64::MAX));
    }
}
