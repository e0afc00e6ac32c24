//! The times that really passed between samples, in bounded memory.

use std::time::Duration;

/// Each doubling of time is split into this many equal parts, so a median is at most 1.6 % off.
const PARTS: usize = 64;
/// Gaps below 2^10 ns count as that.
const SMALLEST_POWER: usize = 10;
/// Gaps from 2^40 ns (18 minutes) on count as that.
const POWERS: usize = 30;

/// A histogram whose buckets grow with the gap.
#[derive(Debug)]
pub(crate) struct Gaps {
    counts: Vec<u64>,
    total: u64,
    longest: Duration,
}

impl Gaps {
    pub(crate) fn new() -> Self {
        Self {
            counts: vec![0; PARTS * POWERS],
            total: 0,
            longest: Duration::ZERO,
        }
    }

    pub(crate) fn add(&mut self, gap: Duration) {
        self.counts[bucket(gap)] += 1;
        self.total += 1;
        self.longest = self.longest.max(gap);
    }

    pub(crate) fn longest(&self) -> Option<Duration> {
        (self.total > 0).then_some(self.longest)
    }

    pub(crate) fn median(&self) -> Option<Duration> {
        let half = self.total.div_ceil(2);
        let mut below = 0;
        let place = self.counts.iter().position(|count| {
            below += count;
            half > 0 && below >= half
        })?;
        Some(middle(place).min(self.longest))
    }
}

fn bucket(gap: Duration) -> usize {
    let nanos = u64::try_from(gap.as_nanos())
        .unwrap_or(u64::MAX)
        .max(1 << SMALLEST_POWER);
    let power = nanos.ilog2() as usize;
    let part = usize::try_from((nanos >> (power - 6)) % PARTS as u64).unwrap_or(0);
    ((power - SMALLEST_POWER) * PARTS + part).min(PARTS * POWERS - 1)
}

fn middle(bucket: usize) -> Duration {
    let power = bucket / PARTS + SMALLEST_POWER;
    let width = 1_u64 << (power - 6);
    Duration::from_nanos((1 << power) + (bucket % PARTS) as u64 * width + width / 2)
}

#[cfg(test)]
mod tests {
    use super::{Gaps, bucket, middle};
    use std::time::Duration;

    #[test]
    fn every_gap_lies_within_its_bucket() {
        for nanos in (1_024..2_000_000_000).step_by(997_331) {
            let gap = Duration::from_nanos(nanos);
            let off = middle(bucket(gap)).abs_diff(gap).as_secs_f64() / gap.as_secs_f64();
            assert!(off < 0.01, "{gap:?} is shown as {:?}", middle(bucket(gap)));
        }
    }

    #[test]
    fn the_median_is_of_the_middle_and_the_longest_is_exact() {
        let mut gaps = Gaps::new();
        assert_eq!((gaps.median(), gaps.longest()), (None, None));
        for millis in [10, 10, 10, 10, 500, 1, 10] {
            gaps.add(Duration::from_millis(millis));
        }
        let median = gaps.median().expect("there are gaps").as_secs_f64();
        assert!((median - 0.010).abs() < 0.0002, "{median}");
        assert_eq!(gaps.longest(), Some(Duration::from_millis(500)));
    }

    #[test]
    fn extremes_find_a_bucket() {
        let mut gaps = Gaps::new();
        gaps.add(Duration::ZERO);
        gaps.add(Duration::MAX);
        assert_eq!(gaps.longest(), Some(Duration::MAX));
        assert!(gaps.median().is_some());
    }
}
