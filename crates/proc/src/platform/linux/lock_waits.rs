//! Whether what waits for a process may be read now.
//!
//! What a process was started with lies in its memory, and reading it, or how it is mapped, waits
//! while the process changes its mappings, as each fork does. Where hundreds of processes fork and
//! want the CPU, that takes seconds in which nothing else is sampled.

use std::time::{Duration, Instant};

/// A read that takes longer has waited.
const LONG: Duration = Duration::from_millis(20);
/// The rest after one that did, as a multiple of the wait.
const REST: u32 = 50;
const MOST_REST: Duration = Duration::from_secs(5);

/// Rests after each long wait.
#[derive(Debug, Default)]
pub(super) struct LockWaits {
    rests_until: Option<Instant>,
}

/// A read that has begun.
#[derive(Debug)]
pub(super) struct Wait(Instant);

impl LockWaits {
    /// `None` while nothing is to be read.
    pub(super) fn begin(&self) -> Option<Wait> {
        let now = Instant::now();
        let rests = self.rests_until.is_some_and(|until| now < until);
        (!rests).then_some(Wait(now))
    }

    pub(super) fn end(&mut self, Wait(since): Wait) {
        let waited = since.elapsed();
        let rest = (waited * REST).min(MOST_REST);
        self.rests_until = (waited >= LONG).then(|| Instant::now() + rest);
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::{LONG, LockWaits};

    #[test]
    fn after_a_long_wait_nothing_is_read_for_a_while() {
        let mut waits = LockWaits::default();
        let short = waits.begin().unwrap();
        waits.end(short);
        let long = waits.begin().unwrap();
        sleep(LONG);
        waits.end(long);
        assert!(waits.begin().is_none());
    }
}
