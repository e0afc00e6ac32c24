//! Takes one sample: which processes there are, and how much memory each has.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Error, Observer, Reading};

use super::Sampler;
use crate::member::{Ending, Member};

/// With less growth between two samples than this, no size is read twice.
const WORTH_CONFIRMING: u64 = 256 << 10;
/// How late a pid that never showed may be reported, in samples.
pub(super) const SAMPLES_TO_SHOW: usize = 4;

/// What reading all sizes has shown.
#[derive(Debug, Default)]
struct Measured {
    /// Growth of resident memory, of each process that has grown.
    grown: u64,
    /// Anonymous memory that processes have allocated.
    allocated: u64,
    /// Whether a process shows memory again that had shown none.
    has_returned: bool,
    /// Processes that may run another program, and whether their description has changed.
    maybe_execed: Vec<(u32, bool)>,
}

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

    /// Closes the last gap: takes in processes that ended, or came and went, since the last sample,
    /// as far as the process table still shows them.
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

    /// Takes a sample between the regular ones.
    ///
    /// # Errors
    /// The first failure; what could be read all the same is counted.
    pub fn sample(&mut self, now: Duration) -> Result<(), Error> {
        self.sample_with(None, now)
    }

    /// The same, and measures a process that is about to end.
    pub(crate) fn sample_with(&mut self, exiting: Option<u32>, now: Duration) -> Result<(), Error> {
        self.progress.begin_sample(now);
        self.changes.begin_sample();
        let unsampled = &self.unsampled;
        self.tree
            .forget_ancestors(|pid| unsampled.get(pid).is_some());
        self.admit_reported(exiting)
            .and(self.admit_births(now))
            .and(self.measure())
            .and(self.observe_processes())
            .and(self.read_high_water_marks(now))
            .and(self.estimate(now))
    }

    /// Reads the size of each process.
    fn measure(&mut self) -> Result<(), Error> {
        let mut outcome = Ok(());
        let mut measured = Measured::default();
        let are_reported = self.births.are_reported();
        let mut index = 0;
        while index < self.tree.len() {
            let member = &mut self.tree.members_mut()[index];
            // Before the size: a process that execs in between would show its parent's memory.
            // Where execs are reported it is not needed, and a process that ends has no memory to
            // compare.
            if !are_reported {
                member.borrows_from = member
                    .borrows_from
                    .filter(|&lender| self.observer.same_memory(member.id, lender));
            }
            match self.observer.resident(&mut member.handle) {
                Ok(Reading::Resident { .. }) if member.borrows_from.is_some() => {}
                Ok(Reading::Resident {
                    bytes,
                    shared_bytes,
                }) => {
                    measured.add(member, (bytes, shared_bytes), self.observer.page_bytes());
                    measured.has_returned |= bytes > 0 && member.ending != Ending::NotBegun;
                    if member.description.is_old(self.progress.ticks(), bytes) {
                        let before = Arc::clone(&member.description.current);
                        let now = self.observer.describe(member.id);
                        member.description.renew(now, self.progress.ticks(), bytes);
                        if !are_reported {
                            let is_renamed = member.description.current != before;
                            measured.maybe_execed.push((member.id.pid, is_renamed));
                        }
                    }
                }
                // Its end is reported in a moment, with its high-water mark.
                Ok(Reading::Gone) if are_reported => member.memory.sample(0, 0),
                Ok(Reading::Gone) => {
                    self.remove_member(index);
                    continue;
                }
                Err(error) => outcome = outcome.and(Err(error)),
            }
            index += 1;
        }
        let (mut rss, mut anonymous) = (0, 0);
        for member in self.tree.members() {
            rss += member.memory.rss;
            anonymous += member.memory.anonymous();
        }
        self.changes.measured(rss, anonymous, measured.allocated);
        if self.tree.len() > 1 && measured.grown >= WORTH_CONFIRMING {
            outcome = outcome.and(self.confirm_growth());
        }
        if measured.has_returned {
            self.take_back_releases();
        }
        self.detect_execs(&measured.maybe_execed);
        outcome
    }

    /// Processes are read one after the other. Where one gives back what another takes, both may
    /// have been read with it; so each counts by the less of two readings, between which there was
    /// an instant when all had at least about that.
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

    fn detect_execs(&mut self, maybe_execed: &[(u32, bool)]) {
        for &(pid, is_renamed) in maybe_execed {
            let Some(index) = self.tree.index_of(pid) else {
                continue;
            };
            let is_hidden = self.tree.members()[index].image.is_none();
            self.detect_exec(index);
            if is_renamed {
                if is_hidden {
                    // Without an image, only the description shows an exec.
                    self.exec_member(index, None);
                }
                self.attribute_process(pid, None, self.progress.now());
            }
        }
    }

    /// Whether a process runs another program since this was last checked. A changed name alone
    /// does not say so: some programs set their title.
    pub(super) fn detect_exec(&mut self, index: usize) {
        let member = &self.tree.members()[index];
        // A process that is gone is found gone by the next sample.
        let Ok(Some(birth)) = self.observer.identify(member.id.pid) else {
            return;
        };
        let is_same = birth.image.is_none() || birth.image == member.image;
        if birth.id == member.id && !is_same {
            self.exec_member(index, birth.image);
        }
    }

    /// A process runs another program: it shares nothing with its family any more.
    pub(crate) fn exec_member(&mut self, index: usize, image: Option<u64>) {
        self.take_back_release(index);
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
        member.exec(image);
        let task = member.task;
        self.dissolve_single_families();
        self.tasks
            .each_outwards(task, |task| task.given_back += given_back);
    }
}

impl Measured {
    fn add<H>(&mut self, member: &mut Member<H>, (bytes, shared): (u64, u64), page_bytes: u64) {
        let before = member.memory.anonymous();
        // A forked process has more than it allocated itself.
        let most = if member.memory.measured() {
            u64::MAX
        } else {
            member.faults_before.saturating_mul(page_bytes)
        };
        self.grown += bytes.saturating_sub(member.memory.rss);
        member.memory.sample(bytes, shared);
        let allocated = member.memory.anonymous().saturating_sub(before);
        self.allocated += allocated.min(most);
    }
}
