//! Guards a task: looks at its memory after each sample and raises the alarm.

use std::fmt;
use std::time::Duration;

use memtop_proc::{Observer, Room};

use crate::{
    Crossing, Guard, Level, LivingProcess, MachineGuard, Record, RoomCrossing, Sampler, TaskId,
    Thresholds,
};

/// Finds out what there is and what is left of it.
type LookAtRoom = Box<dyn FnMut() -> Option<Room> + Send>;
/// Hears of each alarm, on the thread that has taken the sample; it must not wait for anything.
type OnAlarm = Box<dyn FnMut(Alarm) + Send>;

/// What to guard a task against, and who hears of it.
pub struct Post {
    /// What it is allowed.
    pub thresholds: Thresholds,
    /// How to look at the room that there is; without it only the thresholds count.
    pub room: Option<LookAtRoom>,
    /// Hears of each alarm, on the thread that has taken the sample; it must not wait for anything.
    pub on_alarm: OnAlarm,
}

impl fmt::Debug for Post {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Post")
            .field("thresholds", &self.thresholds)
            .finish_non_exhaustive()
    }
}

/// A task has more memory than it was allowed, or than there is.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// Which task.
    pub task: TaskId,
    /// When, counted from the sampler's start.
    pub at: Duration,
    /// What is to be done.
    pub level: Level,
    /// What the task has, shared pages counted once.
    pub bytes: u64,
    /// What it has come up against.
    pub cause: Cause,
    /// What there was to see when the run is to end for it.
    pub scene: Option<Box<Scene>>,
}

/// What a task has come up against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// What it was allowed, in bytes.
    Threshold(u64),
    /// What there is.
    Room(Room),
}

/// How things were at an alarm.
#[derive(Clone, Debug)]
pub struct Scene {
    /// What was known of the task.
    pub record: Record,
    /// Who had memory.
    pub living: Vec<LivingProcess>,
}

impl Alarm {
    /// The same with all times counted from `start`.
    #[must_use]
    pub fn since(mut self, start: Duration) -> Self {
        self.at = self.at.saturating_sub(start);
        self.scene = self.scene.map(|scene| {
            let Scene { mut record, living } = *scene;
            record.task = record.task.since(start);
            let living = living.into_iter();
            Box::new(Scene {
                record,
                living: living.map(|process| process.since(start)).collect(),
            })
        });
        self
    }
}

pub(crate) struct Sentry {
    task: TaskId,
    post: Post,
    guard: Guard,
    machine: MachineGuard,
    is_urgent: bool,
}

impl Sentry {
    pub(crate) fn new(task: TaskId, post: Post) -> Self {
        Self {
            task,
            guard: Guard::new(post.thresholds),
            machine: MachineGuard::new(),
            post,
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

    /// Looks at the last sample. `record` tells what is known, for an alarm that ends the run.
    pub(crate) fn look<O: Observer>(
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
            self.raise(
                sampler,
                now,
                (level, bytes),
                Cause::Threshold(threshold_bytes),
                &record,
            );
        }
        let mut room = None;
        if let Some(look) = &mut self.post.room {
            let looked = || {
                room = look();
                room.clone()
            };
            let found = self
                .machine
                .check(now, rss, looked, || sampler.confirmed_bytes(task, now));
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
        let scene = (level == Level::Limit).then(|| {
            Box::new(Scene {
                record: record(sampler),
                living: sampler.living(task),
            })
        });
        (self.post.on_alarm)(Alarm {
            task,
            at,
            level,
            bytes,
            cause,
            scene,
        });
    }
}
