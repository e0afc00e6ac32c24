//! How long output is read after the command's end, where processes that outlive it hold it open.

use std::time::{Duration, Instant};

/// More than any pipe or terminal can have buffered when the command ended.
const MAX_BUFFERED_BYTES: usize = 1 << 20;
/// Output that never falls silent is read for this many times the idle timeout.
const IDLE_TIMEOUTS: u32 = 10;

/// What has come since the command's end.
#[derive(Debug, Default)]
pub(crate) struct Drain {
    since: Option<Instant>,
    bytes: usize,
}

impl Drain {
    /// Counts bytes.
    pub(crate) fn add(&mut self, count: usize) {
        self.since.get_or_insert_with(Instant::now);
        self.bytes += count;
    }

    /// Whether time is up, and what comes must be from processes that outlive the command.
    pub(crate) fn is_over(&self, idle_timeout: Duration) -> bool {
        self.bytes > MAX_BUFFERED_BYTES && self.is_late(idle_timeout)
    }

    pub(crate) fn is_late(&self, idle_timeout: Duration) -> bool {
        let limit = idle_timeout.saturating_mul(IDLE_TIMEOUTS);
        self.since.is_some_and(|since| since.elapsed() > limit)
    }
}
