//! Trees that somebody else started, any number of them on one sampling thread, each with a guard
//! of its own, and ended when somebody asks for it.

use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::thread::Builder;
use std::time::{Duration, Instant};

use memtop_proc::ProcessId;
use memtop_proc::lock;
use memtop_proc::native::{NativeObserver, ProcRoot, RoomFinder, RunEnd, end_run};
use memtop_sampler::{
    Alarm, Event, Interval, Level, Metric, NamedState, Record, SamplerThread, SharedRules,
    Snapshot, StartError, TaskGuard, TaskId, TaskRecord, Thresholds,
};
use memtop_trace::TreeTracer;

use crate::outcome::{GuardRecord, Reason, Stopped, blindness_remark};
use crate::sampling::{no_thread, start_sampler, tell_tasks_apart};
use crate::{GuardOptions, SharedSampler, Size};

/// Samples trees that somebody else started. Dropping it ends the sampling.
#[derive(Debug)]
pub struct Tracker {
    /// Dropped first: it still tells the sampler.
    tracer: Option<TreeTracer>,
    sampler: SharedSampler,
}

/// How one tree is tracked.
#[derive(Clone, Debug)]
pub struct TrackOptions {
    /// Past this a word is said.
    pub warn: Option<Size>,
    /// Past this a word is said as well.
    pub limit: Option<Size>,
    /// Whether the tree is ended at its limit.
    pub ends_at_limit: bool,
    /// How long those that are told to end may take then.
    pub grace: Duration,
    /// By which its tasks are told apart.
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
    /// That it was ended, and by what.
    pub stopped: Option<Stopped>,
    /// What did not work, in words.
    pub remarks: Vec<String>,
}

type OnEnd = Box<dyn FnOnce(Option<TrackedEnd>) + Send>;

impl Tracker {
    /// Starts the thread that samples while there is something to sample, and one that traces where
    /// that is asked for.
    ///
    /// # Errors
    /// When the process table cannot be read here.
    pub fn start(
        interval: Interval,
        metric: Metric,
        with_tracing: bool,
    ) -> Result<Self, StartError> {
        let sampler = start_sampler(interval, metric, |_| Ok(()))?;
        let tracer = if with_tracing {
            sampler.expect_events();
            Some(TreeTracer::start(Arc::clone(&sampler)).map_err(no_thread)?)
        } else {
            None
        };
        Ok(Self { tracer, sampler })
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
        self.sampler.add_task(pid)
    }

    /// Takes a last sample of what is followed and tells what is known of it.
    #[must_use]
    pub fn leave(&self, task: TaskId) -> Option<TaskRecord> {
        self.sampler.remove_task(task)
    }

    /// Starts to sample a process and its descendants, and to guard them. `on_alarm` hears of what
    /// the guard says, on the sampling thread; it must not wait for anything.
    ///
    /// # Errors
    /// When there is no such process or it cannot be read.
    pub fn track(
        &self,
        pid: u32,
        options: &TrackOptions,
        mut on_alarm: impl FnMut(&Alarm) + Send + 'static,
    ) -> Result<Tracked, StartError> {
        let thresholds = thresholds(options);
        let started = Instant::now();
        let began = self.sampler.now();
        let task = self.sampler.add_task(pid)?;
        if let Some(rules) = &options.rules {
            tell_tasks_apart(&self.sampler, task, rules, pid);
        }
        let members = self.sampler.members(task);
        let is_guarded = thresholds != Thresholds::default();
        let tracked = Arc::new(Shared {
            sampler: Arc::downgrade(&self.sampler),
            task,
            root: members.into_iter().find(|member| member.pid == pid),
            started,
            began,
            is_in_a_hurry: AtomicBool::new(false),
            state: Mutex::new(State {
                phase: Phase::Open,
                guard: is_guarded.then_some(GuardRecord {
                    thresholds,
                    warned: false,
                    alarm: None,
                }),
                stopped: None,
                remarks: Vec::new(),
            }),
        });
        if is_guarded {
            let guarded = Arc::clone(&tracked);
            let grace = options.ends_at_limit.then_some(options.grace);
            let post = TaskGuard {
                thresholds,
                room: None,
                on_alarm: Box::new(move |alarm| {
                    let alarm = alarm.since(began);
                    guarded.handle_alarm(&alarm, grace);
                    on_alarm(&alarm);
                }),
            };
            self.sampler.guard(task, post);
        }
        Ok(Tracked(tracked))
    }
}

/// What there is to be a share of is only looked at where somebody gave a share.
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

/// A tree that is being tracked. It is tracked until [`Tracked::finish`], whoever keeps this.
#[derive(Debug)]
pub struct Tracked(Arc<Shared>);

impl Tracked {
    /// How it is; `None` when it is tracked no more.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        // The number of a task that is over may be another's by now.
        if matches!(self.0.state().phase, Phase::Over) {
            return None;
        }
        let snapshot = self.0.sampler.upgrade()?.snapshot(self.0.task)?;
        Some(snapshot.since(self.0.began))
    }

    /// How the tasks are that were found in it; none when it is tracked no more.
    #[must_use]
    pub fn tasks(&self) -> Vec<NamedState> {
        if matches!(self.0.state().phase, Phase::Over) {
            return Vec::new();
        }
        let sampler = self.0.sampler.upgrade();
        let states = sampler.map(|sampler| sampler.named_states(self.0.task));
        let states = states.unwrap_or_default().into_iter();
        states.map(|state| state.since(self.0.began)).collect()
    }

    /// Has a process in it be of the task of a runner that whoever has started it names. Whether
    /// there are both; never where tasks are not told apart.
    #[must_use]
    pub fn tell_task(&self, pid: u32, runner: &str, name: &str) -> bool {
        if matches!(self.0.state().phase, Phase::Over) {
            return false;
        }
        let sampler = self.0.sampler.upgrade();
        sampler.is_some_and(|sampler| sampler.tell_task(self.0.task, pid, runner, name))
    }

    /// Ends the whole tree: everybody is told to end, and killed after `grace`. Safe to call again,
    /// with no grace to hurry, and does nothing when it is tracked no more.
    pub fn end(&self, grace: Duration) {
        Shared::end(&self.0, Reason::Request, grace);
    }

    /// Stops to track it, once those that are being ended have ended. `on_end` is called with
    /// `None` when that has been done already, or the sampling has ended.
    pub fn finish(&self, on_end: impl FnOnce(Option<TrackedEnd>) + Send + 'static) {
        let on_end: OnEnd = Box::new(on_end);
        let mut state = self.0.state();
        match &mut state.phase {
            Phase::Ending { waiting } => waiting.push(on_end),
            Phase::Over => {
                drop(state);
                on_end(None);
            }
            Phase::Open => {
                state.phase = Phase::Over;
                drop(state);
                on_end(self.0.take_leave());
            }
        }
    }
}

struct Shared {
    /// Whoever holds it keeps the sampling going, and whoever lets go of it last waits for the
    /// sampling thread to end. That thread itself must not; it calls [`Shared::handle_alarm`].
    sampler: Weak<SamplerThread<NativeObserver>>,
    task: TaskId,
    /// Absent when it was gone before it could be seen.
    root: Option<ProcessId>,
    started: Instant,
    /// The sampler's time then.
    began: Duration,
    is_in_a_hurry: AtomicBool,
    /// Never held while the sampler is asked for something: it holds its own and then takes this.
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    guard: Option<GuardRecord>,
    stopped: Option<Stopped>,
    remarks: Vec<String>,
}

enum Phase {
    Open,
    /// Everybody is being ended; these wait for it.
    Ending {
        waiting: Vec<OnEnd>,
    },
    Over,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn handle_alarm(self: &Arc<Self>, alarm: &Alarm, grace: Option<Duration>) {
        if let Some(guard) = &mut self.state().guard {
            match alarm.level {
                Level::Warn => guard.warned = true,
                Level::Limit => guard.alarm = Some(alarm.clone()),
            }
        }
        if let Some(grace) = grace.filter(|_| alarm.level == Level::Limit) {
            Self::end(self, Reason::Guard, grace);
        }
    }

    fn end(this: &Arc<Self>, reason: Reason, grace: Duration) {
        let mut state = this.state();
        if matches!(state.phase, Phase::Ending { .. }) && grace.is_zero() {
            this.is_in_a_hurry.store(true, Ordering::Relaxed);
        }
        if !matches!(state.phase, Phase::Open) || state.stopped.is_some() {
            return;
        }
        state.phase = Phase::Ending {
            waiting: Vec::new(),
        };
        drop(state);
        let ending = Arc::clone(this);
        let spawned = Builder::new()
            .name("memtop-end".to_owned())
            .spawn(move || ending.end_all(reason, grace));
        if let Err(error) = spawned {
            this.cannot_end(&error);
        }
    }

    /// On a thread of its own.
    fn end_all(&self, reason: Reason, grace: Duration) {
        let sampler = self.sampler.upgrade();
        let mut members = || match &sampler {
            Some(sampler) => sampler.members(self.task),
            // Its descendants are found all the same.
            None => self.root.into_iter().collect(),
        };
        let hurry = || {
            let is_urgent = |sampler: &SharedSampler| sampler.is_urgent(self.task);
            self.is_in_a_hurry.load(Ordering::Relaxed) || sampler.as_ref().is_some_and(is_urgent)
        };
        let options = RunEnd {
            grace,
            hurry: &hurry,
        };
        match ProcRoot::system() {
            Ok(proc) => {
                let ended = end_run(&proc, &mut members, None, &options);
                let mut state = self.state();
                state.remarks.extend(blindness_remark(&ended));
                state.stopped = Some(Stopped::of(reason, ended));
                drop(state);
                self.settle();
            }
            Err(error) => self.cannot_end(&error),
        }
    }

    fn cannot_end(&self, error: &dyn fmt::Display) {
        let remark = format!("the processes could not be ended: {error}");
        self.state().remarks.push(remark);
        self.settle();
    }

    /// Nobody is being ended any more; whoever has waited for that is answered.
    fn settle(&self) {
        let mut state = self.state();
        let Phase::Ending { waiting } = mem::replace(&mut state.phase, Phase::Open) else {
            return;
        };
        if !waiting.is_empty() {
            state.phase = Phase::Over;
        }
        drop(state);
        let mut waiting = waiting.into_iter();
        if let Some(first) = waiting.next() {
            first(self.take_leave());
        }
        for later in waiting {
            later(None);
        }
    }

    fn take_leave(&self) -> Option<TrackedEnd> {
        let last = self.sampler.upgrade()?.end_task(self.task)?;
        let last = last.since(self.began);
        let mut state = self.state();
        Some(TrackedEnd {
            is_running: last
                .living
                .iter()
                .any(|process| Some(process.id) == self.root),
            duration: self.started.elapsed(),
            record: last.record,
            guard: state.guard.take(),
            stopped: state.stopped.take(),
            remarks: mem::take(&mut state.remarks),
        })
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Shared")
            .field("task", &self.task)
            .field("root", &self.root)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Open => "Open",
            Self::Ending { .. } => "Ending",
            Self::Over => "Over",
        })
    }
}
