//! Records of the tasks and stages that were found in a tree.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::Observer;

use super::state::FoundTask;
use crate::attribution::Rules;
use crate::attribution::stages::StageRecord;
use crate::attribution::traits::Kind;
use crate::{EndStatus, Sampler, TaskId, TaskRecord};

/// A task that was found, and when it ran.
#[derive(Clone, Debug)]
pub struct FoundTaskInfo {
    /// The runner that it belongs to.
    pub source: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// What the task is for.
    pub kind: Kind,
    /// When its first process was seen, counted from the sampler's start.
    pub started: Duration,
    /// When the last of its processes had ended; absent while one is alive.
    pub ended: Option<Duration>,
    /// The status of its first processes: of the first that failed, or else of the last.
    pub exit: Option<EndStatus>,
}

/// What is known of one task that was found.
#[derive(Clone, Debug)]
pub struct FoundTaskRecord {
    /// Which, and when.
    pub info: FoundTaskInfo,
    /// Its work.
    pub work: TaskRecord,
    /// Its wrappers, where there were any.
    pub wrappers: Option<TaskRecord>,
    /// Both together.
    pub all: TaskRecord,
    /// The sampler's tasks that its processes are in.
    pub tasks: Vec<TaskId>,
    /// Pids of processes that were in it to their end, or still are; of thousands not all.
    pub pids: Vec<u32>,
}

/// The present state of a task that was found.
#[derive(Clone, Debug)]
pub struct FoundTaskState {
    /// Which, and since when.
    pub info: FoundTaskInfo,
    /// The memory of its work, every page once.
    pub bytes: u64,
    /// The most that it had.
    pub peak_bytes: Option<u64>,
}

impl FoundTaskInfo {
    fn of(found: &FoundTask) -> Self {
        Self {
            source: Arc::clone(&found.source),
            name: Arc::clone(&found.mark.name),
            kind: found.mark.kind,
            started: found.started,
            ended: found.ended,
            exit: found.exit.filter(|_| !found.is_exit_unknown),
        }
    }

    /// The same with all times counted from `start`.
    #[must_use]
    pub fn since(mut self, start: Duration) -> Self {
        self.started = self.started.saturating_sub(start);
        self.ended = self.ended.map(|ended| ended.saturating_sub(start));
        self
    }

    fn order(&self) -> (Duration, &str) {
        (self.started, &self.name)
    }
}

impl FoundTaskState {
    /// The same with all times counted from `start`.
    #[must_use]
    pub fn since(mut self, start: Duration) -> Self {
        self.info = self.info.since(start);
        self
    }
}

impl<O: Observer> Sampler<O> {
    /// The tasks that were found in a tree, in the order of their starts.
    #[must_use]
    pub fn found_task_records(&self, root: TaskId) -> Vec<FoundTaskRecord> {
        let mut records: Vec<FoundTaskRecord> = self
            .found_tasks_of(root)
            .filter_map(|(all, found)| {
                let work = self.task_record(found.work_task())?;
                let wrappers = found
                    .wrappers
                    .and_then(|wrappers| self.task_record(wrappers));
                let whole = self.task_record(all)?;
                // Without any work, its wrappers are all that it is.
                let is_idle = work.seen == 0;
                let parts = [
                    Some(all),
                    Some(found.work),
                    found.below_host,
                    found.wrappers,
                ];
                Some(FoundTaskRecord {
                    info: FoundTaskInfo::of(found),
                    work: if is_idle { whole.clone() } else { work },
                    wrappers: wrappers.filter(|_| !is_idle),
                    all: whole,
                    tasks: parts.into_iter().flatten().collect(),
                    pids: self.pids_of(all, found),
                })
            })
            .collect();
        records.sort_by(|one, other| one.info.order().cmp(&other.info.order()));
        records
    }

    /// The present states of the tasks that were found in a tree, in the order of their starts.
    #[must_use]
    pub fn found_task_states(&self, root: TaskId) -> Vec<FoundTaskState> {
        let mut states: Vec<FoundTaskState> = self
            .found_tasks_of(root)
            .map(|(all, found)| {
                let work = self.tasks.get(found.work_task());
                let work = work.filter(|work| work.record.seen > 0);
                let task = work.or_else(|| self.tasks.get(all));
                let peak = task.and_then(|task| task.record.peak.as_ref());
                FoundTaskState {
                    info: FoundTaskInfo::of(found),
                    bytes: task.map_or(0, |task| task.estimate.total.best),
                    peak_bytes: peak.map(|peak| peak.bytes),
                }
            })
            .collect();
        states.sort_by(|one, other| one.info.order().cmp(&other.info.order()));
        states
    }

    /// The stages that a tree was in, in the order of their starts.
    #[must_use]
    pub fn stage_records(&self, root: TaskId, now: Duration) -> Vec<StageRecord> {
        let (Some(root), Some(rules)) = (self.attribution.roots.get(&root), self.rules()) else {
            return Vec::new();
        };
        let summaries = root.stages.records(now).into_iter();
        summaries
            .map(|summary| StageRecord {
                name: rules.stage_names()[summary.stage].clone(),
                summary,
            })
            .collect()
    }

    /// The rules for this sampler's tasks.
    pub(super) fn rules(&self) -> Option<&Rules> {
        self.attribution.rules.as_deref()
    }

    pub(super) fn found_tasks_of(
        &self,
        root: TaskId,
    ) -> impl Iterator<Item = (TaskId, &FoundTask)> {
        let found = self.attribution.found_tasks.iter();
        found
            .filter(move |(_, found)| found.root == root)
            .map(|(&all, found)| (all, found))
    }

    fn pids_of(&self, all: TaskId, found: &FoundTask) -> Vec<u32> {
        let processes = self.attribution.processes.iter();
        let alive = processes.filter(|(_, placement)| placement.task == Some(all));
        let ended = found.ended_pids.iter();
        ended.chain(alive.map(|(pid, _)| pid)).copied().collect()
    }
}
