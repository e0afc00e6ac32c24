//! Reads the counters of control groups, at samples and between them.

use std::time::Duration;

use memtop_proc::Observer;

use super::Sampler;
use super::changes::is_about;

/// What reading counters between two samples has shown of any task.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CounterPoll {
    /// A task has more than ever, so that a sample would show which processes have it.
    pub(crate) is_high: bool,
    pub(crate) is_changing: bool,
}

impl<O: Observer> Sampler<O> {
    pub(super) fn read_counters(&mut self) {
        for task in self.tasks.iter_mut() {
            if let Some(counters) = &mut task.counters {
                task.counted = counters.read();
                if task.counted.is_none() {
                    // The group is gone; from now on the processes are read.
                    task.counters = None;
                }
            }
        }
    }

    /// Reads the counters between two samples, and estimates tasks by them.
    pub(crate) fn poll_counters(&mut self, now: Duration) -> CounterPoll {
        self.read_counters();
        let mut poll = CounterPoll::default();
        for id in self.tasks.ids() {
            let Some(task) = self.tasks.get(id).filter(|task| task.counted.is_some()) else {
                continue;
            };
            let (peak, before) = (task.peak_bytes(), task.estimate.total.best);
            self.estimate_task(id);
            self.record_task(id, now, |_, _| {});
            let Some(task) = self.tasks.get(id) else {
                continue;
            };
            poll.is_high |= task.peak_bytes() > peak;
            poll.is_changing |= !is_about(task.estimate.total.best, before);
        }
        poll
    }

    /// Whether the kernel counts the memory of a task.
    pub(crate) fn has_counters(&self) -> bool {
        let mut tasks = self.tasks.ids().filter_map(|id| self.tasks.get(id));
        tasks.any(|task| task.counters.is_some())
    }
}
