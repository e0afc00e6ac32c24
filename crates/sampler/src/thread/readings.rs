//! What other threads ask of the sampling thread.

use std::time::Duration;

use memtop_proc::{Observer, ProcessId};

use super::SamplerThread;
use crate::{FoundTaskState, LivingProcess, Record, Samples, Snapshot, TaskId, TimelineSegment};

impl<O: Observer + Send + 'static> SamplerThread<O> {
    /// Closes the last gap and returns the record. `None` when the thread has panicked.
    #[must_use]
    pub fn finish(&self, task: TaskId) -> Option<Record> {
        self.with(|timed| {
            timed.finish();
            timed.last_record(task)
        })
    }

    /// What is known so far. `None` when the thread has panicked.
    #[must_use]
    pub fn record(&self, task: TaskId) -> Option<Record> {
        self.with(|timed| timed.record(task))
    }

    /// Whether a task still grows although it is being ended for its memory.
    #[must_use]
    pub fn is_urgent(&self, task: TaskId) -> bool {
        self.with_within(Duration::ZERO, |timed| timed.is_urgent(task))
            .unwrap_or(false)
    }

    /// The living processes of a task.
    #[must_use]
    pub fn pids(&self, task: TaskId) -> Vec<u32> {
        self.with(|timed| timed.sampler.pids(task).collect())
            .unwrap_or_default()
    }

    /// Takes a sample and returns the processes of a task.
    #[must_use]
    pub fn members(&self, task: TaskId) -> Vec<ProcessId> {
        self.with(|timed| timed.sampled_members(task))
            .unwrap_or_default()
    }

    /// The same; `None` while the sampler is busy for
    /// longer than `patience`.
    #[must_use]
    pub fn members_within(&self, patience: Duration, task: TaskId) -> Option<Vec<ProcessId>> {
        self.with_within(patience, |timed| timed.sampled_members(task))
    }

    /// Takes a sample and returns the processes that have memory.
    #[must_use]
    pub fn living(&self, task: TaskId) -> Vec<LivingProcess> {
        self.with(|timed| {
            timed.sample();
            timed.sampler.living(task)
        })
        .unwrap_or_default()
    }

    /// A task at the last sample. `None` when the thread has panicked.
    #[must_use]
    pub fn snapshot(&self, task: TaskId) -> Option<Snapshot> {
        self.with(|timed| timed.snapshot(task))
    }

    /// The memory of a task since this was last called, as at most `sums` sums. The first call
    /// begins it. `None` when the task has ended.
    #[must_use]
    pub fn take_timeline_segment(&self, task: TaskId, sums: usize) -> Option<TimelineSegment> {
        self.with(|timed| {
            Some(TimelineSegment {
                at: timed.now(),
                sums: timed.sampler.take_timeline_segment(task, sums)?,
                living: timed.sampler.living(task),
            })
        })
        .flatten()
    }

    /// A reader of every sample of a task from now on, and of those before as far as they are kept.
    /// `None` when the task has ended.
    #[must_use]
    pub fn samples(&self, task: TaskId) -> Option<Samples> {
        self.with(|timed| timed.sampler.samples(task)).flatten()
    }

    /// The present states of the tasks that were found in a task.
    #[must_use]
    pub fn found_task_states(&self, task: TaskId) -> Vec<FoundTaskState> {
        self.with(|timed| timed.sampler.found_task_states(task))
            .unwrap_or_default()
    }
}
