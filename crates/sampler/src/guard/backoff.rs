//! How long a refuted suspicion is not looked into again.

use std::time::Duration;

/// However much is missing, it is checked again after this time.
const LONGEST: Duration = Duration::from_secs(2);
/// However little is missing, it is not checked more often than this, unless the tree has grown.
const SHORTEST: Duration = Duration::from_millis(100);
/// Growth by this part of resident memory is checked in any case.
const GROWTH: u64 = 20;

/// Holds off the next check.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    until: Duration,
    until_rss: u64,
}

impl Backoff {
    /// So many bytes were missing. A tree gets them by growing, which its resident size shows, or
    /// by writing to memory that it shared, which shows nowhere and goes at about a byte a
    /// nanosecond.
    pub(super) fn after(now: Duration, rss: u64, missing: u64) -> Self {
        Self {
            until: now + Duration::from_nanos(missing).clamp(SHORTEST, LONGEST),
            until_rss: rss.saturating_add(missing.max(rss / GROWTH)),
        }
    }

    pub(super) fn holds(&self, now: Duration, rss: u64) -> bool {
        now < self.until && rss < self.until_rss
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, LONGEST, SHORTEST};
    use std::time::Duration;

    const NOW: Duration = Duration::from_secs(5);

    #[test]
    fn at_first_there_is_none() {
        assert!(!Backoff::default().holds(Duration::ZERO, 0));
    }

    #[test]
    fn it_stands_until_the_tree_has_grown_by_what_was_missing() {
        let backoff = Backoff::after(NOW, 1_000, 400);
        assert!(backoff.holds(NOW, 1_399) && !backoff.holds(NOW, 1_400));
        let close = Backoff::after(NOW, 1_000, 1);
        assert!(close.holds(NOW, 1_049) && !close.holds(NOW, 1_050));
    }

    #[test]
    fn it_ends_with_time_within_bounds() {
        for (missing, time) in [
            (1, SHORTEST),
            (500_000_000, Duration::from_millis(500)),
            (u64::MAX, LONGEST),
        ] {
            let backoff = Backoff::after(NOW, 1_000, missing);
            let last = NOW + time.saturating_sub(Duration::from_nanos(1));
            assert!(backoff.holds(last, 1_000), "{missing}");
            assert!(!backoff.holds(NOW + time, 1_000), "{missing}");
        }
    }
}
