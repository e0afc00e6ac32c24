//! What a run, a task of a run, a command and a tracked tree have in common: processes that are
//! guarded together, and ended together at most once.

mod ending_threads;
mod tree_control;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use memtop_proc::lock;
use memtop_proc::native::{EndRunOutcome, RoomFinder};
use memtop_sampler::{Alarm, Level, TaskGuard, TaskHandle, Thresholds, WeakTask};

pub(crate) use ending_threads::EndingThreads;
use tree_control::none_ended;
pub(crate) use tree_control::{Tree, TreeControl, scan_remark};

use crate::outcome::{GuardRecord, Reason, Stopped};
use crate::sampling::sampling_ended;

type OnSettled = Box<dyn FnOnce(&Supervision) + Send>;

/// Processes that are supervised together.
pub(crate) struct Supervision {
    /// The supervision that this one is part of, and ends with.
    enclosing: Option<Arc<Self>>,
    /// Cuts the grace short once the processes are being ended.
    skips_grace: AtomicBool,
    /// Never held while the sampler is asked for something: an alarm takes this while the sampler
    /// is locked.
    state: Mutex<State>,
    settled: Condvar,
}

struct State {
    phase: Phase,
    /// Absent once the supervision is over.
    control: Option<TreeControl>,
    guard: Option<GuardRecord>,
    remarks: Vec<String>,
    /// Called when the processes have been ended.
    waiting: Vec<OnSettled>,
}

#[derive(Debug)]
enum Phase {
    Running,
    Ending(Reason),
    Ended(Stopped),
    /// The command has ended by itself, and the processes that outlive it are being ended, or have
    /// been. That is no reason why the command has ended.
    EndingSurvivors,
    Over,
}

/// What the processes are guarded against, and what happens then.
pub(crate) struct Guarding {
    pub(crate) thresholds: Thresholds,
    /// Looks for the memory that is left, where that is guarded as well.
    pub(crate) room: Option<RoomFinder>,
    /// How long processes may take to end once they are past the limit. `None` where they are not
    /// ended.
    pub(crate) grace: Option<Duration>,
    /// The sampler's time that alarms count from.
    pub(crate) since: Duration,
}

/// What is known once the supervision is over.
#[derive(Debug, Default)]
pub(crate) struct Conclusion {
    pub(crate) guard: Option<GuardRecord>,
    pub(crate) stopped: Option<Stopped>,
    pub(crate) remarks: Vec<String>,
}

impl Supervision {
    pub(crate) fn new(enclosing: Option<Arc<Self>>, control: TreeControl) -> Arc<Self> {
        Arc::new(Self {
            enclosing,
            skips_grace: AtomicBool::new(false),
            state: Mutex::new(State {
                phase: Phase::Running,
                control: Some(control),
                guard: None,
                remarks: Vec::new(),
                waiting: Vec::new(),
            }),
            settled: Condvar::new(),
        })
    }

    /// Names the processes, once they are known.
    pub(crate) fn set_tree(&self, tree: Tree) {
        if let Some(control) = &mut self.state().control {
            control.tree = tree;
        }
    }

    /// What the sampler knows the processes as, or why they are not sampled.
    pub(crate) fn task(&self) -> Result<TaskHandle, String> {
        let state = self.state();
        let Some(control) = &state.control else {
            return Err("the supervision is over".to_owned());
        };
        let task = control.tree.task.clone()?.upgrade();
        task.ok_or_else(sampling_ended)
    }

    /// The same for callers that must not keep the sampler running; `None` once it is over.
    pub(crate) fn weak_task(&self) -> Option<WeakTask> {
        self.state().control.as_ref()?.tree.task.clone().ok()
    }

    /// Notes what did not work.
    pub(crate) fn remark(&self, remarks: impl IntoIterator<Item = String>) {
        self.state().remarks.extend(remarks);
    }

    /// Guards the processes, if they are sampled. `on_alarm` is called on the sampling thread.
    pub(crate) fn guard(
        self: &Arc<Self>,
        guarding: Guarding,
        mut on_alarm: impl FnMut(&Alarm) + Send + 'static,
    ) {
        let Ok(task) = self.task() else {
            return;
        };
        let Guarding {
            thresholds,
            room,
            grace,
            since,
        } = guarding;
        self.state().guard = Some(GuardRecord {
            thresholds,
            warned: false,
            alarm: None,
        });
        let supervision = Arc::clone(self);
        task.guard(TaskGuard {
            thresholds,
            room: room.map(|mut finder| Box::new(move || finder.look()) as _),
            on_alarm: Box::new(move |alarm| {
                let alarm = alarm.since(since);
                if supervision.note(&alarm) {
                    if let Some(grace) = grace.filter(|_| alarm.level == Level::Limit) {
                        supervision.end(Reason::Guard, grace);
                    }
                    on_alarm(&alarm);
                }
            }),
        });
    }

    /// What the processes are ended at, where they are guarded by a limit.
    pub(crate) fn limit_bytes(&self) -> Option<u64> {
        self.state().guard.as_ref()?.thresholds.limit_bytes
    }

    /// `false` when the supervision is over.
    fn note(&self, alarm: &Alarm) -> bool {
        let mut state = self.state();
        if matches!(state.phase, Phase::Over) {
            return false;
        }
        if let Some(guard) = &mut state.guard {
            match alarm.level {
                Level::Warn => guard.warned = true,
                Level::Limit => guard.alarm = Some(alarm.clone()),
            }
        }
        true
    }

    /// Ends all processes on another thread: they are asked to end, and killed after `grace`. A
    /// second call without any grace cuts that short; another one changes nothing. Does nothing
    /// while the enclosing supervision is being ended: these processes end with it.
    pub(crate) fn end(self: &Arc<Self>, reason: Reason, grace: Duration) {
        let with_others = self.enclosing.as_ref().and_then(|all| all.ending());
        if with_others.is_none() {
            self.end_alone(reason, grace);
        }
    }

    /// The same, even while the enclosing supervision is being ended.
    pub(crate) fn end_alone(self: &Arc<Self>, reason: Reason, grace: Duration) {
        let mut state = self.state();
        if !matches!(state.phase, Phase::Running) {
            if grace.is_zero() {
                self.skips_grace.store(true, Ordering::Relaxed);
            }
            return;
        }
        let Some(control) = state.control.clone() else {
            return;
        };
        state.phase = Phase::Ending(reason);
        drop(state);
        let ending = SettleOnDrop {
            supervision: Arc::clone(self),
            stopped: Stopped::uncounted(reason),
        };
        let ending_threads = Arc::clone(&control.ending_threads);
        ending_threads.run(move || ending.run(&control, grace));
    }

    /// Whether the processes can be ended.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.state().phase, Phase::Running)
    }

    /// Why the processes are being ended, or have been.
    pub(crate) fn ending(&self) -> Option<Reason> {
        let own = match &self.state().phase {
            Phase::Running | Phase::EndingSurvivors | Phase::Over => None,
            Phase::Ending(reason) => Some(*reason),
            Phase::Ended(stopped) => Some(stopped.reason),
        };
        own.or_else(|| self.enclosing.as_ref()?.ending())
    }

    /// Waits until no process is being ended.
    pub(crate) fn wait_until_settled(&self) {
        drop(self.settled_state());
    }

    fn settled_state(&self) -> MutexGuard<'_, State> {
        let is_ending = |state: &mut State| matches!(state.phase, Phase::Ending(_));
        let settled = self.settled.wait_while(self.state(), is_ending);
        settled.unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no process is being ended, and ends the supervision: nothing is guarded or ended
    /// from then on. `None` when that has been done before.
    pub(crate) fn conclude(&self) -> Option<Conclusion> {
        self.conclude_settled(self.settled_state())
    }

    /// The same without waiting. The conclusion is passed to `call`: at once, or on the thread that
    /// ends the processes.
    pub(crate) fn conclude_later(&self, call: impl FnOnce(Option<Conclusion>) + Send + 'static) {
        let mut state = self.state();
        if matches!(state.phase, Phase::Ending(_)) {
            let call = |supervision: &Self| call(supervision.conclude());
            state.waiting.push(Box::new(call));
        } else {
            call(self.conclude_settled(state));
        }
    }

    fn conclude_settled(&self, mut state: MutexGuard<'_, State>) -> Option<Conclusion> {
        let stopped = match std::mem::replace(&mut state.phase, Phase::Over) {
            Phase::Over => return None,
            Phase::Ended(stopped) => Some(stopped),
            Phase::Running | Phase::Ending(_) | Phase::EndingSurvivors => None,
        };
        let (guard, remarks) = (state.guard.take(), std::mem::take(&mut state.remarks));
        let control = state.control.take();
        drop(state);
        // This may drop the last handle of the ending threads.
        drop(control);
        let with_others = || self.enclosing.as_ref()?.ending().map(Stopped::uncounted);
        Some(Conclusion {
            guard,
            stopped: stopped.or_else(with_others),
            remarks,
        })
    }

    /// Ends the processes that have outlived the command, and returns when they are gone, or when
    /// they turn out not to be.
    pub(crate) fn end_survivors(&self, grace: Duration) -> EndRunOutcome {
        let control = {
            let mut state = self.state();
            if matches!(state.phase, Phase::Running) {
                state.phase = Phase::EndingSurvivors;
            }
            state.control.clone()
        };
        match control {
            Some(control) => control.end_all(grace, || self.skips_grace()),
            None => none_ended(None),
        }
    }

    fn skips_grace(&self) -> bool {
        self.skips_grace.load(Ordering::Relaxed)
    }

    fn settle(&self, stopped: Stopped) {
        let mut state = self.state();
        state.phase = Phase::Ended(stopped);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.settled.notify_all();
        for call in waiting {
            call(self);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// Settles the supervision when it is dropped, so that a fault in ending leaves no caller waiting.
struct SettleOnDrop {
    supervision: Arc<Supervision>,
    stopped: Stopped,
}

impl SettleOnDrop {
    fn run(mut self, control: &TreeControl, grace: Duration) {
        let ended = control.end_all(grace, || self.supervision.skips_grace());
        self.supervision.remark(scan_remark(&ended));
        self.stopped = Stopped::of(self.stopped.reason, ended);
    }
}

impl Drop for SettleOnDrop {
    fn drop(&mut self) {
        self.supervision.settle(self.stopped.clone());
    }
}

impl fmt::Debug for Supervision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Supervision")
            .field("phase", &self.state().phase)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
