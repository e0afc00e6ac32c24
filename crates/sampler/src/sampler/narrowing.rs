//! Looks at the pages of those whose memory is in doubt, where the doubt is largest first.

use std::thread::sleep;
use std::time::{Duration, Instant};

use memtop_proc::native::thread_cpu;
use memtop_proc::{Error, Observer, Proportional, Reading};

use super::Sampler;
use crate::TaskId;
use crate::estimate::Estimate;
use crate::forks::{FamilyId, Share};
use crate::page_reads::{Need, PageReads, cost_of_pages, cost_of_walk};

/// How long the guard waits for an exiting process to release its memory before it acts.
const EXIT_MAY_TAKE: Duration = Duration::from_millis(50);
/// Giving back less than this is nothing to be said of.
const LITTLE_GIVEN_BACK: u64 = 256 << 10;
/// What walks over the pages of families have told.
#[derive(Debug, Default)]
struct Walks {
    number: usize,
    /// By how much the estimates were too high, where what was told is beyond doubt.
    too_high: u64,
    is_confirmed: bool,
}

impl<O: Observer> Sampler<O> {
    /// Narrows what a task has, as far as it is worth it and the budget allows.
    pub(super) fn narrow(
        &mut self,
        id: TaskId,
        estimate: &Estimate,
        need: Need,
    ) -> Result<(), Error> {
        let mut outcome = Ok(());
        let readings = self.page_reads.readings;
        let mut walks = Walks::default();
        if estimate.mapped.width() > PageReads::tolerance(estimate) {
            outcome = outcome.and(self.read_files(id, estimate, need));
        }
        let last = self.tasks.get(id).map(|task| task.last_walk);
        if estimate.anonymous.width() > PageReads::tolerance(estimate)
            && self
                .page_reads
                .is_time_for_walks(estimate, last.unwrap_or_default(), need)
        {
            outcome = outcome.and(self.read_families(id, estimate, need, &mut walks));
        }
        if self.page_reads.readings > readings {
            let has_shrunk = self.has_anybody_shrunk();
            self.changes.tear(has_shrunk);
            // What is counted is to be of the same instant.
            self.read_accounts();
            self.sum_up();
            for id in self.tasks.ids() {
                self.estimate_task(id);
            }
        }
        if let Some(task) = self.tasks.get_mut(id).filter(|_| walks.number > 0) {
            task.take_walks(need, walks.is_confirmed.then_some(walks.too_high));
        }
        outcome
    }

    fn read_files(&mut self, id: TaskId, estimate: &Estimate, need: Need) -> Result<(), Error> {
        let is_time = self.page_reads.is_time_for_files(estimate, need);
        let mut order: Vec<(u64, usize)> = self
            .readable_within(id)
            .filter(|&index| is_time || self.has_changed_much(index))
            .map(|index| (self.tree.members()[index].memory.unread(), index))
            .filter(|&(unread, _)| unread > 0)
            .collect();
        order.sort_unstable_by(|one, other| other.cmp(one));
        let mut left: u64 = order.iter().map(|(unread, _)| unread).sum();
        let enough = PageReads::tolerance(estimate);
        let mut outcome = Ok(());
        // Whether it is worth it now was decided before.
        let within = if is_time { Need::Steady } else { need };
        for (unread, index) in order {
            let mapped = self.tree.members()[index].memory.shared();
            if left <= enough || !self.page_reads.allows(cost_of_pages(mapped), within) {
                break;
            }
            left -= unread;
            outcome = outcome.and(self.read_files_of(index, is_time && need == Need::Rising));
        }
        outcome
    }

    /// While a tree grows, one that was read is read again at once only when most of what it has is
    /// new.
    fn has_changed_much(&self, index: usize) -> bool {
        let memory = &self.tree.members()[index].memory;
        let read = memory.mapped.as_ref().map(|set| set.bytes);
        read.is_none_or(|read| memory.unread() > read)
    }

    fn read_files_of(&mut self, index: usize, is_spread: bool) -> Result<(), Error> {
        let before = thread_cpu();
        let member = &mut self.tree.members_mut()[index];
        let outcome = self.files.read(&mut self.observer, member);
        self.page_reads.refused += u64::from(matches!(outcome, Ok(false)));
        let cost = thread_cpu().saturating_sub(before);
        if is_spread {
            self.page_reads.spend_spread(cost, 1);
        } else {
            self.page_reads.spend(cost, 1);
        }
        outcome.map(drop)
    }

    fn read_families(
        &mut self,
        id: TaskId,
        estimate: &Estimate,
        need: Need,
        walks: &mut Walks,
    ) -> Result<(), Error> {
        let mut order: Vec<(u64, FamilyId)> = self
            .families
            .iter()
            .filter(|(_, family)| !family.is_walked())
            .filter(|(_, family)| family.pids().any(|pid| self.is_within(pid, id)))
            .map(|(id, family)| (family.bytes().width(), id))
            .filter(|&(doubt, _)| doubt > 0)
            .collect();
        order.sort_unstable_by(|one, other| other.cmp(one));
        let mut left: u64 = order.iter().map(|(doubt, _)| doubt).sum();
        let enough = PageReads::tolerance(estimate);
        let mut outcome = Ok(());
        for (doubt, family) in order {
            if left <= enough {
                break;
            }
            left -= doubt;
            outcome = outcome.and(self.read_family(family, need, walks));
        }
        outcome
    }

    fn read_family(&mut self, id: FamilyId, need: Need, walks: &mut Walks) -> Result<(), Error> {
        // Whether they are worth it now was decided before.
        let need = if need == Need::Rising {
            Need::Steady
        } else {
            need
        };
        let Some(family) = self.families.get(id) else {
            return Ok(());
        };
        let mut indices: Vec<(u64, usize)> = family
            .pids()
            .filter_map(|pid| Some((family.width_left_by(pid), self.tree.index_of(pid)?)))
            .filter(|&(_, index)| !self.tree.members()[index].memory.refused)
            .collect();
        indices.sort_unstable_by(|one, other| other.cmp(one));
        let first = indices.first().map(|&(_, index)| index);
        let image = first.and_then(|index| self.tree.members()[index].image);
        if self.waits_for_exiting(image, need)? {
            // A walk would count less than there is.
            return Ok(());
        }
        let cost = |&(_, index): &(u64, usize)| cost_of_walk(self.tree.members()[index].memory.rss);
        let is_whole = self.page_reads.allows(indices.iter().map(cost).sum(), need);
        let before = thread_cpu();
        let (mut shares, mut moved) = (Vec::new(), Some(0));
        let mut outcome = Ok(());
        if is_whole {
            self.machine.expire();
            for &(_, index) in &indices {
                self.observe_again(index);
            }
        }
        let estimated = self.families.get_mut(id).map_or(0, |family| {
            family.update();
            family.bytes().best
        });
        for &(doubt, index) in &indices {
            let rss = self.tree.members()[index].memory.rss;
            if !is_whole && (doubt == 0 || !self.page_reads.allows(cost_of_walk(rss), need)) {
                break;
            }
            let started = thread_cpu();
            self.machine.expire();
            // Others may have been walked over before that.
            moved = sum_of(moved, self.observe_again(index));
            match self.walk(index) {
                Ok(Some(share)) => {
                    self.machine.expire();
                    let pid = self.tree.members()[index].id.pid;
                    let since = self.observe_again(index);
                    moved = sum_of(moved, since);
                    if let (Some(since), Some(family)) = (since, self.families.get_mut(id)) {
                        family.add_walk(pid, share, since);
                        shares.push((pid, share));
                    }
                }
                Ok(None) => {}
                Err(error) => outcome = outcome.and(Err(error)),
            }
            if !is_whole {
                let spent = thread_cpu().saturating_sub(started);
                self.page_reads.spend_spread(spent, 1);
            }
        }
        if is_whole {
            self.machine.expire();
            for &(_, index) in &indices {
                moved = sum_of(moved, self.observe_again(index));
            }
            let spent = thread_cpu().saturating_sub(before);
            self.page_reads.spend_spread(spent, shares.len() as u64);
        }
        // Each was read at another instant, so all of them must still be there after that. Where
        // there is no time to see who else may have been there, it has to do.
        let are_all_read = is_whole && moved.is_some() && !shares.is_empty();
        let are_known = need == Need::Certain || (are_all_read && self.births_are_told());
        walks.number += shares.len();
        if let Some(family) = self.families.get_mut(id) {
            family.add_all_walks(&shares, moved.filter(|_| is_whole));
            if are_known {
                family.confirm_births();
                family.update();
                walks.is_confirmed = true;
                walks.too_high += estimated.saturating_sub(family.bytes().best);
            }
        }
        outcome
    }

    /// Whether a process is still releasing memory that it shares with relatives. Where certainty
    /// is needed, this waits up to a limit for the release to end.
    fn waits_for_exiting(&mut self, image: Option<u64>, need: Need) -> Result<bool, Error> {
        let patience = match need {
            Need::Certain => EXIT_MAY_TAKE,
            Need::Rising | Need::Steady => Duration::ZERO,
        };
        let started = Instant::now();
        while self.is_sibling_releasing(image)? {
            if started.elapsed() >= patience {
                return Ok(true);
            }
            sleep(Duration::from_millis(1));
        }
        Ok(false)
    }

    /// Whether anybody has less than when it was last looked at.
    fn has_anybody_shrunk(&mut self) -> bool {
        let observer = &mut self.observer;
        self.tree.members_mut().iter_mut().any(|member| {
            let known = member.memory.rss;
            match observer.resident(&mut member.handle) {
                Ok(Reading::Resident { bytes, .. }) => bytes + LITTLE_GIVEN_BACK < known,
                Ok(Reading::Gone) => known > 0,
                // A failure shows in the next sample.
                Err(_) => false,
            }
        })
    }

    /// Whether all who were born until now are in the tree.
    fn births_are_told(&mut self) -> bool {
        !self.births.are_reported() && self.observer.births_are_told()
    }

    /// Walks over all pages of a process. `None` when it is gone or may not be asked.
    fn walk(&mut self, index: usize) -> Result<Option<Share>, Error> {
        let sample = self.progress.sample();
        let member = &mut self.tree.members_mut()[index];
        match self.observer.proportional(member.id) {
            Ok(Some(read)) => {
                member.memory.set_proportional(read, sample);
                let Proportional {
                    anonymous_bytes,
                    anonymous_share_bytes,
                    private_bytes,
                    ..
                } = read;
                Ok(Some(Share {
                    anonymous: anonymous_bytes,
                    shared_out: anonymous_share_bytes,
                    private: private_bytes,
                }))
            }
            Ok(None) => Ok(None),
            Err(error) if error.is_denied() => {
                member.memory.refused = true;
                self.page_reads.refused += 1;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// With the metric PSS: the proportional size of each process at a new high.
    pub(super) fn read_proportional(&mut self, id: TaskId, need: Need) -> Result<(), Error> {
        let is_high = |task: &crate::task::Task| task.estimate.total.best > task.peak_bytes();
        if need != Need::Certain && !self.tasks.get(id).is_some_and(is_high) {
            return Ok(());
        }
        let mut order: Vec<(u64, usize)> = self
            .readable_within(id)
            .map(|index| (self.tree.members()[index].memory.rss, index))
            .filter(|&(rss, _)| rss > 0)
            .collect();
        order.sort_unstable_by(|one, other| other.cmp(one));
        let mut outcome = Ok(());
        for (rss, index) in order {
            // A new high is read at once.
            let need = if need == Need::Rising {
                Need::Steady
            } else {
                need
            };
            if !self.page_reads.allows(cost_of_walk(rss), need) {
                break;
            }
            let before = thread_cpu();
            outcome = outcome.and(self.walk(index).map(drop));
            self.page_reads
                .spend(thread_cpu().saturating_sub(before), 1);
        }
        self.sum_up();
        self.estimate_task(id);
        outcome
    }

    /// The places of those in a task whose pages can be looked at.
    fn readable_within(&self, id: TaskId) -> impl Iterator<Item = usize> {
        let members = self.tree.members().iter().enumerate();
        members
            .filter(move |(_, member)| {
                member.borrows_from.is_none()
                    && !member.memory.refused
                    && self.tasks.is_within(member.task, id)
            })
            .map(|(index, _)| index)
    }

    fn is_within(&self, pid: u32, id: TaskId) -> bool {
        let index = self.tree.index_of(pid);
        index.is_some_and(|index| self.tasks.is_within(self.tree.members()[index].task, id))
    }
}

fn sum_of(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    Some(one? + other?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::page_reads::{cost_of_pages, cost_of_walk};

    #[test]
    fn small_processes_are_cheap_to_look_at() {
        assert!(cost_of_walk(1 << 20) < Duration::from_micros(50));
        assert!(cost_of_walk(1 << 30) > Duration::from_millis(4));
        assert!(cost_of_pages(50 << 20) < Duration::from_micros(500));
    }
}
