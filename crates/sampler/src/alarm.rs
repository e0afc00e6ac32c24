//! What a guarded task raises when it has too much memory.

use std::time::Duration;

use memtop_proc::Room;

use crate::{Level, LivingProcess, Record, TaskId};

/// A task has more memory than it is allowed, or than the machine or container can give.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// The task.
    pub task: TaskId,
    /// When, counted from the sampler's start.
    pub at: Duration,
    /// How serious it is.
    pub level: Level,
    /// The task's memory, shared pages counted once.
    pub bytes: u64,
    /// The limit that was reached.
    pub cause: Cause,
    /// The state at this instant, at [`Level::Limit`] only.
    pub snapshot: Option<Box<AlarmSnapshot>>,
}

/// The limit that a task has reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A threshold of its own, in bytes.
    Threshold(u64),
    /// The memory of the machine or container.
    Room(Room),
}

/// The state of a task at an alarm.
#[derive(Clone, Debug)]
pub struct AlarmSnapshot {
    /// What was known of the task.
    pub record: Record,
    /// The processes that had memory.
    pub living: Vec<LivingProcess>,
}

impl Alarm {
    /// The same with all times counted from `start`.
    #[must_use]
    pub fn since(mut self, start: Duration) -> Self {
        self.at = self.at.saturating_sub(start);
        self.snapshot = self.snapshot.map(|snapshot| {
            let AlarmSnapshot { mut record, living } = *snapshot;
            record.task = record.task.since(start);
            let living = living.into_iter();
            Box::new(AlarmSnapshot {
                record,
                living: living.map(|process| process.since(start)).collect(),
            })
        });
        self
    }
}
