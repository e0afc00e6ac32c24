//! Takes one sample: who is there, and what each has.

use std::time::Duration;

use memtop_proc::{Error, HighWater, Observer, Reading};

use super::Sampler;
use crate::budget::Budget;

/// Reading what the kernel remembers of a process takes about this long.
const COST_OF_HIGH_WATER: Duration = Duration::from_micros(15);
const SHARE_OF_HIGH_WATER: f64 = 0.002;
/// One a sample: the samples are what takes the time.
const MOST_HIGH_WATER_AT_ONCE: Duration = COST_OF_HIGH_WATER;
/// How late a pid that never showed may be told of, in samples.
const SAMPLES_TO_SHOW: usize = 4;

pub(super) fn budget_of_high_water() -> Budget {
    Budget::new(SHARE_OF_HIGH_WATER, MOST_HIGH_WATER_AT_ONCE)
}

impl<O: Observer> Sampler<O> {
    /// Takes one sample of everything at the instant `now`, counted from the sampler's start.
    ///
    /// # Errors
    /// The first failure; what could be read all the same is counted.
    pub fn tick(&mut self, now: Duration) -> Result<(), Error> {
        if let Some(last) = self.last_tick.replace(now) {
            self.gaps.add(now.saturating_sub(last));
        }
        self.ticks += 1;
        let outcome = self.sample(now);
        if let Err(error) = &outcome {
            self.failures += 1;
            self.first_failure.get_or_insert_with(|| error.to_string());
        }
        outcome
    }

    /// Closes the last gap: whoever ended or came and went since the last sample is taken in, as
    /// far as the process table still tells.
    ///
    /// # Errors
    /// The first failure; what could be read all the same is counted.
    pub fn finish(&mut self, now: Duration) -> Result<(), Error> {
        let mut outcome = Ok(());
        for _ in 0..=SAMPLES_TO_SHOW {
            outcome = outcome.and(self.sample(now));
        }
        outcome
    }

    /// Takes a sample that is none of the regular ones.
    ///
    /// # Errors
    /// The first failure; what could be read all the same is counted.
    pub fn sample(&mut self, now: Duration) -> Result<(), Error> {
        self.clock = now;
        self.admit_newborns()
            .and(self.admit_births(now))
            .and(self.measure())
            .and(self.look_for_high_water(now))
            .and(self.weigh(now))
    }

    fn measure(&mut self) -> Result<(), Error> {
        let mut outcome = Ok(());
        let mut place = 0;
        let mut changed = Vec::new();
        let are_told = self.newborns.are_all();
        while place < self.tree.len() {
            let member = &mut self.tree.members_mut()[place];
            // Before the reading: one that execs in between would show its parent's memory. Where
            // an exec is told there is no need to ask, and one that ends has no memory to compare.
            if !are_told {
                member.borrows_from = member
                    .borrows_from
                    .filter(|&lender| self.observer.same_memory(member.id, lender));
            }
            match self.observer.resident(&mut member.handle) {
                Ok(Reading::Resident { .. }) if member.borrows_from.is_some() => place += 1,
                Ok(Reading::Resident {
                    bytes,
                    shared_bytes,
                }) => {
                    member.memory.sample(bytes, shared_bytes);
                    if member.named.is_old(self.ticks, bytes) {
                        let before = std::sync::Arc::clone(&member.named.description);
                        let now = self.observer.describe(member.id);
                        member.named.renew(now, self.ticks, bytes);
                        if member.named.description != before {
                            self.somebody_went |= member.memory.renew();
                            if !are_told {
                                changed.push(member.id.pid);
                            }
                        }
                    }
                    place += 1;
                }
                // Its end is told in a moment, with the most that it ever had.
                Ok(Reading::Gone) if are_told => {
                    member.memory.sample(0, 0);
                    place += 1;
                }
                Ok(Reading::Gone) => self.take_leave_of(place),
                Err(error) => {
                    outcome = outcome.and(Err(error));
                    place += 1;
                }
            }
        }
        for pid in changed {
            self.find_task_of(pid, None, self.clock);
        }
        outcome
    }

    /// Asks a few processes in turn whether they were ever larger than any sample says.
    fn look_for_high_water(&mut self, now: Duration) -> Result<(), Error> {
        self.high_water.fill(now);
        let mut outcome = Ok(());
        for _ in 0..self.tree.len() {
            if !self.high_water.allows(COST_OF_HIGH_WATER) {
                break;
            }
            self.high_water.spend(COST_OF_HIGH_WATER);
            self.high_water_next = (self.high_water_next + 1) % self.tree.len();
            let id = self.tree.members()[self.high_water_next].id;
            match self.observer.high_water(id) {
                Ok(Some(high)) => self.take_high_water(self.high_water_next, high),
                Ok(None) => {}
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    pub(crate) fn take_high_water(&mut self, place: usize, high: HighWater) {
        let member = &mut self.tree.members_mut()[place];
        if member.borrows_from.is_some() {
            return;
        }
        // What it has right now is no surprise: the next sample will show it.
        let known = member.memory.highest.max(high.now_bytes);
        let hidden = high.highest_bytes.saturating_sub(known);
        member.memory.highest = known + hidden;
        if hidden > 0 {
            let (task, since) = (member.task, member.first_seen);
            self.tasks
                .each_outwards(task, |task| task.record.ceiling.raise(since, hidden));
        }
    }
}
