//! Trees that other programs have started: any number of them on one sampling thread, each with a
//! supervision of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use memtop_proc::ProcessId;
use memtop_proc::native::RoomFinder;
use memtop_sampler::{
    Alarm, Event, FoundTaskState, Interval, Metric, Record, SharedRules, SharedSampler, Snapshot,
    StartError, TaskHandle, TaskId, TaskRecord, Thresholds, WeakTask,
};
use memtop_trace::{KernelEventsHold, TraceUse, TreeTracer};

use crate::outcome::{GuardRecord, Reason, Stopped, Tracking};
use crate::process_events::ProcessEvents;
use crate::sampling::{assign_to_tasks, start_sampler};
use crate::supervision::{Conclusion, EndingThreads, Guarding, Supervision, Tree, TreeControl};
use crate::{GuardOptions, Size};

/// Why trees cannot be tracked.
#[derive(Debug, thiserror::Error)]
pub enum TrackError {
    /// They cannot be sampled.
    #[error(transparent)]
    Sampling(#[from] StartError),
    /// They were to be followed in a way that is not possible here.
    #[error("it cannot be followed as asked for: {0}")]
    NoEvents(String),
}

/// Samples trees that other programs have started. Dropping it ends the sampling.
#[derive(Debug)]
pub struct Tracker {
    /// Dropped first: it still reports to the sampler.
    tracer: Option<TreeTracer>,
    events: ProcessEvents,
    sampler: SharedSampler,
    ending_threads: Arc<EndingThreads>,
}

/// How one tree is tracked.
#[derive(Clone, Debug, Default)]
pub struct TrackOptions {
    /// The size to warn at.
    pub warn: Option<Size>,
    /// The size to report as an alarm.
    pub limit: Option<Size>,
    /// Whether the tree is ended at its limit.
    pub ends_at_limit: bool,
    /// How long processes that are asked to end may take then.
    pub grace: Duration,
    /// The rules that assign its processes to tasks.
    pub rules: Option<SharedRules>,
}

/// What is known when tracking ends.
#[derive(Debug)]
pub struct TrackedEnd {
    /// Whether the process that was tracked is still there.
    pub is_running: bool,
    /// From the start of tracking.
    pub duration: Duration,
    /// What was measured; its times count from the start of tracking.
    pub record: Record,
    /// How it was guarded; absent when it was not.
    pub guard: Option<GuardRecord>,
    /// Why it was ended, if it was.
    pub stopped: Option<Stopped>,
    /// What did not work, in words.
    pub remarks: Vec<String>,
}

impl Tracker {
    /// Starts the thread that samples while there is something to sample, and one that receives
    /// events of processes. Processes are traced only where that is asked for.
    ///
    /// # Errors
    /// When the process table cannot be read here, or there are no such events as asked for.
    pub fn start(interval: Interval, metric: Metric, wanted: TraceUse) -> Result<Self, TrackError> {
        let sampler = start_sampler(interval, metric, |_| Ok(()))?;
        let events =
            ProcessEvents::for_running_trees(wanted, &sampler).map_err(TrackError::NoEvents)?;
        let tracer = if events.is_ptrace() {
            sampler.expect_events();
            Some(TreeTracer::start(Arc::clone(&sampler)).map_err(StartError::NoThread)?)
        } else {
            None
        };
        Ok(Self {
            tracer,
            events,
            sampler,
            ending_threads: Arc::new(EndingThreads::start().map_err(StartError::NoThread)?),
        })
    }

    /// Traces a tree where that was asked for.
    ///
    /// # Errors
    /// Why it cannot be traced, in words. It can be sampled all the same.
    pub fn trace(&self, pid: u32) -> Result<(), String> {
        let Some(tracer) = &self.tracer else {
            return Ok(());
        };
        tracer
            .attach(pid)
            .inspect_err(|_| self.sampler.notify(Event::Released(pid)))
    }

    /// Starts to sample a process and its descendants.
    ///
    /// # Errors
    /// When there is no such process or it cannot be read.
    pub fn follow(&self, pid: u32) -> Result<TaskId, StartError> {
        let _hold = self.receive_events_of(pid)?;
        self.sampler.add_task(pid)
    }

    /// Receives what happens to a tree from now on. Events are held back until what is returned is
    /// dropped.
    fn receive_events_of(&self, pid: u32) -> Result<Option<KernelEventsHold<'_>>, StartError> {
        let hold = self.events.kernel().map(|events| events.follow_tree(pid));
        Ok(hold.transpose()?)
    }

    /// How the trees are followed.
    #[must_use]
    pub fn tracking(&self) -> Tracking {
        self.events.tracking()
    }

    /// Takes a last sample of a task and ends it.
    #[must_use]
    pub fn leave(&self, task: TaskId) -> Option<TaskRecord> {
        self.sampler.remove_task(task)
    }

    /// Starts to sample a process and its descendants, and to guard them. `on_alarm` is called with
    /// what the guard says, on the sampling thread; it must not wait for anything.
    ///
    /// # Errors
    /// When there is no such process or it cannot be read.
    pub fn track(
        &self,
        pid: u32,
        options: &TrackOptions,
        on_alarm: impl FnMut(&Alarm) + Send + 'static,
    ) -> Result<Tracked, StartError> {
        let thresholds = thresholds(options);
        let started = Instant::now();
        let began = self.sampler.now();
        let hold = self.receive_events_of(pid)?;
        let task = TaskHandle::new(Arc::clone(&self.sampler), self.sampler.add_task(pid)?);
        drop(hold);
        if let Some(rules) = &options.rules {
            assign_to_tasks(&task, rules, pid);
        }
        let members = task.members();
        let root = members.into_iter().find(|member| member.pid == pid);
        let control = TreeControl {
            ending_threads: Arc::clone(&self.ending_threads),
            forwarding: None,
            group: None,
            tree: Tree {
                root,
                ..Tree::of_task(Ok(&task))
            },
        };
        let supervision = Supervision::new(None, control);
        if thresholds != Thresholds::default() {
            let guarding = Guarding {
                thresholds,
                room: None,
                grace: options.ends_at_limit.then_some(options.grace),
                since: began,
            };
            supervision.guard(guarding, on_alarm);
        }
        Ok(Tracked(Arc::new(Shared {
            supervision,
            root,
            started,
            began,
        })))
    }
}

/// The memory that there is is read only where a size is a share of it.
fn thresholds(options: &TrackOptions) -> Thresholds {
    let TrackOptions { warn, limit, .. } = *options;
    let is_share = |size: &Size| matches!(size, Size::Percent(_));
    let room = [warn, limit]
        .iter()
        .flatten()
        .any(is_share)
        .then(|| RoomFinder::system().look())
        .flatten();
    let options = GuardOptions {
        is_on: true,
        warn,
        limit,
    };
    options.thresholds(room.as_ref())
}

/// A tree that is being tracked, until [`Tracked::finish`]. Dropping this does not end that.
#[derive(Debug)]
pub struct Tracked(Arc<Shared>);

impl Tracked {
    /// Its state; `None` when it is no longer tracked.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        let snapshot = self.task()?.snapshot()?;
        Some(snapshot.since(self.0.began))
    }

    /// The states of the tasks found in it; none when it is no longer tracked.
    #[must_use]
    pub fn tasks(&self) -> Vec<FoundTaskState> {
        let states = self.task().map(|task| task.found_task_states());
        let states = states.unwrap_or_default().into_iter();
        states.map(|state| state.since(self.0.began)).collect()
    }

    /// Assigns a process of the tree to a task by the runner that has started it, and its name.
    /// Whether both are known; `false` where there are no rules.
    #[must_use]
    pub fn assign_to_task(&self, pid: u32, runner: &str, name: &str) -> bool {
        let task = self.task();
        task.is_some_and(|task| task.assign_to_task(pid, runner, name))
    }

    /// Ends the whole tree: all processes are asked to end, and killed after `grace`. A second call
    /// without any grace cuts that short. Nothing happens when the tree is no longer tracked.
    pub fn end(&self, grace: Duration) {
        self.0.supervision.end(Reason::Request, grace);
    }

    /// Stops tracking it, once no process of it is being ended. `on_end` is called with `None` when
    /// that has been done already, or the sampling has ended.
    pub fn finish(&self, on_end: impl FnOnce(Option<TrackedEnd>) + Send + 'static) {
        let (tracked, task) = (Arc::clone(&self.0), self.task());
        self.0.supervision.conclude_later(move |conclusion| {
            on_end(tracked.end_of(task, conclusion));
        });
    }

    /// `None` when it is no longer tracked: the number of its task may be another's by then.
    fn task(&self) -> Option<WeakTask> {
        self.0.supervision.weak_task()
    }
}

#[derive(Debug)]
struct Shared {
    supervision: Arc<Supervision>,
    /// Absent when it was gone before it could be seen.
    root: Option<ProcessId>,
    started: Instant,
    /// The sampler's time then.
    began: Duration,
}

impl Shared {
    fn end_of(&self, task: Option<WeakTask>, conclusion: Option<Conclusion>) -> Option<TrackedEnd> {
        let conclusion = conclusion?;
        let last = task?.upgrade()?.end()?.since(self.began);
        Some(TrackedEnd {
            is_running: last
                .living
                .iter()
                .any(|process| Some(process.id) == self.root),
            duration: self.started.elapsed(),
            record: last.record,
            guard: conclusion.guard,
            stopped: conclusion.stopped,
            remarks: conclusion.remarks,
        })
    }
}
