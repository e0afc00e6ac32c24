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
/// With less growth between two samples than this, nobody is read twice.
const WORTH_CONFIRMING: u64 = 256 << 10;
/// How late a pid that never showed may be told of, in samples.
const SAMPLES_TO_SHOW: usize = 4;

/// Less than one part in so many between two samples is no change.
const LITTLE_CHANGE: u64 = 256;

/// Whether what a tree has is about what it had at the sample before.
pub(super) fn is_about(bytes: u64, before: u64) -> bool {
    bytes.abs_diff(before) <= bytes / LITTLE_CHANGE
}

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
        self.samples += 1;
        self.is_torn = false;
        self.admit_newborns()
            .and(self.admit_births(now))
            .and(self.measure())
            .and(self.look_at_families())
            .and(self.look_for_high_water(now))
            .and(self.weigh(now))
    }

    fn measure(&mut self) -> Result<(), Error> {
        let mut outcome = Ok(());
        let mut place = 0;
        let mut changed = Vec::new();
        let (mut grown, mut taken, page_bytes) = (0, 0, self.observer.page_bytes());
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
                    let before = member.memory.anonymous();
                    let is_new = !member.memory.measured();
                    grown += bytes.saturating_sub(member.memory.rss);
                    member.memory.sample(bytes, shared_bytes);
                    member.is_zombie &= bytes == 0;
                    // One that was forked has more than what it took itself.
                    let most = if is_new {
                        member.born_faults.saturating_mul(page_bytes)
                    } else {
                        u64::MAX
                    };
                    let anonymous = member.memory.anonymous().saturating_sub(before);
                    taken += anonymous.min(most);
                    if member.named.is_old(self.ticks, bytes) {
                        let before = std::sync::Arc::clone(&member.named.description);
                        let now = self.observer.describe(member.id);
                        member.named.renew(now, self.ticks, bytes);
                        if !are_told {
                            let is_renamed = member.named.description != before;
                            changed.push((member.id.pid, is_renamed));
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
        self.taken = taken;
        self.note_change();
        if self.tree.len() > 1 && grown >= WORTH_CONFIRMING {
            outcome = outcome.and(self.confirm_growth());
        }
        for (pid, is_renamed) in changed {
            let Some(place) = self.tree.place_of(pid) else {
                continue;
            };
            let is_hidden = self.tree.members()[place].image.is_none();
            self.find_another_program(place);
            if is_renamed {
                if is_hidden {
                    // Nothing else tells that it is another program.
                    self.run_another_program(place, None);
                }
                self.find_task_of(pid, None, self.clock);
            }
        }
        outcome
    }

    fn note_change(&mut self) {
        let members = self.tree.members().iter();
        let rss: u64 = members.map(|member| member.memory.rss).sum();
        let (rss_before, version_before) = self.rss_and_version;
        self.rss_and_version = (rss, self.tree.version);
        self.is_changing |= !is_about(rss, rss_before) || self.tree.version != version_before;
    }

    /// They were read one after the other. Where one gives back what another takes, both may have
    /// been read with it; so each counts by the less of two readings, between which there was an
    /// instant when all had at least about that.
    fn confirm_growth(&mut self) -> Result<(), Error> {
        let mut outcome = Ok(());
        for member in self.tree.members_mut() {
            match self.observer.resident(&mut member.handle) {
                Ok(Reading::Resident {
                    bytes,
                    shared_bytes,
                }) if bytes < member.memory.rss => member.memory.correct(bytes, shared_bytes),
                Ok(Reading::Resident { .. }) => {}
                Ok(Reading::Gone) => member.memory.correct(0, 0),
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    /// Whether one runs another program since it was last asked. Another name alone does not say so:
    /// some only call themselves otherwise.
    pub(super) fn find_another_program(&mut self, place: usize) {
        let member = &self.tree.members()[place];
        // One that is gone is found gone by the next sample.
        let Ok(Some(birth)) = self.observer.identify(member.id.pid) else {
            return;
        };
        let is_same = birth.image.is_none() || birth.image == member.image;
        if birth.id == member.id && !is_same {
            self.run_another_program(place, birth.image);
        }
    }

    /// What it had with relatives it has no more.
    pub(crate) fn run_another_program(&mut self, place: usize, image: Option<u64>) {
        let is_borrower = self.tree.members()[place].borrows_from.is_some();
        let given_back = if is_borrower || self.hand_over_memory(place) {
            0
        } else {
            self.leave_family(place)
        };
        let member = &mut self.tree.members_mut()[place];
        if member.memory.mapped.is_some() {
            self.reading += 1;
        }
        member.renew(image);
        let task = member.task;
        self.part_from_families();
        self.tasks
            .each_outwards(task, |task| task.given_back += given_back);
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
        member.memory.swapped = high.swapped_bytes;
        if hidden > 0 {
            let (task, since) = (member.task, member.first_seen);
            self.tasks
                .each_outwards(task, |task| task.raise(since, hidden));
        }
    }
}
