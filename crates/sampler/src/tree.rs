//! Which processes belong to which task.
//!
//! A process belongs to exactly one task: that of its parent, unless a task starts with it.
//! Tasks nest, and a task's figures include those of the tasks inside it. What a process once
//! belonged to is remembered, so that an orphan can still be placed by the session or the group
//! that one of its forebears made.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Birth, Description, ProcessId};

/// One task of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TaskId(u64);

/// A living process of a tree.
#[derive(Debug)]
pub(crate) struct Member<H> {
    pub(crate) id: ProcessId,
    pub(crate) task: TaskId,
    pub(crate) handle: H,
    pub(crate) first_seen: Duration,
    pub(crate) description: Arc<Description>,
    /// Its memory when the description was read.
    pub(crate) described_bytes: u64,
    /// The tick at which the description is read again at the latest.
    pub(crate) describe_at: u64,
    pub(crate) describe_in: u64,
    /// At the last sample; 0 before the first.
    pub(crate) bytes: u64,
    pub(crate) measured: bool,
}

impl<H> Member<H> {
    /// A process that execs does so early, as a rule, and one that does so later has other
    /// memory needs after: its description is worth another look after 1, 2, 4, 8 … ticks and
    /// whenever its memory has changed much.
    pub(crate) fn may_have_become_another(&self, tick: u64) -> bool {
        let before = self.described_bytes;
        let changed_much = self.bytes > before + before / 4 || self.bytes < before / 2;
        tick >= self.describe_at || (before > 0 && changed_much)
    }

    pub(crate) fn set_description(&mut self, description: Description) {
        if description != *self.description {
            self.description = Arc::new(description);
        }
    }

    pub(crate) fn describe_again_after(&mut self, tick: u64) {
        self.described_bytes = self.bytes;
        if tick >= self.describe_at {
            self.describe_in *= 2;
            self.describe_at = tick + self.describe_in;
        }
    }
}

#[derive(Debug)]
pub(crate) struct Tree<H> {
    members: Vec<Member<H>>,
    place_by_pid: HashMap<u32, usize>,
    /// The task of every pid that is or was a member's.
    lineage: HashMap<u32, TaskId>,
    /// Each task's enclosing one.
    enclosing: HashMap<TaskId, Option<TaskId>>,
    tasks_ever: u64,
}

impl<H> Tree<H> {
    pub(crate) fn new() -> Self {
        Self {
            members: Vec::new(),
            place_by_pid: HashMap::new(),
            lineage: HashMap::new(),
            enclosing: HashMap::new(),
            tasks_ever: 0,
        }
    }

    pub(crate) fn add_task(&mut self, enclosing: Option<TaskId>) -> TaskId {
        let task = TaskId(self.tasks_ever);
        self.tasks_ever += 1;
        self.enclosing.insert(task, enclosing);
        task
    }

    /// Ends a task. What it held belongs to the enclosing one from now on, or to none.
    pub(crate) fn remove_task(&mut self, task: TaskId) {
        let outer = self.enclosing(task);
        self.enclosing.remove(&task);
        for enclosing in self
            .enclosing
            .values_mut()
            .filter(|inner| **inner == Some(task))
        {
            *enclosing = outer;
        }
        match outer {
            Some(outer) => self
                .lineage
                .values_mut()
                .filter(|of| **of == task)
                .for_each(|of| *of = outer),
            None => self.lineage.retain(|_, of| *of != task),
        }
        let mut place = 0;
        while place < self.members.len() {
            match (self.members[place].task == task, outer) {
                (false, _) => place += 1,
                (true, Some(outer)) => {
                    self.members[place].task = outer;
                    place += 1;
                }
                (true, None) => drop(self.remove(place)),
            }
        }
    }

    pub(crate) fn enclosing(&self, task: TaskId) -> Option<TaskId> {
        self.enclosing.get(&task).copied().flatten()
    }

    pub(crate) fn enclose(&mut self, inner: TaskId, outer: TaskId) {
        self.enclosing.insert(inner, Some(outer));
    }

    /// The task and every one around it, from the inside out.
    pub(crate) fn outwards(&self, task: TaskId) -> impl Iterator<Item = TaskId> {
        std::iter::successors(Some(task), |&task| self.enclosing(task))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn members(&self) -> &[Member<H>] {
        &self.members
    }

    pub(crate) fn member_mut(&mut self, place: usize) -> &mut Member<H> {
        &mut self.members[place]
    }

    pub(crate) fn place_of(&self, pid: u32) -> Option<usize> {
        self.place_by_pid.get(&pid).copied()
    }

    /// The task that a newly seen process belongs to, if any.
    pub(crate) fn task_of(&self, birth: &Birth) -> Option<TaskId> {
        let by_parent = self
            .place_of(birth.parent)
            .map(|place| self.members[place].task);
        by_parent
            .or_else(|| self.lineage.get(&birth.session).copied())
            .or_else(|| self.lineage.get(&birth.group).copied())
    }

    pub(crate) fn admit(&mut self, member: Member<H>) {
        self.lineage.insert(member.id.pid, member.task);
        self.place_by_pid.insert(member.id.pid, self.members.len());
        self.members.push(member);
    }

    /// What the holder of this pid belonged to says nothing any more: another has it now.
    pub(crate) fn forget_lineage(&mut self, pid: u32) {
        self.lineage.remove(&pid);
    }

    pub(crate) fn reassign(&mut self, place: usize, task: TaskId) {
        let member = &mut self.members[place];
        member.task = task;
        self.lineage.insert(member.id.pid, task);
    }

    /// Takes a member out; the last one moves to its place.
    pub(crate) fn remove(&mut self, place: usize) -> Member<H> {
        let member = self.members.swap_remove(place);
        self.place_by_pid.remove(&member.id.pid);
        if let Some(moved) = self.members.get(place) {
            self.place_by_pid.insert(moved.id.pid, place);
        }
        member
    }
}
