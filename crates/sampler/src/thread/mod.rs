//! A thread that takes samples on time.

mod events;
mod readings;
mod sampling_loop;
mod shared;
mod tasks;

use std::fmt;
use std::sync::{Arc, TryLockError};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::{Duration, Instant};

use memtop_proc::Observer;
use memtop_proc::native::run_first;

use crate::timed_sampler::TimedSampler;
use crate::{Interval, Metric};
use shared::Shared;

/// How soon to try again while a sample is being taken.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(1);

pub use tasks::StartError;

/// A sampler and the thread that calls it on time. Other threads call it between two samples, on
/// their own time. Dropping it ends the thread.
pub struct SamplerThread<O: Observer> {
    shared: Arc<Shared<O>>,
    thread: Option<JoinHandle<()>>,
}

impl<O: Observer> fmt::Debug for SamplerThread<O> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SamplerThread")
            .finish_non_exhaustive()
    }
}

impl<O: Observer + Send + 'static> SamplerThread<O> {
    /// Starts a thread that samples while there is something to sample.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(observer: O, interval: Interval, metric: Metric) -> std::io::Result<Self> {
        let timed = TimedSampler::new(observer, interval, metric);
        let shared = Arc::new(Shared::of(timed));
        let sampling = Arc::clone(&shared);
        let thread = Builder::new()
            .name("memtop-sampler".to_owned())
            .spawn(move || {
                run_first();
                sampling.until_closed();
            })?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Counts all times from this instant on, before anything was sampled.
    pub fn count_from(&self, start: Instant) {
        let _ = self.with(|timed| timed.started = start);
    }

    /// Takes a sample now.
    pub fn sample_now(&self) {
        let _ = self.with(|timed| {
            if timed.samples() {
                timed.tick();
            }
        });
    }

    /// The present time, as all times are counted here.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.with(|timed| timed.now()).unwrap_or_default()
    }

    /// Calls `act` between two samples; `None` when the thread has panicked.
    fn with<T>(&self, act: impl FnOnce(&mut TimedSampler<O>) -> T) -> Option<T> {
        let mut timed = self.shared.timed.lock().ok()?;
        Some(self.shared.between_samples(&mut timed, act))
    }

    /// The same for callers that cannot wait for longer than `patience`; `None` when they would have
    /// to.
    fn with_within<T>(
        &self,
        patience: Duration,
        act: impl FnOnce(&mut TimedSampler<O>) -> T,
    ) -> Option<T> {
        let give_up_at = Instant::now() + patience;
        let mut timed = loop {
            match self.shared.timed.try_lock() {
                Ok(timed) => break timed,
                Err(TryLockError::Poisoned(_)) => return None,
                Err(TryLockError::WouldBlock) if Instant::now() >= give_up_at => return None,
                Err(TryLockError::WouldBlock) => sleep(TRY_AGAIN_AFTER),
            }
        };
        Some(self.shared.between_samples(&mut timed, act))
    }
}

impl<O: Observer> Drop for SamplerThread<O> {
    fn drop(&mut self) {
        if let Ok(mut timed) = self.shared.timed.lock() {
            timed.is_closed = true;
        }
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic has been printed by the thread itself.
            let _ = thread.join();
        }
    }
}
