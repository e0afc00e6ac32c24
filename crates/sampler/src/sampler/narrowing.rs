//! Narrows estimates by looking at pages, where their bounds are widest first.

use memtop_proc::native::thread_cpu;
use memtop_proc::{Error, Observer, Reading};

use super::Sampler;
use super::walks::Walks;
use crate::TaskId;
use crate::estimate::Estimate;
use crate::page_reads::{PageReads, ReadingPurpose, cost_of_pages, cost_of_walk};
use crate::task::Task;

/// A process that gave back less than this meanwhile has not shrunk.
const LITTLE_GIVEN_BACK: u64 = 256 << 10;

impl<O: Observer> Sampler<O> {
    /// Narrows the estimate of a task, as far as it is worth it and the budget allows.
    pub(super) fn narrow(
        &mut self,
        id: TaskId,
        estimate: &Estimate,
        purpose: ReadingPurpose,
    ) -> Result<(), Error> {
        let mut outcome = Ok(());
        let readings = self.page_reads.readings;
        let mut walks = Walks::default();
        if estimate.mapped.width() > PageReads::tolerance(estimate) {
            outcome = outcome.and(self.read_files(id, estimate, purpose));
        }
        let last = self.tasks.get(id).map(|task| task.last_walk);
        if estimate.anonymous.width() > PageReads::tolerance(estimate)
            && self
                .page_reads
                .is_time_for_walks(estimate, last.unwrap_or_default(), purpose)
        {
            outcome = outcome.and(self.walk_families(id, estimate, purpose, &mut walks));
        }
        if self.page_reads.readings > readings {
            self.estimate_again();
        }
        if let Some(task) = self.tasks.get_mut(id).filter(|_| walks.number > 0) {
            task.note_walks(purpose, walks.is_confirmed.then_some(walks.too_high));
        }
        outcome
    }

    /// Pages were read: estimates all tasks anew, with counters of the same instant.
    fn estimate_again(&mut self) {
        let has_shrunk = self.has_one_shrunk();
        self.changes.tear(has_shrunk);
        self.read_counters();
        self.estimate_all();
    }

    /// Reads the mapped pages of a task's processes, the largest unknown part first.
    fn read_files(
        &mut self,
        id: TaskId,
        estimate: &Estimate,
        purpose: ReadingPurpose,
    ) -> Result<(), Error> {
        let is_time = self.page_reads.is_time_for_files(estimate, purpose);
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
        let allowed_for = if is_time {
            ReadingPurpose::Steady
        } else {
            purpose
        };
        for (unread, index) in order {
            let mapped = self.tree.members()[index].memory.shared();
            if left <= enough || !self.page_reads.allows(cost_of_pages(mapped), allowed_for) {
                break;
            }
            left -= unread;
            outcome = outcome
                .and(self.read_files_of(index, is_time && purpose == ReadingPurpose::Rising));
        }
        outcome
    }

    /// While a tree grows, a process is read again at once only when most of what it has is new.
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

    /// Whether a process has less than when it was last read.
    fn has_one_shrunk(&mut self) -> bool {
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

    /// With the metric PSS: reads the proportional size of each process at a new high.
    pub(super) fn read_proportional(
        &mut self,
        id: TaskId,
        purpose: ReadingPurpose,
    ) -> Result<(), Error> {
        let is_high = |task: &Task| task.estimate.total.best > task.peak_bytes();
        if purpose != ReadingPurpose::Certain && !self.tasks.get(id).is_some_and(is_high) {
            return Ok(());
        }
        let mut order: Vec<(u64, usize)> = self
            .readable_within(id)
            .map(|index| (self.tree.members()[index].memory.rss, index))
            .filter(|&(rss, _)| rss > 0)
            .collect();
        order.sort_unstable_by(|one, other| other.cmp(one));
        let mut outcome = Ok(());
        let purpose = purpose.once_decided();
        for (rss, index) in order {
            if !self.page_reads.allows(cost_of_walk(rss), purpose) {
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

    /// The indices of a task's processes whose pages may be read.
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
}
