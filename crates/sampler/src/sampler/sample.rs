//! Takes one sample: who is there, and what each has.

use std::time::Duration;

use memtop_proc::{Error, Observer, Reading};

use super::Sampler;

/// With less growth between two samples than this, nobody is read twice.
const WORTH_CONFIRMING: u64 = 256 << 10;
/// How late a pid that never showed may be told of, in samples.
const SAMPLES_TO_SHOW: usize = 4;

impl<O: Observer> Sampler<O> {
    /// Takes one sample of everything at the instant `now`, counted from the sampler's start.
    ///
    /// # Errors
    /// The first failure; what could be read all the same is counted.
    pub fn tick(&mut self, now: Duration) -> Result<(), Error> {
        self.progress.begin_tick(now);
        let outcome = self.sample(now);
        if let Err(error) = &outcome {
            self.progress.count_failure(error);
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
        self.sample_also(None, now)
    }

    /// The same with a process that is about to end and worth a look all the same.
    pub(crate) fn sample_also(&mut self, exiting: Option<u32>, now: Duration) -> Result<(), Error> {
        self.progress.begin_sample(now);
        self.changes.begin_sample();
        self.admit_reported(exiting)
            .and(self.admit_births(now))
            .and(self.measure())
            .and(self.look_at_families())
            .and(self.look_for_high_water(now))
            .and(self.estimate(now))
    }

    fn measure(&mut self) -> Result<(), Error> {
        let mut outcome = Ok(());
        let mut index = 0;
        let mut changed = Vec::new();
        let (mut grown, mut taken, page_bytes) = (0, 0, self.observer.page_bytes());
        let are_told = self.births.are_reported();
        while index < self.tree.len() {
            let member = &mut self.tree.members_mut()[index];
            // Before the reading: one that execs in between would show its parent's memory. Where
            // an exec is told there is no need to ask, and one that ends has no memory to compare.
            if !are_told {
                member.borrows_from = member
                    .borrows_from
                    .filter(|&lender| self.observer.same_memory(member.id, lender));
            }
            match self.observer.resident(&mut member.handle) {
                Ok(Reading::Resident { .. }) if member.borrows_from.is_some() => index += 1,
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
                    if member.named.is_old(self.progress.ticks(), bytes) {
                        let before = std::sync::Arc::clone(&member.named.description);
                        let now = self.observer.describe(member.id);
                        member.named.renew(now, self.progress.ticks(), bytes);
                        if !are_told {
                            let is_renamed = member.named.description != before;
                            changed.push((member.id.pid, is_renamed));
                        }
                    }
                    index += 1;
                }
                // Its end is told in a moment, with the most that it ever had.
                Ok(Reading::Gone) if are_told => {
                    member.memory.sample(0, 0);
                    index += 1;
                }
                Ok(Reading::Gone) => self.take_leave_of(index),
                Err(error) => {
                    outcome = outcome.and(Err(error));
                    index += 1;
                }
            }
        }
        let members = self.tree.members().iter();
        let rss = members.map(|member| member.memory.rss).sum();
        self.changes.measured(rss, self.tree.version, taken);
        if self.tree.len() > 1 && grown >= WORTH_CONFIRMING {
            outcome = outcome.and(self.confirm_growth());
        }
        for (pid, is_renamed) in changed {
            let Some(index) = self.tree.index_of(pid) else {
                continue;
            };
            let is_hidden = self.tree.members()[index].image.is_none();
            self.find_another_program(index);
            if is_renamed {
                if is_hidden {
                    // Nothing else tells that it is another program.
                    self.run_another_program(index, None);
                }
                self.find_task_of(pid, None, self.progress.now());
            }
        }
        outcome
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
    pub(super) fn find_another_program(&mut self, index: usize) {
        let member = &self.tree.members()[index];
        // One that is gone is found gone by the next sample.
        let Ok(Some(birth)) = self.observer.identify(member.id.pid) else {
            return;
        };
        let is_same = birth.image.is_none() || birth.image == member.image;
        if birth.id == member.id && !is_same {
            self.run_another_program(index, birth.image);
        }
    }

    /// What it had with relatives it has no more.
    pub(crate) fn run_another_program(&mut self, index: usize, image: Option<u64>) {
        let is_borrower = self.tree.members()[index].borrows_from.is_some();
        let given_back = if is_borrower || self.hand_over_memory(index) {
            0
        } else {
            self.leave_family(index)
        };
        let member = &mut self.tree.members_mut()[index];
        if member.memory.mapped.is_some() {
            self.files.change();
        }
        member.renew(image);
        let task = member.task;
        self.part_from_families();
        self.tasks
            .each_outwards(task, |task| task.given_back += given_back);
    }
}
