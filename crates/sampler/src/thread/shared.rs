//! What the sampling thread shares with the threads that call it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock};
use std::time::Instant;

use memtop_proc::{Observer, lock};

use crate::timed_sampler::TimedSampler;
use crate::{Event, EventSource, SharedRules};

pub(super) struct Shared<O: Observer> {
    pub(super) timed: Mutex<TimedSampler<O>>,
    /// Notified when there is something to sample, or it is closed.
    pub(super) changed: Condvar,
    /// Events that were not taken in yet, and when they came.
    events: Mutex<Vec<(Instant, Event)>>,
    /// Asked for further ones.
    pub(super) source: OnceLock<Mutex<Box<dyn EventSource>>>,
    /// The task rules, once a task is attributed.
    pub(super) rules: OnceLock<SharedRules>,
    /// Of the highest tree, and of the largest process.
    pub(super) peak_bytes: AtomicU64,
    pub(super) largest_bytes: AtomicU64,
}

impl<O: Observer> Shared<O> {
    pub(super) fn of(timed: TimedSampler<O>) -> Self {
        Self {
            timed: Mutex::new(timed),
            changed: Condvar::new(),
            events: Mutex::default(),
            source: OnceLock::new(),
            rules: OnceLock::new(),
            peak_bytes: AtomicU64::new(0),
            largest_bytes: AtomicU64::new(0),
        }
    }

    pub(super) fn events(&self) -> MutexGuard<'_, Vec<(Instant, Event)>> {
        lock(&self.events)
    }

    pub(super) fn handle_events(&self, timed: &mut TimedSampler<O>) {
        let mut events = std::mem::take(&mut *self.events());
        if let Some(source) = self.source.get() {
            // What was started long before this is among the events.
            let (last_pid, now) = (timed.sampler.last_pid(), timed.now());
            let are_all = lock(source).take(&mut events);
            let last_pid = last_pid.filter(|_| are_all);
            timed.sampler.note_births_until(last_pid, now);
        }
        timed.handle(events);
    }

    /// Takes in the events so far, and calls `act`.
    pub(super) fn between_samples<T>(
        &self,
        timed: &mut TimedSampler<O>,
        act: impl FnOnce(&mut TimedSampler<O>) -> T,
    ) -> T {
        self.handle_events(timed);
        let answer = act(timed);
        self.note_highest(timed);
        answer
    }

    pub(super) fn note_highest(&self, timed: &TimedSampler<O>) {
        let (peak, largest) = timed.sampler.highest();
        self.peak_bytes.store(peak, Relaxed);
        self.largest_bytes.store(largest, Relaxed);
    }
}
