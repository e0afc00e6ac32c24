//! What can have happened between two samples.

use std::time::Duration;

use memtop_proc::Observer;

use super::Sampler;
use super::machine::Written;
use crate::TaskId;
use crate::page_reads::negligible;
use crate::task::{Gap, Task};

/// Hidden memory matters if it is more than 1/200 of the peak.
const HIDDEN_DIVISOR: u64 = 200;
/// How often the faults of the machine are counted while there are families.
const COUNT_EVERY: Duration = Duration::from_millis(50);
/// Hidden memory does not matter while the tree is below the peak by more than 1/5.
const BELOW_PEAK_DIVISOR: u64 = 5;

impl<O: Observer> Sampler<O> {
    /// Closes the gap before this sample for all tasks, and records what they have.
    pub(super) fn close_gap(&mut self, now: Duration, unseen: u64) {
        let gap = self.gap_before(now, unseen);
        for id in self.tasks.ids() {
            self.record_task(id, now, |sampler, task| {
                task.close_gap(gap, |pid| sampler.most_of(pid));
            });
        }
        self.close_window(now);
    }

    fn gap_before(&self, now: Duration, unseen: u64) -> Gap {
        Gap {
            at: now,
            unseen,
            written_at_most: self.written_in_gap().any,
            taken: self.changes.grown(),
        }
    }

    /// The most that a living process can have had.
    fn most_of(&self, pid: u32) -> u64 {
        match self.tree.index_of(pid) {
            Some(index) => self.tree.members()[index].most(),
            None => self.unsampled.most_of(pid),
        }
    }

    /// The most that a task can have had since the sample before.
    fn most_in_gap(&self, id: TaskId, now: Duration, unseen: u64) -> u64 {
        let gap = self.gap_before(now, unseen);
        let task = self.tasks.get(id);
        task.map_or(0, |task| task.most_in_gap(gap, |pid| self.most_of(pid)))
    }

    /// Narrows what may be hidden between two samples, where it would be higher than anything
    /// before.
    pub(super) fn narrow_hidden(&mut self, id: TaskId, now: Duration, unseen: u64) {
        let Some(task) = self.tasks.get(id) else {
            return;
        };
        let known = task.estimate.total.upper.max(task.record.floor_bytes);
        let highest = task.record.ceiling.highest().max(known);
        let little = negligible(self.observer.page_bytes());
        // What is rewritten in a family, and what comes and goes, is bounded by a fresh count only.
        let is_count_old = now.saturating_sub(self.counted) >= COUNT_EVERY;
        let may_change = task.has_changed_members() || self.has_families() && is_count_old;
        let needs_fresh_count = may_change && !self.births.are_small();
        let enough = highest + (highest / HIDDEN_DIVISOR).max(little);
        if !needs_fresh_count && self.most_in_gap(id, now, unseen) <= enough {
            return;
        }
        let has_hidden = task.sums.hidden > 0;
        // By the faults of the machine it may have been less.
        self.machine.count(&mut self.observer);
        self.counted = now;
        if has_hidden && self.most_in_gap(id, now, unseen) > enough {
            self.bound_hidden(id);
            self.estimate_all();
        }
    }

    /// Memory that was taken and given back between two samples shows in no size. Where ends are
    /// reported, high-water marks bound it; elsewhere the faults of the whole machine do.
    fn close_window(&mut self, now: Duration) {
        self.window.add_allocated(self.changes.grown());
        if self.births.are_reported() || !self.window.is_over(now) {
            return;
        }
        let is_high = |task: &Task| {
            let highest = task.record.ceiling.highest().max(task.record.floor_bytes);
            task.window_high() >= highest - highest / BELOW_PEAK_DIVISOR
        };
        let alone = self.tasks.ids().filter(|&id| self.tasks.stands_alone(id));
        let mut tasks = alone.filter_map(|id| self.tasks.get(id));
        if !tasks.any(is_high) {
            return;
        }
        let unseen = self
            .window
            .close(now, &mut self.machine, &mut self.observer)
            .unwrap_or(0);
        for id in self.tasks.ids() {
            let stands_alone = self.tasks.stands_alone(id);
            if let Some(task) = self.tasks.get_mut(id).filter(|_| stands_alone) {
                task.close_window(now, unseen);
            }
        }
    }

    /// What can have been written since the last sample, by what was counted already.
    fn written_in_gap(&self) -> Written {
        let gap = self.progress.since_last_sample();
        let page_bytes = self.observer.page_bytes();
        self.machine.written_as_counted(gap, page_bytes)
    }
}
