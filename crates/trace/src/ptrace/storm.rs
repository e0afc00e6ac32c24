//! Limits the overhead of tracing a process.
//!
//! Tracing is for forks, execs and exits. Threads and signals are a by-product, and each of them
//! stops the traced process.

use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(1);
/// The most time that stops may take per window.
const MAX_COST: Duration = Duration::from_millis(20);
/// The cost of starting and ending a thread.
pub(crate) const THREAD: Duration = Duration::from_micros(80);
/// The cost of delivering a signal.
pub(crate) const SIGNAL: Duration = Duration::from_micros(45);

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Storm {
    /// The start of the window; absent before the first stop.
    since: Option<Instant>,
    cost: Duration,
}

impl Storm {
    /// Adds the cost of a stop. Returns whether the limit is exceeded.
    pub(crate) fn add(&mut self, cost: Duration, now: Instant) -> bool {
        let is_over = |since: Instant| now.saturating_duration_since(since) > WINDOW;
        if self.since.is_none_or(is_over) {
            self.since = Some(now);
            self.cost = Duration::ZERO;
        }
        self.cost += cost;
        self.cost > MAX_COST
    }
}

#[cfg(test)]
mod tests {
    use super::{SIGNAL, Storm, WINDOW};
    use std::time::{Duration, Instant};

    #[test]
    fn a_few_signals_are_no_storm_and_many_at_once_are() {
        let start = Instant::now();
        let mut storm = Storm::default();
        for second in 0..100 {
            let now = start + second * (WINDOW + Duration::from_millis(1));
            for _ in 0..400 {
                assert!(!storm.add(SIGNAL, now));
            }
        }
        let now = start + 200 * WINDOW;
        assert!((0..500).any(|_| storm.add(SIGNAL, now)));
    }
}
