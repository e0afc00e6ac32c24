//! Which task each process is in, and what is kept of each task that was found.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use memtop_proc::ByNumber;

use crate::attribution::SharedRules;
use crate::attribution::stages::Stages;
use crate::attribution::traits::{Role, TaskMark, Traits};
use crate::{EndStatus, TaskId};

/// A task that was found.
#[derive(Debug)]
pub(super) struct FoundTask {
    pub(super) root: TaskId,
    pub(super) source: Arc<str>,
    pub(super) mark: TaskMark,
    pub(super) started: Duration,
    pub(super) ended: Option<Duration>,
    pub(super) alive: u64,
    pub(super) ended_pids: Vec<u32>,
    pub(super) exit: Option<EndStatus>,
    pub(super) is_exit_unknown: bool,
    /// A script of a package manager does its work.
    pub(super) is_script: bool,
    pub(super) work: TaskId,
    pub(super) below_host: Option<TaskId>,
    pub(super) wrappers: Option<TaskId>,
}

impl FoundTask {
    /// The work of a script is done below its host.
    pub(super) fn work_task(&self) -> TaskId {
        let below = self.below_host.filter(|_| self.is_script);
        below.unwrap_or(self.work)
    }
}

/// The task that a process is in, and its role there.
#[derive(Clone, Debug)]
pub(super) struct Placement {
    pub(super) traits: Arc<Traits>,
    /// All of its task.
    pub(super) task: Option<TaskId>,
    pub(super) role: Role,
    pub(super) parent: u32,
    /// Its parent is in another task, or in none.
    pub(super) is_top: bool,
    pub(super) root: TaskId,
}

/// A tree whose processes are attributed.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) stages: Stages,
    /// What its first process has from outside: no process of the tree has it of its own.
    pub(super) outside: Arc<Traits>,
}

/// Why a process leaves its placement.
#[derive(Clone, Copy, Debug)]
pub(super) enum Departure {
    /// It is placed elsewhere, or has another role.
    Moved,
    /// It has ended, with its status where that was reported.
    Ended(Option<EndStatus>),
}

#[derive(Debug, Default)]
pub(crate) struct Attribution {
    pub(super) rules: Option<SharedRules>,
    /// The trees whose processes are attributed.
    pub(super) roots: ByNumber<TaskId, Root>,
    /// By the sampler's task for all of it.
    pub(super) found_tasks: ByNumber<TaskId, FoundTask>,
    /// By the names and by the keys of their marks.
    pub(super) by_mark: HashMap<(TaskId, usize, Arc<str>), TaskId>,
    pub(super) processes: ByNumber<u32, Placement>,
}

impl Attribution {
    pub(crate) fn is_on(&self) -> bool {
        self.rules.is_some()
    }

    pub(super) fn found_task_of(&mut self, placement: &Placement) -> Option<&mut FoundTask> {
        self.found_tasks.get_mut(&placement.task?)
    }

    pub(super) fn stages_of(&mut self, root: TaskId) -> Option<&mut Stages> {
        Some(&mut self.roots.get_mut(&root)?.stages)
    }

    /// Whether this is all of a task that was found.
    pub(crate) fn is_whole(&self, id: TaskId) -> bool {
        self.found_tasks.contains_key(&id)
    }
}
