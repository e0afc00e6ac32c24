//! When samples are taken, and how they go.

use std::time::Duration;

use memtop_proc::Error;

use crate::gaps::Gaps;

/// The progress of sampling. Times are counted from the sampler's start.
#[derive(Debug)]
pub(crate) struct Progress {
    /// The time of the sample or event that is being handled.
    now: Duration,
    /// All samples, also those between the regular ones.
    samples: u64,
    last_sample: Option<Duration>,
    /// The regular samples.
    ticks: u64,
    last_tick: Option<Duration>,
    gaps: Gaps,
    failures: u64,
    first_failure: Option<String>,
    admission: Duration,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            now: Duration::ZERO,
            samples: 0,
            last_sample: None,
            ticks: 0,
            last_tick: None,
            gaps: Gaps::new(),
            failures: 0,
            first_failure: None,
            admission: Duration::ZERO,
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    /// Takes in an event. Reported late, it counts as of now.
    pub(crate) fn advance_to(&mut self, at: Duration) -> Duration {
        self.now = self.now.max(at);
        self.now
    }

    pub(super) fn begin_tick(&mut self, now: Duration) {
        if let Some(last) = self.last_tick.replace(now) {
            self.gaps.add(now.saturating_sub(last));
        }
        self.ticks += 1;
    }

    /// After a time without processes, which is not a gap.
    pub(super) fn resume(&mut self) {
        self.last_tick = None;
    }

    pub(crate) fn ticks(&self) -> u64 {
        self.ticks
    }

    pub(super) fn median_gap(&self) -> Option<Duration> {
        self.gaps.median()
    }

    pub(super) fn longest_gap(&self) -> Option<Duration> {
        self.gaps.longest()
    }

    pub(super) fn begin_sample(&mut self, now: Duration) {
        self.now = now;
        self.samples += 1;
    }

    pub(super) fn end_sample(&mut self, now: Duration) {
        self.last_sample = Some(now);
    }

    /// The number of the present sample.
    pub(super) fn sample(&self) -> u64 {
        self.samples
    }

    pub(super) fn was_sampled_since(&self, time: Duration) -> bool {
        self.last_sample.is_some_and(|last| time <= last)
    }

    pub(super) fn since_last_sample(&self) -> Duration {
        self.now
            .saturating_sub(self.last_sample.unwrap_or_default())
    }

    pub(super) fn count_failure(&mut self, error: &Error) {
        self.failures += 1;
        self.note_failure(error);
    }

    /// Keeps the message of a failure that does not make a sample fail.
    pub(super) fn note_failure(&mut self, error: &Error) {
        self.first_failure.get_or_insert_with(|| error.to_string());
    }

    pub(super) fn failures(&self) -> (u64, Option<String>) {
        (self.failures, self.first_failure.clone())
    }

    pub(crate) fn add_admission(&mut self, time: Duration) {
        self.admission += time;
    }

    /// CPU time that admitting processes has taken: it goes with their number, not with that of
    /// the samples.
    pub(super) fn admission(&self) -> Duration {
        self.admission
    }
}
