//! What the processes of each task have together, with shared memory counted once where that decides.

use std::time::Duration;

use memtop_proc::{Error, Observer};

use super::Sampler;
use crate::member::Member;
use crate::sharing::{Metric, Need};
use crate::task::{Sums, Task};
use crate::{PeakMetric, TaskId};

impl<O: Observer> Sampler<O> {
    /// The memory of a task with shared pages counted once, whatever it takes to find out.
    pub fn confirmed_bytes(&mut self, id: TaskId, now: Duration) -> u64 {
        if self.counts_by_share() {
            // Who may not be asked counts in full.
            let _ = self.settle_sharing(id, now, Need::Certainty);
            // What is certain now may be a peak that was not before.
            self.settle_task(id, now, |_, _| {});
        }
        self.tasks.get(id).map_or(0, |task| task.sums.share)
    }

    pub(super) fn weigh(&mut self, now: Duration) -> Result<(), Error> {
        self.mark_sharers();
        self.sum_up();
        let mut outcome = Ok(());
        for id in self.tasks.ids() {
            let Some(task) = self.tasks.get(id) else {
                continue;
            };
            let peak = task.record.peak.as_ref().map_or(0, |peak| peak.bytes);
            let stands_alone = self.tasks.stands_alone(id) || self.attribution.is_whole(id);
            let may_be_a_high = stands_alone && task.sums.share > peak;
            if may_be_a_high && self.sharing.metric() != Metric::Rss {
                outcome = outcome.and(self.settle_sharing(id, now, Need::Peak));
                self.find_floor(id);
            }
        }
        let by_share = self.counts_by_share();
        let unseen = self.observer.never_seen() - self.never_seen;
        self.never_seen += unseen;
        for id in self.tasks.ids() {
            self.settle_task(id, now, |sampler, task| {
                let (tree, newborns) = (&sampler.tree, &sampler.newborns);
                task.close_gap(now, unseen, |pid| match tree.place_of(pid) {
                    Some(place) => Sums::of(&tree.members()[place], by_share).most,
                    None => newborns.most_of_leaving(pid),
                });
            });
        }
        self.weigh_stages();
        outcome
    }

    /// Takes in a task's sums, with what else is to be done with it.
    fn settle_task(&mut self, id: TaskId, now: Duration, then: impl FnOnce(&Self, &mut Task)) {
        let Some(mut task) = self.tasks.take_out(id) else {
            return;
        };
        let (tree, tasks) = (&self.tree, &self.tasks);
        let members = tree.members().iter();
        let metric = match self.sharing.metric() {
            Metric::Auto => PeakMetric::Unique,
            Metric::Pss => PeakMetric::Pss,
            Metric::Rss => PeakMetric::Rss,
        };
        task.settle(
            now,
            metric,
            members.filter(|member| tasks.is_within(member.task, id)),
            |account| tasks.group_of(account, id),
        );
        then(self, &mut task);
        self.tasks.put_back(id, task);
    }

    fn settle_sharing(&mut self, id: TaskId, now: Duration, need: Need) -> Result<(), Error> {
        let (observer, tree) = (&mut self.observer, &mut self.tree);
        self.sharing
            .settle(observer, tree, &mut self.tasks, id, now, need)
    }

    /// Where it stays open who shares what, the largest process alone is certain.
    fn find_floor(&mut self, id: TaskId) {
        if self.tasks.get(id).is_none_or(|task| task.sums.is_settled()) {
            return;
        }
        let inside = |member: &&Member<_>| {
            member.borrows_from.is_none() && self.tasks.is_within(member.task, id)
        };
        let members = self.tree.members().iter();
        let Some(largest) = members
            .filter(inside)
            .max_by_key(|member| member.memory.rss)
        else {
            return;
        };
        // One that may not be asked leaves the sum as it is.
        if let Ok(Some(high)) = self.observer.high_water(largest.id)
            && let Some(task) = self.tasks.get_mut(id)
        {
            task.sums.floor = Some((largest.id, high.now_bytes.saturating_sub(high.file_bytes)));
        }
    }

    fn mark_sharers(&mut self) {
        let came = std::mem::take(&mut self.somebody_came);
        let went = std::mem::take(&mut self.somebody_went);
        if !(came || went) {
            return;
        }
        for member in self.tree.members_mut() {
            if came {
                member.memory.a_sharer_came();
            }
            if went {
                member.memory.a_sharer_went();
            }
        }
    }

    fn sum_up(&mut self) {
        for task in self.tasks.iter_mut() {
            task.sums = Sums::default();
        }
        let by_share = self.counts_by_share();
        for member in self.tree.members() {
            let sums = Sums::of(member, by_share);
            self.tasks.each_outwards(member.task, |task| {
                task.sums.add(&sums);
                task.note_size(member);
            });
        }
        // They are gone in a moment, and too small to be looked at.
        for (task, most) in self.newborns.leaving() {
            self.tasks
                .each_outwards(task, |task| task.sums.most += most);
        }
    }
}
