//! When tracing a process costs it too much for what it tells.
//!
//! Births, execs and ends of processes are what tracing is for. Threads and signals are not, and
//! each costs the traced process a stop.

use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(1);
/// Of the time in a window.
const MOST: Duration = Duration::from_millis(20);
/// What a thread costs that is started and ends, and a signal that is delivered.
pub(crate) const THREAD: Duration = Duration::from_micros(80);
pub(crate) const SIGNAL: Duration = Duration::from_micros(45);

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Storm {
    /// Absent before the first stop.
    since: Option<Instant>,
    cost: Duration,
}

impl Storm {
    /// Adds a stop, and tells whether there have been too many.
    pub(crate) fn is_too_much(&mut self, cost: Duration, now: Instant) -> bool {
        let is_over = |since: Instant| now.saturating_duration_since(since) > WINDOW;
        if self.since.is_none_or(is_over) {
            self.since = Some(now);
            self.cost = Duration::ZERO;
        }
        self.cost += cost;
        self.cost > MOST
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
                assert!(!storm.is_too_much(SIGNAL, now));
            }
        }
        let now = start + 200 * WINDOW;
        assert!((0..500).any(|_| storm.is_too_much(SIGNAL, now)));
    }
}
