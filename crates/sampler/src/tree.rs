//! Which processes belong to which task.
//!
//! A process belongs to exactly one task: that of its parent, unless a task starts with it. What a
//! process once belonged to is remembered, so that an orphan can still be placed by the session or
//! the group that one of its forebears made.

use memtop_proc::{Birth, ByNumber};

use crate::TaskId;
use crate::member::Member;

/// Pids of ended processes that are remembered. In a run of days they would grow without end.
const MOST_ANCESTORS: usize = 20_000;

#[derive(Debug)]
pub(crate) struct Tree<H> {
    members: Vec<Member<H>>,
    index_by_pid: ByNumber<u32, usize>,
    /// The task of every pid that is or was a member's.
    lineage: ByNumber<u32, TaskId>,
    /// The parent that orphans of a task get, if not the system's.
    adopter: Option<(u32, TaskId)>,
    /// Changes whenever a process comes, goes, or moves to another task.
    pub(crate) version: u64,
}

impl<H> Tree<H> {
    pub(crate) fn new() -> Self {
        Self {
            members: Vec::new(),
            index_by_pid: ByNumber::default(),
            lineage: ByNumber::default(),
            adopter: None,
            version: 0,
        }
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

    pub(crate) fn members_mut(&mut self) -> &mut [Member<H>] {
        &mut self.members
    }

    pub(crate) fn index_of(&self, pid: u32) -> Option<usize> {
        self.index_by_pid.get(&pid).copied()
    }

    /// The task that a newly seen process belongs to, if any.
    pub(crate) fn task_of(&self, birth: &Birth) -> Option<TaskId> {
        let adopted = || {
            let (parent, task) = self.adopter?;
            (parent == birth.parent).then_some(task)
        };
        let kin = [birth.parent, birth.session, birth.group];
        let known = kin.iter().find_map(|pid| self.lineage.get(pid).copied());
        known.or_else(adopted)
    }

    /// What a process belongs to, or belonged to.
    pub(crate) fn task_of_pid(&self, pid: u32) -> Option<TaskId> {
        self.lineage.get(&pid).copied()
    }

    pub(crate) fn adopt(&mut self, task: TaskId, parent: u32) {
        self.adopter = Some((parent, task));
    }

    /// Remembers a process that was gone before it could be watched: it may have children.
    pub(crate) fn remember(&mut self, pid: u32, task: TaskId) {
        self.lineage.insert(pid, task);
    }

    /// Forgets processes that are gone, once they are many. `is_alive` knows those that are no
    /// members yet.
    pub(crate) fn forget_ancestors(&mut self, is_alive: impl Fn(u32) -> bool) {
        if self.lineage.len() > 2 * self.members.len() + MOST_ANCESTORS {
            let members = &self.index_by_pid;
            self.lineage
                .retain(|&pid, _| members.contains_key(&pid) || is_alive(pid));
        }
    }

    pub(crate) fn admit(&mut self, member: Member<H>) {
        self.version += 1;
        self.remember(member.id.pid, member.task);
        self.index_by_pid.insert(member.id.pid, self.members.len());
        self.members.push(member);
    }

    /// The task of the former holder of a pid says nothing about the new one.
    pub(crate) fn forget_lineage(&mut self, pid: u32) {
        self.lineage.remove(&pid);
    }

    pub(crate) fn reassign(&mut self, index: usize, task: TaskId) {
        self.version += 1;
        let member = &mut self.members[index];
        member.task = task;
        self.lineage.insert(member.id.pid, task);
    }

    /// Takes a member out; the last one moves to its place.
    pub(crate) fn remove(&mut self, index: usize) -> Member<H> {
        self.version += 1;
        let member = self.members.swap_remove(index);
        self.index_by_pid.remove(&member.id.pid);
        if let Some(moved) = self.members.get(index) {
            self.index_by_pid.insert(moved.id.pid, index);
        }
        member
    }

    /// Moves everything of an ended task to the one around it, or forgets it.
    pub(crate) fn end_task(&mut self, task: TaskId, outer: Option<TaskId>) {
        self.version += 1;
        self.adopter = self.adopter.filter(|&(_, of)| of != task);
        if let Some(outer) = outer {
            for of in self.lineage.values_mut().filter(|of| **of == task) {
                *of = outer;
            }
            for member in self.members.iter_mut().filter(|member| member.task == task) {
                member.task = outer;
            }
            return;
        }
        self.lineage.retain(|_, of| *of != task);
        self.members.retain(|member| member.task != task);
        self.index_by_pid.clear();
        for (index, member) in self.members.iter().enumerate() {
            self.index_by_pid.insert(member.id.pid, index);
        }
    }
}
