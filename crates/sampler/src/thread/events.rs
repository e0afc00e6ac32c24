//! Events that other threads report to the sampling thread.

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, TryLockError};
use std::time::{Duration, Instant};

use memtop_proc::{HighWater, Observer, Startup};

use super::{SamplerThread, TRY_AGAIN_AFTER};
use crate::timed_sampler::TimedSampler;
use crate::{Event, EventSource};

/// With more events than this waiting, they are handled before the next sample.
const MOST_WAITING: usize = 512;
/// A process that ends is worth a sample if it has this share of the peak, and as much as this.
const PART_OF_THE_PEAK: u64 = 64;
const WORTH_A_SAMPLE: u64 = 4 << 20;

impl<O: Observer + Send + 'static> SamplerThread<O> {
    /// From now on [`Self::notify`] is called for every birth.
    pub fn expect_events(&self) {
        let _ = self.with(|timed| timed.sampler.expect_events());
    }

    /// From now on this source knows of every birth. It is asked before each sample. There can be
    /// only one.
    pub fn set_event_source(&self, source: Box<dyn EventSource>) {
        if self.shared.source.set(Mutex::new(source)).is_ok() {
            self.expect_events();
        }
    }

    /// Takes in what the event source knows, and reads processes that have just started. Returns
    /// when to call it again if nothing happens; `None` if there is no need. Does not wait for a
    /// sample that is being taken.
    #[must_use]
    pub fn look_at_events(&self) -> Option<Duration> {
        match self.shared.timed.try_lock() {
            Ok(mut timed) => self
                .shared
                .between_samples(&mut timed, TimedSampler::look_at_young),
            Err(TryLockError::WouldBlock) => Some(TRY_AGAIN_AFTER),
            Err(TryLockError::Poisoned(_)) => None,
        }
    }

    /// From now on some births are not reported, so the process table is scanned for all, for good.
    pub fn look_for_births(&self) {
        let _ = self.with(|timed| timed.sampler.look_for_births());
    }

    /// Takes an event between two samples. It is handled with the next one.
    pub fn notify(&self, event: Event) {
        let waiting = {
            let mut events = self.shared.events();
            events.push((Instant::now(), event));
            events.len()
        };
        if waiting >= MOST_WAITING {
            let _ = self.with(|_| ());
        }
    }

    /// Reports an exec. The process must not run on before this returns.
    pub fn notify_exec<'a>(
        &self,
        pid: u32,
        startup: impl FnOnce() -> Option<Startup<'a>>,
        directory: impl FnOnce() -> Option<PathBuf>,
    ) {
        let rules = self.shared.rules.get();
        let startup = rules.and_then(|rules| Some((rules, startup()?)));
        let traits = startup.map(|(rules, startup)| Arc::new(rules.look(&startup, directory)));
        self.notify(Event::Execed(pid, traits));
    }

    /// Reports that a process is about to end. It must not run on before this returns: if it is
    /// large enough to matter, a sample is taken while it has its memory.
    pub fn notify_exit(&self, pid: u32, last: HighWater) {
        self.notify(Event::Exiting(pid, last));
        let part = self.shared.peak_bytes.load(Relaxed) / PART_OF_THE_PEAK;
        let matters = last.now_bytes >= part.max(WORTH_A_SAMPLE);
        let is_largest = last.highest_bytes > self.shared.largest_bytes.load(Relaxed);
        if matters || is_largest {
            let _ = self.with(|timed| timed.sample_at_exit(pid));
        }
    }
}
