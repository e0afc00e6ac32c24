//! One task of a sampler, as other threads refer to it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use memtop_proc::ProcessId;
use memtop_proc::native::NativeObserver;

use crate::{
    FoundTaskState, LivingProcess, Record, SamplerThread, Samples, SharedRules, SharedSampler,
    Snapshot, TaskGuard, TaskId, TimelineSegment, Traits,
};

/// A task of a sampler, which it keeps running.
#[derive(Clone, Debug)]
pub struct TaskHandle {
    sampler: SharedSampler,
    id: TaskId,
}

/// A task of a sampler that may have ended. The sampling thread itself may hold one: dropping it
/// never waits for that thread.
#[derive(Clone, Debug)]
pub struct WeakTask {
    sampler: Weak<SamplerThread<NativeObserver>>,
    id: TaskId,
}

impl TaskHandle {
    /// The task with this id.
    #[must_use]
    pub fn new(sampler: SharedSampler, id: TaskId) -> Self {
        Self { sampler, id }
    }

    /// The same task, without keeping its sampler running.
    #[must_use]
    pub fn downgrade(&self) -> WeakTask {
        WeakTask {
            sampler: Arc::downgrade(&self.sampler),
            id: self.id,
        }
    }

    /// The sampler of the task.
    #[must_use]
    pub fn sampler(&self) -> &SharedSampler {
        &self.sampler
    }

    /// By which the sampler knows it.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// See [`SamplerThread::attribute`].
    pub fn attribute(&self, rules: &SharedRules, before: &Traits) {
        self.sampler.attribute(self.id, rules, before);
    }

    /// See [`SamplerThread::guard`].
    pub fn guard(&self, guard: TaskGuard) {
        self.sampler.guard(self.id, guard);
    }

    /// See [`SamplerThread::members`].
    #[must_use]
    pub fn members(&self) -> Vec<ProcessId> {
        self.sampler.members(self.id)
    }

    /// See [`SamplerThread::members_within`].
    #[must_use]
    pub fn members_within(&self, patience: Duration) -> Option<Vec<ProcessId>> {
        self.sampler.members_within(patience, self.id)
    }

    /// See [`SamplerThread::living`].
    #[must_use]
    pub fn living(&self) -> Vec<LivingProcess> {
        self.sampler.living(self.id)
    }

    /// See [`SamplerThread::is_urgent`].
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        self.sampler.is_urgent(self.id)
    }

    /// See [`SamplerThread::samples`].
    #[must_use]
    pub fn samples(&self) -> Option<Samples> {
        self.sampler.samples(self.id)
    }

    /// See [`SamplerThread::finish`].
    #[must_use]
    pub fn finish(&self) -> Option<Record> {
        self.sampler.finish(self.id)
    }

    /// See [`SamplerThread::end_task`].
    #[must_use]
    pub fn end(&self) -> Option<Snapshot> {
        self.sampler.end_task(self.id)
    }

    /// See [`SamplerThread::remove_task`].
    pub fn remove(&self) {
        let _ = self.sampler.remove_task(self.id);
    }
}

impl WeakTask {
    /// `None` when the sampler has ended.
    #[must_use]
    pub fn upgrade(&self) -> Option<TaskHandle> {
        Some(TaskHandle {
            sampler: self.sampler.upgrade()?,
            id: self.id,
        })
    }

    /// See [`SamplerThread::snapshot`]; `None` when the sampler has ended, too.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.sampler.upgrade()?.snapshot(self.id)
    }

    /// See [`SamplerThread::found_task_states`]; none when the sampler has ended.
    #[must_use]
    pub fn found_task_states(&self) -> Vec<FoundTaskState> {
        let sampler = self.sampler.upgrade();
        sampler.map_or_else(Vec::new, |sampler| sampler.found_task_states(self.id))
    }

    /// See [`SamplerThread::assign_to_task`]; `false` when the sampler has ended.
    #[must_use]
    pub fn assign_to_task(&self, pid: u32, runner: &str, name: &str) -> bool {
        let sampler = self.sampler.upgrade();
        sampler.is_some_and(|sampler| sampler.assign_to_task(self.id, pid, runner, name))
    }

    /// See [`SamplerThread::take_timeline_segment`]; `None` when the sampler has ended, too.
    #[must_use]
    pub fn take_timeline_segment(&self, sums: usize) -> Option<TimelineSegment> {
        self.sampler.upgrade()?.take_timeline_segment(self.id, sums)
    }
}
