//! Processes that were told of and that no sample has looked at yet. Most of a build's processes
//! end as such: what the kernel remembers of each at its end is all that is needed.

use std::time::Duration;

use memtop_proc::{ByNumber, HighWater, Numbers};

use crate::TaskId;

/// Pids of the dead that are remembered.
const MOST_OVER: usize = 20_000;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Newborn {
    pub(crate) task: TaskId,
    pub(crate) parent: u32,
    pub(crate) born: Duration,
    /// It shares its parent's memory: as a copy that both have until one writes.
    pub(crate) is_copy: bool,
    /// It runs in its parent's very memory.
    pub(crate) borrows: bool,
    /// Told shortly before its end.
    pub(crate) last: Option<HighWater>,
}

impl Newborn {
    /// What it has had at most, once it is about to end.
    pub(crate) fn most(&self) -> u64 {
        match self.last {
            Some(last) if !self.borrows => last.highest_bytes,
            _ => 0,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Newborns {
    by_pid: ByNumber<u32, Newborn>,
    /// Whether every birth is told of, so that there is no need to look for any.
    are_all: bool,
    /// Whether there is, or was, somebody whose children nobody tells of.
    is_one_untold: bool,
    /// Pids of processes whose end was told. Looking may still find them, as zombies.
    over: Numbers<u32>,
}

impl Newborns {
    pub(crate) fn are_all(&self) -> bool {
        self.are_all
    }

    /// One of whose children nobody tells is enough to look for all, from then on.
    pub(crate) fn set_are_all(&mut self, are_all: bool) {
        self.is_one_untold |= !are_all;
        self.are_all = are_all && !self.is_one_untold;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_pid.is_empty()
    }

    pub(crate) fn get(&self, pid: u32) -> Option<&Newborn> {
        self.by_pid.get(&pid)
    }

    pub(crate) fn get_mut(&mut self, pid: u32) -> Option<&mut Newborn> {
        self.by_pid.get_mut(&pid)
    }

    pub(crate) fn add(&mut self, pid: u32, newborn: Newborn) {
        self.over.remove(&pid);
        self.by_pid.insert(pid, newborn);
    }

    /// Those that ran in the memory of one that has another now have it alone.
    pub(crate) fn have_own_memory(&mut self, lender: u32) {
        let borrowers = self.by_pid.values_mut();
        for newborn in borrowers.filter(|newborn| newborn.borrows && newborn.parent == lender) {
            newborn.borrows = false;
        }
    }

    pub(crate) fn take(&mut self, pid: u32) -> Option<Newborn> {
        self.by_pid.remove(&pid)
    }

    /// Takes out those that are worth a look: all that are not about to end, and `also`.
    pub(crate) fn take_staying(&mut self, also: Option<u32>) -> Vec<(u32, Newborn)> {
        let stays = |pid: &u32, newborn: &mut Newborn| newborn.last.is_none() || also == Some(*pid);
        self.by_pid.extract_if(stays).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Newborn)> {
        self.by_pid.iter().map(|(&pid, newborn)| (pid, newborn))
    }

    /// Those about to end, by what they have had at most.
    pub(crate) fn leaving(&self) -> impl Iterator<Item = (TaskId, u64)> {
        self.by_pid
            .values()
            .map(|newborn| (newborn.task, newborn.most()))
    }

    pub(crate) fn most_of_leaving(&self, pid: u32) -> u64 {
        self.by_pid.get(&pid).map_or(0, Newborn::most)
    }

    pub(crate) fn end(&mut self, pid: u32) {
        if self.over.len() >= MOST_OVER {
            self.over.clear();
        }
        self.over.insert(pid);
    }

    pub(crate) fn is_over(&self, pid: u32) -> bool {
        self.over.contains(&pid)
    }

    pub(crate) fn end_task(&mut self, task: TaskId, outer: Option<TaskId>) {
        match outer {
            Some(outer) => {
                let inside = self.by_pid.values_mut();
                for newborn in inside.filter(|newborn| newborn.task == task) {
                    newborn.task = outer;
                }
            }
            None => self.by_pid.retain(|_, newborn| newborn.task != task),
        }
    }
}
