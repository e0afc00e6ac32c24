//! Reads page faults of processes: how much each can have written, and so how much of what a family
//! shares has been copied.

use std::time::Duration;

use memtop_proc::{Error, MachineFaults, Observer, Reading};

use super::Sampler;
use super::machine::{Written, pages_between};
use crate::forks::Observation;

/// Pages that a fault maps: up to 16 that others have mapped before, one of new shared memory. This
/// lies in between.
const MAPPED_BY_A_FAULT: u64 = 4;
/// More than any process has, and far from where sums of it would overflow.
const MOST_WRITTEN: u64 = 1 << 48;
/// How often idle processes are observed; with many of them less often, so that it costs little.
const IDLE_EVERY: Duration = Duration::from_millis(20);
const IDLE_EVERY_FOR_EACH: Duration = Duration::from_micros(500);
/// With more idle processes than this, the faults of the whole machine are read first.
const FEW: usize = 14;
/// If the machine has written less than 1/200 of the highest peak, or less than
/// [`LEAST_WRITTEN`], processes are not observed.
const WRITTEN_DIVISOR: u64 = 200;
const LEAST_WRITTEN: u64 = 1 << 20;

/// When idle processes were last observed, and the faults of the machine until then.
#[derive(Debug, Default)]
pub(super) struct IdleTurns {
    last: Duration,
    faults: Option<MachineFaults>,
}

impl<O: Observer> Sampler<O> {
    /// Observes processes that share memory by fork, or that were larger than now: active ones at
    /// each sample, idle ones now and then.
    pub(super) fn observe_processes(&mut self) -> Result<(), Error> {
        self.machine.begin();
        // A process that was never seen may have been of any family.
        let is_one_unseen = self.births.is_one_unseen(&self.observer);
        for (_, family) in self.families.iter_mut() {
            if is_one_unseen {
                family.discard_walk();
            }
            family.confirm_births();
        }
        let is_idle_turn = self.is_idle_turn();
        let mut outcome = Ok(());
        for index in 0..self.tree.len() {
            outcome = outcome.and(self.follow_release(index));
            let member = &mut self.tree.members_mut()[index];
            member.hidden = member.hidden_ever();
            if member.is_to_be_observed(is_idle_turn) {
                match self.observe(index, None) {
                    Ok(written) => {
                        let member = &mut self.tree.members_mut()[index];
                        member.hidden = member.hidden.min(written);
                    }
                    Err(error) => outcome = outcome.and(Err(error)),
                }
            }
        }
        self.dissolve_single_families();
        outcome
    }

    /// Whether idle processes are to be observed in this sample as well.
    fn is_idle_turn(&mut self) -> bool {
        let members = self.tree.members().iter();
        let number = members
            .filter(|member| member.family.is_some() || member.hidden_ever() > 0)
            .count();
        let for_all = IDLE_EVERY_FOR_EACH * u32::try_from(number).unwrap_or(u32::MAX);
        let now = self.progress.now();
        if number == 0 || now.saturating_sub(self.idle_turns.last) < IDLE_EVERY.max(for_all) {
            return false;
        }
        // Also where this turn is left out: the next comes after as long.
        self.idle_turns.last = now;
        if number <= FEW {
            return true;
        }
        let faults = self.machine.count(&mut self.observer);
        if let (Some(before), Some(faults)) = (self.idle_turns.faults, faults) {
            let written = pages_between(before, faults) * self.observer.page_bytes();
            let (highest, _) = self.highest();
            if written < (highest / WRITTEN_DIVISOR).max(LEAST_WRITTEN) {
                return false;
            }
        }
        self.idle_turns.faults = faults;
        true
    }

    /// Bounds what processes of a task can have had between samples: without page faults, a process
    /// was never larger than now.
    pub(super) fn bound_hidden(&mut self, id: crate::TaskId) {
        for index in 0..self.tree.len() {
            let member = &self.tree.members()[index];
            if member.hidden > 0
                && !member.last_observation.is_of_sample(self.progress.sample())
                && self.tasks.is_within(member.task, id)
            {
                // A failure shows in the next sample.
                let written = self.observe(index, Some(u64::MAX)).unwrap_or(u64::MAX);
                let member = &mut self.tree.members_mut()[index];
                member.hidden = member.hidden.min(written);
            }
        }
    }

    /// Reads the size and the faults of a process again. Returns what it can have written and given
    /// back since; `None` when it is gone.
    pub(super) fn observe_again(&mut self, index: usize) -> Option<u64> {
        let member = &mut self.tree.members_mut()[index];
        let before = member.memory.anonymous();
        // A failure shows in the next sample.
        match self.observer.resident(&mut member.handle) {
            Ok(Reading::Resident {
                bytes,
                shared_bytes,
            }) if bytes > 0 => member.memory.sample(bytes, shared_bytes),
            _ => return None,
        }
        let written = self.observe(index, Some(0)).unwrap_or(0);
        let after = self.tree.members()[index].memory.anonymous();
        Some(written.max(before.abs_diff(after)) + before.saturating_sub(after))
    }

    /// Reads the faults of a process, for its family. Returns what it can have written since its
    /// last observation; where that is unknown, `otherwise`, or what any process can have written
    /// since the last sample.
    fn observe(&mut self, index: usize, otherwise: Option<u64>) -> Result<u64, Error> {
        let page_bytes = self.observer.page_bytes();
        let member = &mut self.tree.members_mut()[index];
        let faults = self.observer.faults(&mut member.handle)?;
        let sample = self.progress.sample();
        let since = member
            .last_observation
            .update(faults, &member.memory, sample);
        let (first_seen, anonymous) = (member.first_seen, member.memory.anonymous());
        let written_at_most = match (since.faults, otherwise) {
            (Some(faults), _) => self.machine.pages_of(&mut self.observer, faults) * page_bytes,
            (None, Some(otherwise)) => otherwise,
            (None, None) if self.progress.was_sampled_since(first_seen) => {
                self.written_since_last_sample().anonymous
            }
            (None, None) => anonymous,
        };
        let owner = self.index_of_owner(index);
        let owner = &self.tree.members()[owner];
        if let Some(family) = owner.family {
            let faulted = since.faults.unwrap_or(0) * page_bytes;
            let observation = Observation {
                anonymous: owner.memory.anonymous(),
                written: faulted.saturating_sub(since.mapped / MAPPED_BY_A_FAULT),
                written_at_most: written_at_most.min(MOST_WRITTEN),
            };
            self.families.observe(family, owner.id.pid, observation);
            // What was rewritten is in the bounds of the family, what was added in its size.
            self.window
                .add_allocated(faulted.saturating_sub(since.grown));
        }
        Ok(written_at_most)
    }

    /// The index of the process whose memory this one runs in and writes to; its own, if none.
    fn index_of_owner(&self, index: usize) -> usize {
        let lender = self.tree.members()[index].borrows_from;
        lender
            .and_then(|lender| self.tree.index_of(lender.pid))
            .unwrap_or(index)
    }

    /// What can have been written on the whole machine.
    fn written_since_last_sample(&mut self) -> Written {
        let gap = self.progress.since_last_sample();
        self.machine.written(&mut self.observer, gap)
    }
}
