//! Keeps the trees of tasks, and what is known of them.

mod admission;
mod attribution;
mod between_samples;
pub(crate) mod births;
mod changes;
mod counters;
mod deaths;
mod estimating;
mod events;
mod faults;
mod files;
mod fork_families;
mod high_water;
mod machine;
mod memory_origin;
mod narrowing;
mod parts;
mod progress;
mod reported;
mod sample;
mod short_lives;
#[cfg(test)]
mod simulation;
mod sums;
mod walks;

use std::time::Duration;

use attribution::Attribution;
use births::Births;
use changes::Changes;
use faults::IdleTurns;
use files::Files;
use high_water::HighWaterTurns;
use machine::{MachineWrites, Window};
use memory_origin::MemoryOrigin;
use memtop_proc::{Error, GroupCounters, Observer, ProcessId};
use progress::Progress;

use crate::forks::Families;
use crate::member::Member;
use crate::page_reads::{Metric, PageReads};
use crate::tasks::Tasks;
use crate::tree::Tree;
use crate::unsampled::UnsampledProcesses;
use crate::{LivingProcess, Point, Program, Record, Samples, TaskId, TaskRecord};

pub use attribution::{FoundTaskInfo, FoundTaskRecord, FoundTaskState};

/// Keeps the trees of its tasks, and samples them when called.
#[derive(Debug)]
pub struct Sampler<O: Observer> {
    observer: O,
    tree: Tree<O::Handle>,
    tasks: Tasks,
    unsampled: UnsampledProcesses,
    attribution: Attribution,
    progress: Progress,
    files: Files,
    families: Families,
    page_reads: PageReads,
    machine: MachineWrites,
    /// When its faults were last counted to bound what is hidden.
    counted: Duration,
    window: Window,
    idle_turns: IdleTurns,
    high_water: HighWaterTurns,
    births: Births,
    changes: Changes,
}

impl<O: Observer> Sampler<O> {
    /// A sampler without tasks.
    pub fn new(mut observer: O, metric: Metric) -> Self {
        Self {
            births: Births::new(&observer),
            machine: MachineWrites::start(&mut observer),
            counted: Duration::ZERO,
            observer,
            tree: Tree::new(),
            tasks: Tasks::default(),
            unsampled: UnsampledProcesses::default(),
            attribution: Attribution::default(),
            progress: Progress::new(),
            files: Files::default(),
            families: Families::default(),
            page_reads: PageReads::new(metric),
            window: Window::default(),
            idle_turns: IdleTurns::default(),
            high_water: HighWaterTurns::new(),
            changes: Changes::default(),
        }
    }

    /// Starts a task at a process: it and all its descendants are of that task from now on.
    /// `None` when there is no such process.
    ///
    /// # Errors
    /// When the process table cannot be read.
    pub fn add_task(&mut self, pid: u32, now: Duration) -> Result<Option<TaskId>, Error> {
        let Some(root) = self.observer.identify(pid)? else {
            return Ok(None);
        };
        if self.tasks.is_empty() {
            self.observer.note_present()?;
        }
        let mut births = self.births.take();
        let listed = self.observer.all(&mut births);
        if !births.iter().any(|birth| birth.id == root.id) {
            births.push(root);
        }
        let enclosing = self
            .tree
            .index_of(pid)
            .map(|index| self.tree.members()[index].task);
        let task = self.tasks.add(enclosing);
        let is_forked_outside = self.is_forked_outside(&root)?;
        self.claim_descendants(task, enclosing, root.id, &births, now);
        if is_forked_outside {
            self.join_family(root.id.pid, MemoryOrigin::ForkedOutside);
        }
        self.births.put_back(births);
        listed.map(|()| Some(task))
    }

    /// From now on the kernel counts what is in a task, and nothing else.
    pub fn set_counters(&mut self, id: TaskId, counters: Box<dyn GroupCounters>) {
        if let Some(task) = self.tasks.get_mut(id) {
            task.counters = Some(counters);
        }
    }

    /// The counters do not cover all processes of a task any more.
    pub fn remove_counters(&mut self, id: TaskId) {
        if let Some(task) = self.tasks.get_mut(id) {
            task.counters = None;
            task.counted = None;
        }
    }

    /// Adds a task that holds others. Orphans that become children of `adopter`, and are of no task
    /// in it, are of this one.
    pub fn add_group(&mut self, enclosing: Option<TaskId>, adopter: Option<u32>) -> TaskId {
        let task = self.tasks.add_group(enclosing);
        if let Some(parent) = adopter {
            self.tree.adopt(task, parent);
        }
        task
    }

    /// Starts a task inside another, at a process that was started after the observer took note of
    /// the processes that there are. `None` when there is no such process.
    ///
    /// # Errors
    /// When the process table cannot be read.
    pub fn add_new_task_within(
        &mut self,
        enclosing: TaskId,
        pid: u32,
        now: Duration,
    ) -> Result<Option<TaskId>, Error> {
        let Some(root) = self.observer.identify(pid)? else {
            return Ok(None);
        };
        self.release_pid(root.id);
        let task = self.tasks.add(Some(enclosing));
        if self.tree.index_of(pid).is_none() {
            self.admit(&root, task, now);
            return Ok(Some(task));
        }
        // A sample has found it first, as a child of the process that adopts orphans.
        let mut births = self.births.take();
        let listed = self.observer.all(&mut births);
        self.claim_descendants(task, Some(enclosing), root.id, &births, now);
        self.births.put_back(births);
        listed.map(|()| Some(task))
    }

    /// Starts a task at a process that was started after the observer took note of the processes
    /// that there are, so that its descendants show as births. `None` when there is no such
    /// process. Orphans that become children of `adopter` are of the task as well.
    ///
    /// # Errors
    /// When the process table cannot be read.
    pub fn add_new_task(
        &mut self,
        pid: u32,
        adopter: Option<u32>,
        now: Duration,
    ) -> Result<Option<TaskId>, Error> {
        let Some(root) = self.observer.identify(pid)? else {
            return Ok(None);
        };
        let task = self.tasks.add(None);
        if let Some(parent) = adopter {
            self.tree.adopt(task, parent);
        }
        self.admit(&root, task, now);
        Ok(Some(task))
    }

    /// Ends a task and returns its record.
    pub fn remove_task(&mut self, id: TaskId) -> Option<TaskRecord> {
        let record = self.task_record(id)?;
        self.end_attribution(id);
        let task = self.tasks.remove(id)?;
        self.tree.end_task(id, task.enclosing);
        self.unsampled.end_task(id, task.enclosing);
        Some(record)
    }

    /// The processes of a task that had memory at the last sample.
    pub fn living(&self, id: TaskId) -> Vec<LivingProcess> {
        let estimate = self
            .tasks
            .get(id)
            .map(|task| task.estimate)
            .unwrap_or_default();
        let parts = self.parts(id, &estimate).into_iter();
        parts
            .map(|(index, bytes)| {
                let member = &self.tree.members()[index];
                LivingProcess {
                    id: member.id,
                    task: member.task,
                    description: std::sync::Arc::clone(&member.description.current),
                    parent: member.parent,
                    first_seen: member.first_seen,
                    rss_bytes: member.memory.rss,
                    bytes,
                }
            })
            .collect()
    }

    /// The memory of a task since this was last called, as at most `points` sums, each the highest
    /// of its stretch of time. The first call begins it. `None` when the task has ended.
    pub fn take_timeline_segment(&mut self, id: TaskId, points: usize) -> Option<Vec<Point>> {
        Some(self.tasks.get_mut(id)?.take_timeline_segment(points))
    }

    /// A reader of every sample of a task from now on, and of those before as far as they are kept.
    /// `None` when the task has ended.
    pub fn samples(&mut self, id: TaskId) -> Option<Samples> {
        Some(self.tasks.get_mut(id)?.samples())
    }

    /// The processes of a task that are not reaped yet.
    pub fn members(&self, id: TaskId) -> impl Iterator<Item = ProcessId> {
        let members = self.tree.members().iter();
        members
            .filter(move |member| self.tasks.is_within(member.task, id))
            .map(|member| member.id)
    }

    /// Their pids.
    pub fn pids(&self, id: TaskId) -> impl Iterator<Item = u32> {
        self.members(id).map(|member| member.pid)
    }

    /// There was no process to sample for a while, which is not a gap.
    pub(crate) fn resume(&mut self) {
        self.progress.resume();
    }

    /// Whether a task has not ended.
    #[must_use]
    pub fn has_task(&self, id: TaskId) -> bool {
        self.tasks.get(id).is_some()
    }

    /// Resident memory of a task at the last sample, in each process.
    #[must_use]
    pub fn rss_bytes(&self, id: TaskId) -> u64 {
        self.tasks.get(id).map_or(0, |task| task.sums.rss)
    }

    /// The memory of a task at the last sample, every page once.
    #[must_use]
    pub fn bytes(&self, id: TaskId) -> u64 {
        self.tasks
            .get(id)
            .map_or(0, |task| task.estimate.total.best)
    }

    /// CPU time of what does not depend on how often samples are taken: reading pages, which has a
    /// budget of its own, and admitting processes.
    #[must_use]
    pub fn time_beside(&self) -> Duration {
        self.page_reads.spent + self.machine.spent + self.progress.admission()
    }

    /// The highest peak of any task, and the largest process.
    #[must_use]
    pub fn highest(&self) -> (u64, u64) {
        let mut highest = (0, 0);
        for task in self.tasks.ids().filter_map(|id| self.tasks.get(id)) {
            let peak = task.record.peak.as_ref().map_or(0, |peak| peak.bytes);
            highest = (highest.0.max(peak), highest.1.max(task.largest_bytes()));
        }
        highest
    }

    /// Whether the size of the trees has changed since the last call.
    pub(crate) fn take_change(&mut self) -> bool {
        self.changes.take()
    }

    /// Whether there is no process to sample.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.tree.is_empty() && self.unsampled.is_empty()
    }

    /// What is known of one task so far.
    #[must_use]
    pub fn task_record(&self, id: TaskId) -> Option<TaskRecord> {
        let mut record = self.tasks.get(id)?.record();
        // A zombie that is not reaped yet will never be measured.
        let never = |member: &&Member<_>| {
            !member.memory.measured() && self.tasks.is_within(member.task, id)
        };
        record.unmeasured += self.tree.members().iter().filter(never).count() as u64;
        Some(record)
    }

    /// The memory of each program of a task.
    pub(crate) fn programs(&self, id: TaskId) -> Vec<Program> {
        self.tasks
            .get(id)
            .map_or_else(Vec::new, |task| task.programs().to_vec())
    }

    /// What is known so far, with the figures of one task. What only the thread knows is left at
    /// zero.
    #[must_use]
    pub fn record(&self, task: TaskId) -> Record {
        let (failures, first_failure) = self.progress.failures();
        Record {
            task: self.task_record(task).unwrap_or_default(),
            found_tasks: self.found_task_records(task),
            stages: self.stage_records(task, self.progress.now()),
            programs: Vec::new(),
            interval: Duration::ZERO,
            ticks: self.progress.ticks(),
            median_gap: self.progress.median_gap(),
            longest_gap: self.progress.longest_gap(),
            cpu: Duration::ZERO,
            pss_reads: self.page_reads.readings,
            pss_refused: self.page_reads.refused,
            without_descriptor: self.observer.without_descriptor(),
            births_are_reported: self.births.are_reported(),
            failures,
            first_failure,
            slowed_down: false,
            gave_up: false,
        }
    }

    pub(crate) fn with_member(
        &mut self,
        pid: u32,
        act: impl FnOnce(&mut O, u64, &mut Member<O::Handle>),
    ) {
        if let Some(index) = self.tree.index_of(pid) {
            act(
                &mut self.observer,
                self.progress.ticks(),
                &mut self.tree.members_mut()[index],
            );
        }
    }

    pub(crate) fn count(&mut self, task: TaskId, add: impl Fn(&mut TaskRecord)) {
        self.tasks.each_outwards(task, |task| add(&mut task.record));
    }
}
