//! The kernel's time stamps as instants.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Relates the monotonic clock, which the kernel stamps its messages with, to instants.
#[derive(Debug)]
pub(super) struct KernelClock {
    instant: Instant,
    stamp: Duration,
}

impl KernelClock {
    pub(super) fn start() -> Self {
        // In this order an instant is early rather than late.
        let instant = Instant::now();
        let now = clock_gettime(ClockId::Monotonic);
        Self {
            instant,
            stamp: Duration::new(
                u64::try_from(now.tv_sec).unwrap_or(0),
                u32::try_from(now.tv_nsec).unwrap_or(0),
            ),
        }
    }

    /// The instant of a time stamp in nanoseconds; of one from before the start, the start.
    pub(super) fn instant(&self, stamp: u64) -> Instant {
        self.instant + Duration::from_nanos(stamp).saturating_sub(self.stamp)
    }
}
