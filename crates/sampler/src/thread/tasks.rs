//! The tasks that a thread samples: how they start, what is known of them, and how they end.

use std::sync::Arc;
use std::time::Instant;

use memtop_proc::{Error, GroupCounters, Observer};

use super::SamplerThread;
use crate::guarded_task::TaskGuard;
use crate::timed_sampler::TimedSampler;
use crate::{SharedRules, Snapshot, TaskId, TaskRecord, Traits};

/// Why a task could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no process with this pid.
    #[error("there is no process {0}")]
    NoSuchProcess(u32),
    /// The process table cannot be read.
    #[error(transparent)]
    Observer(#[from] Error),
    /// The operating system gives no thread.
    #[error("cannot start a thread: {0}")]
    NoThread(#[source] std::io::Error),
    /// The sampling thread has panicked.
    #[error("the sampling thread has ended")]
    ThreadEnded,
}

impl<O: Observer + Send + 'static> SamplerThread<O> {
    /// Starts a task at a process and takes its first sample at once.
    ///
    /// # Errors
    /// When there is no such process or the process table cannot be read.
    pub fn add_task(&self, pid: u32) -> Result<TaskId, StartError> {
        self.start_task(pid, |timed| timed.sampler.add_task(pid, timed.now()))
    }

    /// The same for a process that was started after the observer took note of the processes that
    /// there are. Orphans that become children of `adopter` are of the task as well.
    ///
    /// # Errors
    /// When there is no such process or the process table cannot be read.
    pub fn add_new_task(&self, pid: u32, adopter: Option<u32>) -> Result<TaskId, StartError> {
        self.start_task(pid, |timed| {
            timed.sampler.add_new_task(pid, adopter, timed.now())
        })
    }

    /// From now on the kernel counts what is in a task, and nothing else.
    pub fn set_counters(&self, task: TaskId, counters: Box<dyn GroupCounters>) {
        let _ = self.with(|timed| timed.set_counters(task, counters));
        self.shared.changed.notify_all();
    }

    /// The kernel does not count all of a task any more.
    pub fn remove_counters(&self, task: TaskId) {
        let _ = self.with(|timed| timed.sampler.remove_counters(task));
    }

    /// Adds a task that holds others. Orphans that become children of `adopter`, and are of no task
    /// in it, are of this one. `None` when the thread has panicked.
    #[must_use]
    pub fn add_group(&self, enclosing: Option<TaskId>, adopter: Option<u32>) -> Option<TaskId> {
        self.with(|timed| timed.sampler.add_group(enclosing, adopter))
    }

    /// Starts a task inside another, at a process that was started after the observer took note of
    /// the processes that there are.
    ///
    /// # Errors
    /// When there is no such process or the process table cannot be read.
    pub fn add_new_task_within(&self, enclosing: TaskId, pid: u32) -> Result<TaskId, StartError> {
        self.start_task(pid, |timed| {
            timed
                .sampler
                .add_new_task_within(enclosing, pid, timed.now())
        })
    }

    fn start_task(
        &self,
        pid: u32,
        add: impl FnOnce(&mut TimedSampler<O>) -> Result<Option<TaskId>, Error>,
    ) -> Result<TaskId, StartError> {
        let added = self.with(|timed| {
            let was_idle = !timed.samples();
            if was_idle {
                timed.sampler.resume();
            }
            let added = add(timed)?;
            if added.is_some() {
                timed.tick();
            }
            if was_idle {
                timed.due = Instant::now() + timed.pace.interval();
            }
            Ok(added)
        });
        self.shared.changed.notify_all();
        match added {
            None => Err(StartError::ThreadEnded),
            Some(Ok(None)) => Err(StartError::NoSuchProcess(pid)),
            Some(Ok(Some(task))) => Ok(task),
            Some(Err(error)) => Err(error),
        }
    }

    /// Attributes the processes of a task to found tasks from now on, by rules that are the same
    /// for all tasks of this sampler. `before` is what its first process has from outside.
    pub fn attribute(&self, task: TaskId, rules: &SharedRules, before: &Traits) {
        let rules = Arc::clone(self.shared.rules.get_or_init(|| Arc::clone(rules)));
        let _ = self.with(|timed| timed.attribute(task, rules, before));
    }

    /// Attributes a process to a task by name; see
    /// [`Sampler::assign_to_task`](crate::Sampler::assign_to_task).
    #[must_use]
    pub fn assign_to_task(&self, root: TaskId, pid: u32, runner: &str, name: &str) -> bool {
        self.with(|timed| timed.assign_to_task(root, pid, runner, name))
            .unwrap_or(false)
    }

    /// Guards a task from now on.
    pub fn guard(&self, task: TaskId, guard: TaskGuard) {
        let _ = self.with(|timed| timed.guard(task, guard));
        self.shared.changed.notify_all();
    }

    /// Takes a last sample, ends a task and returns its record.
    #[must_use]
    pub fn remove_task(&self, task: TaskId) -> Option<TaskRecord> {
        self.with(|timed| {
            if timed.samples() {
                timed.tick();
            }
            timed.remove_task(task)
        })
        .flatten()
    }

    /// Closes the last gap, ends a task and returns its last state. `None` when there is no such
    /// task, or the thread has panicked.
    #[must_use]
    pub fn end_task(&self, task: TaskId) -> Option<Snapshot> {
        self.with(|timed| {
            timed.finish();
            let last = timed.snapshot(task);
            timed.remove_task(task).map(|_| last)
        })
        .flatten()
    }
}
