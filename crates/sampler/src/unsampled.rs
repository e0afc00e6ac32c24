//! Processes whose birth was reported and that no sample has measured yet. Most processes of a
//! build end as such: what the kernel remembers of each at its exit is all that is needed.

use std::time::Duration;

use memtop_proc::{ByNumber, HighWater, Numbers};

use crate::{InitialMemory, TaskId};

/// Pids of ended processes that are remembered.
const MOST_ENDED: usize = 20_000;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Unsampled {
    pub(crate) task: TaskId,
    pub(crate) parent: u32,
    pub(crate) born: Duration,
    /// What it has of its parent's memory. `None` once it runs a program of its own, or its
    /// parent's memory was left to it.
    pub(crate) memory: Option<InitialMemory>,
    /// It runs another program, and what that was started with has not been read.
    pub(crate) awaits_traits: bool,
    /// Its memory at samples that it was too small for.
    pub(crate) seen_bytes: Option<u64>,
    /// Reported when it is about to end.
    pub(crate) at_exit: Option<HighWater>,
}

impl Unsampled {
    /// Whether it is known to run in its parent's memory.
    pub(crate) fn borrows(&self) -> bool {
        self.memory == Some(InitialMemory::OfParent)
    }

    /// The most memory that it is known to have had.
    pub(crate) fn most(&self) -> u64 {
        match self.at_exit {
            _ if self.borrows() => 0,
            Some(high) => high.highest_bytes,
            None => self.seen_bytes.unwrap_or(0),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct UnsampledProcesses {
    by_pid: ByNumber<u32, Unsampled>,
    /// Pids of processes whose end was reported. A scan may still find them, as zombies.
    ended: Numbers<u32>,
    /// Pids whose end is among the events that are being taken in.
    ending: Numbers<u32>,
}

impl UnsampledProcesses {
    pub(crate) fn is_empty(&self) -> bool {
        self.by_pid.is_empty()
    }

    pub(crate) fn get(&self, pid: u32) -> Option<&Unsampled> {
        self.by_pid.get(&pid)
    }

    pub(crate) fn get_mut(&mut self, pid: u32) -> Option<&mut Unsampled> {
        self.by_pid.get_mut(&pid)
    }

    pub(crate) fn add(&mut self, pid: u32, process: Unsampled) {
        self.ended.remove(&pid);
        self.by_pid.insert(pid, process);
    }

    /// The ends that follow are of these processes.
    pub(crate) fn expect_ends(&mut self, pids: impl Iterator<Item = u32>) {
        self.ending.clear();
        self.ending.extend(pids);
    }

    /// Whether a process has ended, though that has not been taken in yet.
    pub(crate) fn is_ending(&self, pid: u32) -> bool {
        self.ending.contains(&pid)
    }

    /// The lender has ended or runs another program: its memory is left to the borrowers.
    pub(crate) fn end_borrowing(&mut self, lender: u32) {
        let borrowers = self.by_pid.values_mut();
        for process in borrowers.filter(|process| process.borrows() && process.parent == lender) {
            process.memory = None;
        }
    }

    pub(crate) fn take(&mut self, pid: u32) -> Option<Unsampled> {
        self.by_pid.remove(&pid)
    }

    /// Takes out the processes to measure: all that are not about to end, and `also`.
    pub(crate) fn take_staying(&mut self, also: Option<u32>) -> Vec<(u32, Unsampled)> {
        let stays =
            |pid: &u32, process: &mut Unsampled| process.at_exit.is_none() || also == Some(*pid);
        self.by_pid.extract_if(stays).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Unsampled)> {
        self.by_pid.iter().map(|(&pid, process)| (pid, process))
    }

    /// The tasks of all, and the most memory that each is known to have had.
    pub(crate) fn most_of_each(&self) -> impl Iterator<Item = (TaskId, u64)> {
        self.by_pid
            .values()
            .map(|process| (process.task, process.most()))
    }

    pub(crate) fn most_of(&self, pid: u32) -> u64 {
        self.by_pid.get(&pid).map_or(0, Unsampled::most)
    }

    pub(crate) fn note_end(&mut self, pid: u32) {
        if self.ended.len() >= MOST_ENDED {
            self.ended.clear();
        }
        self.ended.insert(pid);
    }

    pub(crate) fn has_ended(&self, pid: u32) -> bool {
        self.ended.contains(&pid)
    }

    pub(crate) fn end_task(&mut self, task: TaskId, outer: Option<TaskId>) {
        match outer {
            Some(outer) => {
                let inside = self.by_pid.values_mut();
                for process in inside.filter(|process| process.task == task) {
                    process.task = outer;
                }
            }
            None => self.by_pid.retain(|_, process| process.task != task),
        }
    }
}
