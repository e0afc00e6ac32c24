//! The loop of the sampling thread, which waits for the next sample.

use std::sync::PoisonError;
use std::time::Instant;

use memtop_proc::Observer;

use super::shared::Shared;

impl<O: Observer> Shared<O> {
    /// Samples on time until the sampler is closed.
    pub(super) fn until_closed(&self) {
        // Poisoned by a panic in another thread: there is nothing left to sample with.
        let Ok(mut timed) = self.timed.lock() else {
            return;
        };
        while !timed.is_closed {
            let left = timed.next_turn().saturating_duration_since(Instant::now());
            let waited = if !timed.samples() {
                self.changed.wait(timed)
            } else if left.is_zero() {
                self.handle_events(&mut timed);
                timed.take_turn();
                self.note_highest(&timed);
                continue;
            } else {
                let waited = self.changed.wait_timeout(timed, left);
                waited
                    .map(|(timed, _)| timed)
                    .map_err(|error| PoisonError::new(error.into_inner().0))
            };
            match waited {
                Ok(waited) => timed = waited,
                Err(_) => return,
            }
        }
    }
}
