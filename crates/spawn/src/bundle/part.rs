//! A part of a bundle that has figures and a guard of its own and is ended as a whole: one task, or
//! all of them.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use memtop_proc::lock;
use memtop_sampler::{Alarm, Level, TaskId, Thresholds};

use crate::outcome::{GuardRecord, Reason, Stopped, Traced};

pub(super) type OnAlarm = Box<dyn FnMut(&Alarm) + Send>;

pub(crate) struct Part {
    /// What the sampler accounts its commands to, or why nothing is sampled.
    pub(super) account: Result<TaskId, String>,
    enclosing: Option<Arc<Part>>,
    on_alarm: Mutex<OnAlarm>,
    is_in_a_hurry: AtomicBool,
    state: Mutex<State>,
    settled: Condvar,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) guard: Option<GuardRecord>,
    /// That everybody is being ended, or has been.
    ending: Option<Reason>,
    pub(super) stopped: Option<Stopped>,
    pub(super) totals: Totals,
    pub(super) remarks: Vec<String>,
}

/// What is known of several commands only one by one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    /// The most memory of any process that has been waited for.
    pub(crate) largest_bytes: u64,
    /// The same where it is no copy of this process that had it.
    pub(crate) told_bytes: u64,
    pub(crate) traced: Traced,
    /// Why one was not traced.
    pub(crate) untraced_because: Option<String>,
}

impl Totals {
    fn add(&mut self, other: &Self) {
        self.largest_bytes = self.largest_bytes.max(other.largest_bytes);
        self.told_bytes = self.told_bytes.max(other.told_bytes);
        self.traced.stops += other.traced.stops;
        self.traced.released += other.traced.released;
        if self.untraced_because.is_none() {
            self.untraced_because.clone_from(&other.untraced_because);
        }
    }
}

impl Part {
    pub(super) fn new(
        account: Result<TaskId, String>,
        enclosing: Option<Arc<Self>>,
        on_alarm: OnAlarm,
    ) -> Self {
        Self {
            account,
            enclosing,
            on_alarm: Mutex::new(on_alarm),
            is_in_a_hurry: AtomicBool::new(false),
            state: Mutex::default(),
            settled: Condvar::new(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub(super) fn note_guard(&self, thresholds: Thresholds) {
        self.state().guard = Some(GuardRecord {
            thresholds,
            warned: false,
            alarm: None,
        });
    }

    /// What it is ended at, where it is guarded by a limit.
    pub(super) fn limit_bytes(&self) -> Option<u64> {
        self.state().guard.as_ref()?.thresholds.limit_bytes
    }

    /// Whether everybody is to end for it.
    pub(super) fn handle_alarm(&self, alarm: &Alarm) -> bool {
        lock(&self.on_alarm)(alarm);
        let mut state = self.state();
        let Some(guard) = &mut state.guard else {
            return false;
        };
        match alarm.level {
            Level::Warn => guard.warned = true,
            Level::Limit => guard.alarm = Some(alarm.clone()),
        }
        alarm.level == Level::Limit
    }

    /// Whether it is now being ended for this reason, and was not before. To be asked once more is a
    /// reason to hurry.
    pub(super) fn begin_to_end(&self, reason: Reason) -> bool {
        if let Some(enclosing) = &self.enclosing
            && enclosing.ending().is_some()
        {
            // Everybody here ends with the others.
            return false;
        }
        let mut state = self.state();
        if state.ending.is_none() {
            state.ending = Some(reason);
            return true;
        }
        if reason == Reason::Request {
            self.is_in_a_hurry.store(true, Ordering::Relaxed);
        }
        false
    }

    pub(super) fn is_in_a_hurry(&self) -> bool {
        self.is_in_a_hurry.load(Ordering::Relaxed)
    }

    pub(super) fn settle(&self, stopped: Stopped, remark: Option<String>) {
        let mut state = self.state();
        state.stopped = Some(stopped);
        state.remarks.extend(remark);
        drop(state);
        self.settled.notify_all();
    }

    /// Returns once nobody is being ended any more.
    pub(super) fn wait_until_settled(&self) -> MutexGuard<'_, State> {
        let is_ending = |state: &mut State| state.ending.is_some() && state.stopped.is_none();
        let waited = self.settled.wait_while(self.state(), is_ending);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// Why everybody here is being ended, or has been.
    pub(super) fn ending(&self) -> Option<Reason> {
        let own = self.state().ending;
        own.or_else(|| self.enclosing.as_ref()?.ending())
    }

    /// Takes in what a command has come to, here and in what this is a part of.
    pub(super) fn count(&self, totals: &Totals) {
        self.state().totals.add(totals);
        if let Some(enclosing) = &self.enclosing {
            enclosing.count(totals);
        }
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Part")
            .field("account", &self.account)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
