//! Asks the kernel for the most memory that processes ever had.

use std::time::Duration;

use memtop_proc::native::thread_cpu;
use memtop_proc::{Error, HighWater, Observer};

use super::Sampler;
use crate::budget::Budget;

/// Reading the high-water mark of a process takes at least this long.
const COST: Duration = Duration::from_micros(15);
const SHARE: f64 = 0.002;
/// One a sample: the samples are what takes the time.
const MOST_AT_ONCE: Duration = COST;

/// Whose high-water mark is read next, and when.
#[derive(Debug)]
pub(super) struct HighWaterTurns {
    budget: Budget,
    next: usize,
}

impl HighWaterTurns {
    pub(super) fn new() -> Self {
        Self {
            budget: Budget::new(SHARE, MOST_AT_ONCE),
            next: 0,
        }
    }

    /// The index of the next process to read, of `processes`; `None` without budget.
    fn next_place(&mut self, processes: usize) -> Option<usize> {
        if !self.budget.allows(COST) {
            return None;
        }
        self.next = (self.next + 1) % processes;
        Some(self.next)
    }
}

impl<O: Observer> Sampler<O> {
    /// Asks a few processes in turn whether they were ever larger than any sample says.
    pub(super) fn read_high_water_marks(&mut self, now: Duration) -> Result<(), Error> {
        self.high_water.budget.fill(now);
        let mut outcome = Ok(());
        for _ in 0..self.tree.len() {
            let Some(index) = self.high_water.next_place(self.tree.len()) else {
                break;
            };
            let before = thread_cpu();
            let high = self.observer.high_water(self.tree.members()[index].id);
            let cost = thread_cpu().saturating_sub(before);
            self.high_water.budget.spend(cost.max(COST));
            match high {
                Ok(Some(high)) => self.note_high_water(index, high),
                Ok(None) => {}
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    pub(crate) fn note_high_water(&mut self, index: usize, high: HighWater) {
        let member = &mut self.tree.members_mut()[index];
        if member.borrows_from.is_some() {
            return;
        }
        // What it has right now is no surprise: the next sample will show it.
        let known = member.memory.highest.max(high.now_bytes);
        let hidden = high.highest_bytes.saturating_sub(known);
        member.memory.highest = known + hidden;
        member.memory.swapped = high.swapped_bytes;
        if hidden > 0 {
            let (task, since) = (member.task, member.first_seen);
            self.tasks
                .each_outwards(task, |task| task.raise(since, hidden));
        }
    }
}
