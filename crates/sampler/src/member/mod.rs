//! One living process of a tree, and what is known of its memory.

mod cached_description;
mod last_observation;
mod memory;

use std::time::Duration;

use memtop_proc::{Birth, ProcessId};

use crate::TaskId;
use crate::forks::FamilyId;
use last_observation::LastObservation;

pub(crate) use cached_description::CachedDescription;
pub(crate) use memory::Memory;

/// Which program a process runs, where execs are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProgramOrigin {
    /// That of its parent, with what it has of its memory.
    OfParent,
    /// Its own: it has nothing of its parent's memory.
    Own,
}

/// How far the end of a process has come, by the memory that it shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    #[default]
    NotBegun,
    /// It shows no memory any more. What it had may not have been freed yet, and pages of it may
    /// still count as shared with others.
    Releasing {
        /// The last resident size that it showed.
        shown: u64,
        /// What of that it had alone, if it was in no family.
        alone: u64,
        /// The one that it was in.
        family: Option<FamilyId>,
    },
    /// It has ended, its memory is gone, and it is not reaped yet.
    Zombie,
}

#[derive(Debug)]
pub(crate) struct Member<H> {
    pub(crate) id: ProcessId,
    pub(crate) task: TaskId,
    pub(crate) handle: H,
    /// The pid of its parent at its birth.
    pub(crate) parent: u32,
    pub(crate) first_seen: Duration,
    pub(crate) description: CachedDescription,
    pub(crate) program: ProgramOrigin,
    /// Identifies the exec that started its program; forked processes inherit it.
    pub(crate) image: Option<u64>,
    pub(crate) memory: Memory,
    /// Processes that it may share anonymous memory with.
    pub(crate) family: Option<FamilyId>,
    /// Its page faults from its birth until it was found.
    pub(crate) faults_before: u64,
    pub(crate) last_observation: LastObservation,
    /// By how much it can have been larger than now since the last sample.
    pub(crate) hidden: u64,
    /// The process whose memory this one runs in, as after `vfork`.
    pub(crate) borrows_from: Option<ProcessId>,
    pub(crate) ending: Ending,
    /// Its exit was reported, with its high-water mark.
    pub(crate) is_exiting: bool,
}

impl<H> Member<H> {
    /// A process of a task that has just been found.
    pub(crate) fn of(
        birth: &Birth,
        task: TaskId,
        handle: H,
        description: CachedDescription,
        first_seen: Duration,
    ) -> Self {
        Self {
            id: birth.id,
            task,
            handle,
            parent: birth.parent,
            first_seen,
            description,
            program: ProgramOrigin::OfParent,
            image: birth.image,
            memory: Memory::default(),
            family: None,
            faults_before: birth.faults,
            last_observation: LastObservation::default(),
            hidden: 0,
            borrows_from: None,
            ending: Ending::NotBegun,
            is_exiting: false,
        }
    }

    /// Whether its page faults are to be read at a sample. What it rewrites shows nowhere else.
    pub(crate) fn is_to_be_observed(&self, is_idle_turn: bool) -> bool {
        let is_active = self.last_observation.is_active();
        match self.family {
            Some(_) => {
                let has_changed = self.last_observation.anonymous != self.memory.anonymous();
                is_idle_turn || is_active || has_changed
            }
            None if self.borrows_from.is_some() => is_idle_turn || is_active,
            None => is_idle_turn && self.hidden > 0,
        }
    }

    /// Whether it had memory of its own, by all that is known, and has none now.
    pub(crate) fn has_no_memory(&self) -> bool {
        let had_some = self.memory.measured() || self.family.is_some();
        self.memory.rss == 0 && had_some && self.borrows_from.is_none()
    }

    /// The most memory of its own that it can have had.
    pub(crate) fn most(&self) -> u64 {
        match self.borrows_from {
            Some(_) => 0,
            None => self.memory.highest,
        }
    }

    /// By how much it was ever larger than now, beside what it is releasing.
    pub(crate) fn hidden_ever(&self) -> u64 {
        let now = match self.ending {
            Ending::Releasing { shown, .. } => shown,
            Ending::NotBegun | Ending::Zombie => self.memory.rss,
        };
        match self.borrows_from {
            Some(_) => 0,
            None => self.memory.highest.saturating_sub(now),
        }
    }

    /// What it had alone, shows no more, and may not have freed yet.
    pub(crate) fn releasing_alone(&self) -> u64 {
        match self.ending {
            Ending::Releasing { alone, .. } => alone,
            Ending::NotBegun | Ending::Zombie => 0,
        }
    }

    /// It runs another program from now on, with memory of its own.
    pub(crate) fn exec(&mut self, image: Option<u64>) {
        self.image = image;
        self.program = ProgramOrigin::Own;
        self.family = None;
        self.last_observation.faults = None;
        self.borrows_from = None;
        self.ending = Ending::NotBegun;
        self.memory.exec();
    }
}
