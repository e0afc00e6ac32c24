//! The guard of a task on whatever a tree could do.

use std::time::Duration;

use memtop_sampler::{Guard, Level, Thresholds};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_level_is_reported_at_most_once_in_order_and_never_too_early(
        warn_bytes in option::of(1_u64..1_000),
        limit_bytes in option::of(1_u64..1_000),
        ticks in vec((0_u64..2_000, 0_u64..=100, 0_u64..500), 0..200),
    ) {
        let mut guard = Guard::new(Thresholds { warn_bytes, limit_bytes });
        let mut now = Duration::ZERO;
        let mut reported = Vec::new();
        for (rss, share, gap) in ticks {
            now += Duration::from_millis(gap);
            let confirmed = rss * share / 100;
            let Some(crossing) = guard.check(now, rss, || confirmed) else {
                continue;
            };
            let threshold = match crossing.level {
                Level::Warn => warn_bytes,
                Level::Limit => limit_bytes,
            };
            prop_assert_eq!(Some(crossing.threshold_bytes), threshold);
            prop_assert_eq!(crossing.bytes, confirmed);
            prop_assert!(confirmed >= crossing.threshold_bytes);
            prop_assert!(reported.last().is_none_or(|&last| last < crossing.level));
            reported.push(crossing.level);
        }
    }

    #[test]
    fn what_is_not_shared_is_reported_at_the_same_tick(
        warn_bytes in 1_u64..1_000,
        more in 0_u64..1_000,
        steps in vec(0_i64..200, 1..100),
    ) {
        let limit_bytes = warn_bytes + more;
        let thresholds = Thresholds {
            warn_bytes: Some(warn_bytes),
            limit_bytes: Some(limit_bytes),
        };
        let mut guard = Guard::new(thresholds);
        let (mut highest, mut rss) = (0, 0);
        for step in steps {
            // Mostly upwards and in small steps, so that a threshold is come close to first.
            rss = u64::saturating_add_signed(rss, step - 50);
            let level = |bytes| match bytes {
                _ if bytes >= limit_bytes => Some(Level::Limit),
                _ if bytes >= warn_bytes => Some(Level::Warn),
                _ => None,
            };
            let expected = level(rss).filter(|&now| Some(now) > level(highest));
            let found = guard.check(Duration::ZERO, rss, || rss);
            prop_assert_eq!(found.map(|crossing| crossing.level), expected);
            highest = highest.max(rss);
        }
    }
}
