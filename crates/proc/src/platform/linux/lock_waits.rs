//! Whether what waits for a process may be read now.
//!
//! A command line lies in the memory of its process, and reading it, or what a process has mapped,
//! waits while the process changes its mappings, as each fork does. Where hundreds of processes fork
//! and want the CPU, that takes seconds in which nothing else is sampled. What is skipped during a
//! rest is read later.

use std::time::{Duration, Instant};

use super::thread_cpu::voluntary_waits;

/// A read that takes longer has waited for a process that has no CPU.
const LONG: Duration = Duration::from_millis(50);
/// The rest after one that did, as a multiple of the wait.
const REST: u32 = 20;
const MOST_REST: Duration = Duration::from_secs(5);

/// Rests after each long wait.
#[derive(Debug, Default)]
pub(super) struct LockWaits {
    rests_until: Option<Instant>,
}

impl LockWaits {
    /// Reads what may have to be waited for; `None` while it rests.
    pub(super) fn read<T>(&mut self, read: impl FnOnce() -> T) -> Option<T> {
        let start = Instant::now();
        if self.rests_until.is_some_and(|until| start < until) {
            return None;
        }
        // That the thread was preempted does not count.
        let waits = voluntary_waits();
        let value = read();
        let waited = start.elapsed();
        if waited >= LONG && voluntary_waits() > waits {
            let rest = (waited * REST).min(MOST_REST);
            self.rests_until = Some(Instant::now() + rest);
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;
    use std::time::Instant;

    use super::{LONG, LockWaits};

    #[test]
    fn after_a_long_wait_nothing_is_read_for_a_while() {
        let mut waits = LockWaits::default();
        assert_eq!(waits.read(|| sleep(LONG)), Some(()));
        assert_eq!(waits.read(|| ()), None);
    }

    #[test]
    fn a_read_that_waits_for_nothing_may_take_long() {
        let mut waits = LockWaits::default();
        let start = Instant::now();
        let read = waits.read(|| {
            while start.elapsed() < LONG {
                std::hint::spin_loop();
            }
        });
        assert_eq!(read, Some(()));
        assert_eq!(waits.read(|| ()), Some(()));
    }
}
