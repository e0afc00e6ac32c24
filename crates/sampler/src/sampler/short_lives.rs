//! Programs that ended before a sample saw all of their memory, and whose high-water mark is known.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Description, Observer, ProcessId};

use super::Sampler;
use crate::bracket::Bracket;
use crate::estimate::Estimate;
use crate::peak::ProcessAtPeak;
use crate::{LargestProcess, TaskId};

/// One that lived longer had its highest memory at a time that is unknown.
const SHORT: Duration = Duration::from_millis(50);
/// The kernel's count of resident memory may be too high by this share, as one part in this many.
const COUNTING_ERROR: u64 = 16;

/// The end of a short life.
#[derive(Debug)]
pub(crate) struct ShortLife {
    pub(crate) id: ProcessId,
    pub(crate) parent: u32,
    pub(crate) task: TaskId,
    pub(crate) born: Duration,
    pub(crate) description: Arc<Description>,
    /// The most memory that it had, none of it of its parent.
    pub(crate) bytes: u64,
}

impl<O: Observer> Sampler<O> {
    /// Its memory is added to that of the processes that are left, as if it had been sampled at its
    /// end.
    pub(crate) fn take_short_life(&mut self, life: &ShortLife) {
        let now = self.progress.now();
        if now.saturating_sub(life.born) >= SHORT || life.bytes == 0 {
            return;
        }
        let mut next = Some(life.task);
        while let Some(id) = next {
            self.note_largest(id, life);
            self.record_short_life(id, life, now);
            next = self.tasks.get(id).and_then(|task| task.enclosing);
        }
    }

    fn note_largest(&mut self, id: TaskId, life: &ShortLife) {
        let Some(task) = self.tasks.get_mut(id) else {
            return;
        };
        if life.bytes > task.largest_bytes() {
            task.record.largest = Some(LargestProcess {
                id: life.id,
                parent: life.parent,
                task: life.task,
                first_seen: life.born,
                description: Arc::clone(&life.description),
                bytes: life.bytes,
                shared_bytes: 0,
            });
        }
    }

    fn record_short_life(&mut self, id: TaskId, life: &ShortLife, now: Duration) {
        let Some(task) = self.tasks.get(id) else {
            return;
        };
        let (peak, before) = (task.peak_bytes(), task.estimate);
        // Where the kernel counts all at once, samples know better.
        let is_counted = task.counters.is_some() && peak > 0;
        if is_counted || before.total.best + life.bytes <= peak {
            return;
        }
        let rest = self.rest_of(id, life.id.pid, &before);
        let total = rest.total.plus(of_life(life));
        if total.best <= peak {
            return;
        }
        let estimate = Estimate { total, ..rest };
        let rss = self.rss_without(id, life.id.pid) + life.bytes;
        let mut new = self.peak_of(id, &rest, rss);
        new.bytes = estimate.total.best;
        new.anon_bytes = None;
        new.mapped_bytes = None;
        new.processes.push(ProcessAtPeak {
            id: life.id,
            parent: life.parent,
            task: life.task,
            group: self.tasks.group_of(life.task, id),
            first_seen: life.born,
            description: Arc::clone(&life.description),
            bytes: estimate.total.best - rest.total.best,
            rss_bytes: life.bytes,
            pss_bytes: None,
        });
        if let Some(task) = self.tasks.get_mut(id) {
            task.record_short_life(now, new, total);
        }
    }

    /// What the others have by now: those that have ended since the last sample are gone.
    fn rest_of(&self, id: TaskId, pid: u32, before: &Estimate) -> Estimate {
        let rss = self.rss_without(id, pid);
        let most =
            |bracket: Bracket| Bracket::around(0, bracket.best.min(rss), bracket.upper.min(rss));
        let total = most(before.total);
        let mapped = most(before.mapped);
        Estimate {
            anonymous: Bracket::exactly(total.best - mapped.best.min(total.best)),
            mapped,
            total,
        }
    }

    fn rss_without(&self, id: TaskId, pid: u32) -> u64 {
        let members = self.tree.members().iter();
        members
            .filter(|member| member.id.pid != pid && self.tasks.is_within(member.task, id))
            .filter(|member| member.borrows_from.is_none())
            .map(|member| member.memory.rss)
            .sum()
    }
}

fn of_life(life: &ShortLife) -> Bracket {
    let bytes = life.bytes;
    Bracket::around(bytes - bytes / COUNTING_ERROR, bytes, bytes)
}
