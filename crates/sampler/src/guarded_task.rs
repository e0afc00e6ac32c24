//! A task whose memory is checked after each sample, and the alarms that this raises.

use std::fmt;
use std::time::Duration;

use memtop_proc::{Observer, Room};

use crate::{
    Alarm, AlarmSnapshot, Cause, Crossing, Guard, Level, MachineGuard, Record, RoomCrossing,
    Sampler, TaskId, Thresholds,
};

/// Finds out how much memory there is and what is left of it.
type FindRoom = Box<dyn FnMut() -> Option<Room> + Send>;
type OnAlarm = Box<dyn FnMut(Alarm) + Send>;

/// What to guard a task against, and the callback for its alarms.
pub struct TaskGuard {
    /// What the task is allowed.
    pub thresholds: Thresholds,
    /// How to find the room that is left; without it only the thresholds count.
    pub room: Option<FindRoom>,
    /// Called with each alarm on the thread that has taken the sample; it must not block.
    pub on_alarm: OnAlarm,
}

impl fmt::Debug for TaskGuard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TaskGuard")
            .field("thresholds", &self.thresholds)
            .finish_non_exhaustive()
    }
}

pub(crate) struct GuardedTask {
    task: TaskId,
    options: TaskGuard,
    guard: Guard,
    machine: MachineGuard,
    is_urgent: bool,
}

impl GuardedTask {
    pub(crate) fn new(task: TaskId, options: TaskGuard) -> Self {
        Self {
            task,
            guard: Guard::new(options.thresholds),
            machine: MachineGuard::new(),
            options,
            is_urgent: false,
        }
    }

    pub(crate) fn task(&self) -> TaskId {
        self.task
    }

    /// Whether the memory still grows although the run is being ended for it.
    pub(crate) fn is_urgent(&self) -> bool {
        self.is_urgent
    }

    /// Checks the last sample. `record` gives the record for an alarm that ends the run.
    pub(crate) fn check<O: Observer>(
        &mut self,
        sampler: &mut Sampler<O>,
        now: Duration,
        record: impl Fn(&Sampler<O>) -> Record,
    ) {
        let task = self.task;
        // The kernel may count processes that no sample has shown yet.
        let rss = sampler.rss_bytes(task).max(sampler.bytes(task));
        if let Some(crossing) = self
            .guard
            .check(now, rss, || sampler.confirmed_bytes(task, now))
        {
            let Crossing {
                level,
                bytes,
                threshold_bytes,
            } = crossing;
            let cause = Cause::Threshold(threshold_bytes);
            self.raise(sampler, now, (level, bytes), cause, &record);
        }
        let mut room = None;
        if let Some(find) = &mut self.options.room {
            let find = || {
                room = find();
                room.clone()
            };
            let found = self
                .machine
                .check(now, rss, find, || sampler.confirmed_bytes(task, now));
            if let Some(RoomCrossing { level, bytes, room }) = found {
                self.raise(sampler, now, (level, bytes), Cause::Room(room), &record);
            }
        }
        self.is_urgent |=
            self.guard.is_still_growing(rss) || self.machine.is_urgent(rss, room.as_ref());
    }

    fn raise<O: Observer>(
        &mut self,
        sampler: &Sampler<O>,
        at: Duration,
        (level, bytes): (Level, u64),
        cause: Cause,
        record: &impl Fn(&Sampler<O>) -> Record,
    ) {
        let task = self.task;
        let snapshot = (level == Level::Limit).then(|| {
            Box::new(AlarmSnapshot {
                record: record(sampler),
                living: sampler.living(task),
            })
        });
        (self.options.on_alarm)(Alarm {
            task,
            at,
            level,
            bytes,
            cause,
            snapshot,
        });
    }
}
