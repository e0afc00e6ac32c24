//! Estimates what the processes of each task have together, every page once.

use std::time::Duration;

use memtop_proc::{Error, GroupMemory, Observer};

use super::Sampler;
use super::changes::is_about;
use crate::TaskId;
use crate::bracket::Bracket;
use crate::estimate::{Estimate, ReadPages, Sums};
use crate::page_reads::{Metric, PageReads, ReadingPurpose};
use crate::task::Task;

impl<O: Observer> Sampler<O> {
    /// The memory of a task, read at any cost.
    pub fn confirmed_bytes(&mut self, id: TaskId, now: Duration) -> u64 {
        // Processes that may not be read stay estimated.
        let _ = self.narrow_estimate(id, now, ReadingPurpose::Certain);
        // By what is known now it may be a peak.
        self.record_task(id, now, |_, _| {});
        self.tasks
            .get(id)
            .map_or(0, |task| task.estimate.total.best)
    }

    pub(super) fn estimate(&mut self, now: Duration) -> Result<(), Error> {
        self.read_counters();
        self.sum_up();
        let unseen = self.births.take_unseen(&self.observer);
        let mut outcome = Ok(());
        for id in self.tasks.ids() {
            self.estimate_task(id);
            let Some(task) = self.tasks.get(id) else {
                continue;
            };
            let stands_alone = self.tasks.stands_alone(id) || self.attribution.is_whole(id);
            let may_be_a_high = task.estimate.total.upper > task.record.floor_bytes;
            if stands_alone && may_be_a_high {
                let purpose = if self.is_steady(id) {
                    ReadingPurpose::Steady
                } else {
                    ReadingPurpose::Rising
                };
                outcome = outcome.and(self.narrow_estimate(id, now, purpose));
            }
            if stands_alone {
                self.narrow_hidden(id, now, unseen);
            }
        }
        self.close_gap(now, unseen);
        self.progress.end_sample(now);
        self.births.end_sample();
        self.note_stage_peaks();
        outcome
    }

    fn is_steady(&mut self, id: TaskId) -> bool {
        let Some(task) = self.tasks.get_mut(id) else {
            return false;
        };
        // What is rewritten shows in the estimate only.
        let now = (task.sums.rss, task.estimate.total.best);
        let before = std::mem::replace(&mut task.sizes_before, now);
        is_about(now.0, before.0) && is_about(now.1, before.1)
    }

    /// Records the estimate of a task, after `then`.
    pub(super) fn record_task(
        &mut self,
        id: TaskId,
        now: Duration,
        then: impl FnOnce(&Self, &mut Task),
    ) {
        let Some(mut task) = self.tasks.take_out(id) else {
            return;
        };
        then(self, &mut task);
        let (estimate, rss) = (task.estimate, task.sums.rss);
        self.follow_programs(id, &mut task, now);
        task.record_sample(now, self.changes.is_torn(), || {
            self.peak_of(id, &estimate, rss)
        });
        self.tasks.put_back(id, task);
    }

    fn follow_programs(&self, id: TaskId, task: &mut Task, now: Duration) {
        let estimate = task.estimate;
        if let Some(programs) = task.programs_to_follow() {
            let parts = self.parts(id, &estimate).into_iter();
            programs.add(
                now,
                parts.map(|(index, bytes)| {
                    let description = &self.tree.members()[index].description.current;
                    (description.name.as_str(), bytes)
                }),
            );
        }
    }

    /// Sums up again and estimates all tasks.
    pub(super) fn estimate_all(&mut self) {
        self.sum_up();
        for id in self.tasks.ids() {
            self.estimate_task(id);
        }
    }

    pub(super) fn estimate_task(&mut self, id: TaskId) {
        let pages = self.read_pages(id).times(self.observer.page_bytes());
        let metric = self.page_reads.metric();
        let Some(task) = self.tasks.get_mut(id) else {
            return;
        };
        task.estimate = match metric {
            Metric::Rss => estimate_of_total(Bracket::exactly(task.sums.rss)),
            Metric::Pss => estimate_of_total(task.sums.proportional),
            Metric::Auto => estimate_of(&task.sums, pages, task.counted, task.mapped_with_sums),
        };
    }

    fn narrow_estimate(
        &mut self,
        id: TaskId,
        now: Duration,
        purpose: ReadingPurpose,
    ) -> Result<(), Error> {
        let Some(estimate) = self.tasks.get(id).map(|task| task.estimate) else {
            return Ok(());
        };
        self.page_reads.fill(now, &estimate);
        match self.page_reads.metric() {
            Metric::Pss => self.read_proportional(id, purpose),
            Metric::Auto if PageReads::is_worth_it(&estimate, self.observer.page_bytes()) => {
                self.narrow(id, &estimate, purpose)
            }
            Metric::Auto | Metric::Rss => Ok(()),
        }
    }
}

fn estimate_of_total(total: Bracket) -> Estimate {
    Estimate {
        total,
        ..Estimate::default()
    }
}

/// `counted` may be of a later instant than the sums; `mapped_with_sums` was counted with them.
fn estimate_of(
    sums: &Sums,
    read: ReadPages,
    counted: Option<GroupMemory>,
    mapped_with_sums: Option<u64>,
) -> Estimate {
    let by_processes = Bracket::exactly(sums.anonymous).plus(sums.families);
    let mapped = sums.mapped.bracket(read.known, read.likely);
    let Some(counted) = counted else {
        return Estimate {
            anonymous: by_processes,
            mapped,
            total: by_processes.plus(mapped),
        };
    };
    let error = counted.error_bytes;
    let by_kernel = Bracket::around(
        counted.anonymous_bytes.saturating_sub(error),
        counted.anonymous_bytes,
        counted.anonymous_bytes + error,
    );
    // Processes are read one after the other, the kernel counts all at once.
    let anonymous = by_kernel.and(by_processes);
    let before = mapped_with_sums.unwrap_or(counted.mapped_bytes);
    let mapped = mapped.moved(before, counted.mapped_bytes, error);
    // The group is charged for files that it has used first, so it maps at least these.
    let mapped_lower = mapped.lower.max(counted.mapped_bytes.saturating_sub(error));
    let mapped = Bracket::around(mapped_lower, mapped.best, mapped.upper);
    Estimate {
        anonymous,
        mapped,
        total: anonymous.plus(mapped),
    }
}
