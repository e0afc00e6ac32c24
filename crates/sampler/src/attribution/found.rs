//! Records of the tasks and stages that were found in a tree.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::Observer;

use super::Rules;
use super::stages::StageRecord;
use super::state::NamedTask;
use super::traits::Kind;
use crate::{EndStatus, Sampler, TaskId, TaskRecord};

/// A task that was found, and when it ran.
#[derive(Clone, Debug)]
pub struct Finding {
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
pub struct NamedRecord {
    /// Which, and when.
    pub finding: Finding,
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
pub struct NamedState {
    /// Which, and since when.
    pub finding: Finding,
    /// The memory of its work, every page once.
    pub bytes: u64,
    /// The most that it had.
    pub peak_bytes: Option<u64>,
}

impl Finding {
    fn of(named: &NamedTask) -> Self {
        Self {
            source: Arc::clone(&named.source),
            name: Arc::clone(&named.mark.name),
            kind: named.mark.kind,
            started: named.started,
            ended: named.ended,
            exit: named.exit.filter(|_| !named.is_exit_unknown),
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

impl NamedState {
    /// The same with all times counted from `start`.
    #[must_use]
    pub fn since(mut self, start: Duration) -> Self {
        self.finding = self.finding.since(start);
        self
    }
}

impl<O: Observer> Sampler<O> {
    /// The tasks that were found in a tree, in the order of their starts.
    #[must_use]
    pub fn named_records(&self, root: TaskId) -> Vec<NamedRecord> {
        let mut records: Vec<NamedRecord> = self
            .named_of(root)
            .filter_map(|(all, named)| {
                let work = self.task_record(named.work_task())?;
                let wrappers = named
                    .wrappers
                    .and_then(|wrappers| self.task_record(wrappers));
                let whole = self.task_record(all)?;
                // Without any work, its wrappers are all that it is.
                let is_idle = work.seen == 0;
                let parts = [
                    Some(all),
                    Some(named.work),
                    named.below_host,
                    named.wrappers,
                ];
                Some(NamedRecord {
                    finding: Finding::of(named),
                    work: if is_idle { whole.clone() } else { work },
                    wrappers: wrappers.filter(|_| !is_idle),
                    all: whole,
                    tasks: parts.into_iter().flatten().collect(),
                    pids: self.pids_of(all, named),
                })
            })
            .collect();
        records.sort_by(|one, other| one.finding.order().cmp(&other.finding.order()));
        records
    }

    /// The present states of the tasks that were found in a tree, in the order of their starts.
    #[must_use]
    pub fn named_states(&self, root: TaskId) -> Vec<NamedState> {
        let mut states: Vec<NamedState> = self
            .named_of(root)
            .map(|(all, named)| {
                let work = self.tasks.get(named.work_task());
                let work = work.filter(|work| work.record.seen > 0);
                let task = work.or_else(|| self.tasks.get(all));
                let peak = task.and_then(|task| task.record.peak.as_ref());
                NamedState {
                    finding: Finding::of(named),
                    bytes: task.map_or(0, |task| task.estimate.total.best),
                    peak_bytes: peak.map(|peak| peak.bytes),
                }
            })
            .collect();
        states.sort_by(|one, other| one.finding.order().cmp(&other.finding.order()));
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

    pub(super) fn named_of(&self, root: TaskId) -> impl Iterator<Item = (TaskId, &NamedTask)> {
        let named = self.attribution.named.iter();
        named
            .filter(move |(_, named)| named.root == root)
            .map(|(&all, named)| (all, named))
    }

    fn pids_of(&self, all: TaskId, named: &NamedTask) -> Vec<u32> {
        let processes = self.attribution.processes.iter();
        let alive = processes.filter(|(_, placement)| placement.task == Some(all));
        let ended = named.ended_pids.iter();
        ended.chain(alive.map(|(pid, _)| pid)).copied().collect()
    }
}
