//! A barrier between processes: what they do does not depend on how busy the machine is.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use crate::memory::Mapping;

const LOOK_EVERY: Duration = Duration::from_millis(1);

/// It must be made before the processes are forked.
pub struct Barrier {
    /// Holds how many have arrived so far, all rounds together.
    arrived: Mapping,
    processes: usize,
}

impl Barrier {
    pub fn new(processes: usize) -> Self {
        Self {
            arrived: Mapping::shared(0),
            processes,
        }
    }

    /// Waits until all have arrived as often as this process.
    pub fn wait(&self) {
        // SAFETY: a mapping begins at a page, is zeroed and is used for nothing else; it lives as long
        // as the barrier.
        let arrived = unsafe { AtomicUsize::from_ptr(self.arrived.at(0).cast()) };
        let before = arrived.fetch_add(1, Ordering::AcqRel);
        let all = (before / self.processes + 1) * self.processes;
        while arrived.load(Ordering::Acquire) < all {
            sleep(LOOK_EVERY);
        }
    }
}
