//! What the processes of each task have together, every page once.

use std::time::Duration;

use memtop_proc::{Counted, Error, Observer};

use super::Sampler;
use super::changes::is_about;
use super::machine::Written;
use crate::TaskId;
use crate::bracket::Bracket;
use crate::estimate::{Estimate, ReadPages, Sums};
use crate::forks::{Family, FamilyId};
use crate::page_reads::{Metric, Need, PageReads};
use crate::task::{Gap, Task};

/// What reading the accounts between two samples has shown of any task.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CounterPoll {
    /// It has more than it ever had, so that a sample would tell who has it.
    pub(crate) is_high: bool,
    pub(crate) is_changing: bool,
}

/// One part in so many of the highest is.
const HIDDEN_IS_MUCH: u64 = 200;
/// Below the highest by more than one part in so many, what nobody saw does not matter.
const NOT_HIGH: u64 = 5;

impl<O: Observer> Sampler<O> {
    /// The memory of a task, whatever it takes to find out.
    pub fn confirmed_bytes(&mut self, id: TaskId, now: Duration) -> u64 {
        // Who may not be asked is estimated.
        let _ = self.narrow_estimate(id, now, Need::Certain);
        // What is known now may be a peak that was not before.
        self.record_task(id, now, |_, _| {});
        self.tasks
            .get(id)
            .map_or(0, |task| task.estimate.total.best)
    }

    pub(super) fn estimate(&mut self, now: Duration) -> Result<(), Error> {
        self.read_accounts();
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
                let need = if self.is_at_rest(id) {
                    Need::Steady
                } else {
                    Need::Rising
                };
                outcome = outcome.and(self.narrow_estimate(id, now, need));
            }
            if stands_alone {
                self.look_for_hidden(id, unseen);
            }
        }
        let gap = Gap {
            at: now,
            unseen,
            written_at_most: self
                .written_as_counted(self.progress.since_last_sample())
                .any,
            taken: self.changes.grown(),
        };
        for id in self.tasks.ids() {
            self.record_task(id, now, |sampler, task| {
                let (tree, unsampled) = (&sampler.tree, &sampler.unsampled);
                task.close_gap(gap, |pid| match tree.index_of(pid) {
                    Some(index) => tree.members()[index].most(),
                    None => unsampled.most_of_exiting(pid),
                });
            });
        }
        self.close_window(now);
        self.progress.end_sample(now);
        self.note_stage_peaks();
        outcome
    }

    /// A look at what the kernel counts of tasks, between two samples.
    pub(crate) fn poll_counters(&mut self, now: Duration) -> CounterPoll {
        self.read_accounts();
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

    /// Whether the kernel counts what a task has.
    pub(crate) fn has_account(&self) -> bool {
        let mut tasks = self.tasks.ids().filter_map(|id| self.tasks.get(id));
        tasks.any(|task| task.account.is_some())
    }

    /// What may be hidden between two samples is worth a look where it would be higher than anything
    /// before.
    fn look_for_hidden(&mut self, id: TaskId, unseen: u64) {
        let by_time = self
            .written_as_counted(self.progress.since_last_sample())
            .any;
        let Some(task) = self.tasks.get(id) else {
            return;
        };
        let known = task.estimate.total.upper.max(task.record.floor_bytes);
        let highest = task.record.ceiling.highest().max(known);
        if task.most_in_gap(unseen, by_time, self.changes.grown())
            <= highest + highest / HIDDEN_IS_MUCH
        {
            return;
        }
        let has_hidden = task.sums.hidden > 0;
        // It may be known to have been less.
        self.machine.count(&mut self.observer);
        if has_hidden {
            self.bound_hidden(id);
            self.sum_up();
            for id in self.tasks.ids() {
                self.estimate_task(id);
            }
        }
    }

    /// What grew and shrank between two samples shows in nobody's size. Where ends are told, each
    /// tells how large it ever was; elsewhere the faults of the whole machine do.
    fn close_window(&mut self, now: Duration) {
        self.window.take(self.changes.grown());
        if self.births.are_reported() || !self.window.is_over(now) {
            return;
        }
        let is_high = |task: &Task| {
            let highest = task.record.ceiling.highest().max(task.record.floor_bytes);
            task.window_high() >= highest - highest / NOT_HIGH
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

    fn written_as_counted(&self, gap: Duration) -> Written {
        let page_bytes = self.observer.page_bytes();
        self.machine.written_as_counted(gap, page_bytes)
    }

    fn is_at_rest(&mut self, id: TaskId) -> bool {
        let Some(task) = self.tasks.get_mut(id) else {
            return false;
        };
        // What is written over shows in the estimate only.
        let now = (task.sums.rss, task.estimate.total.best);
        let before = std::mem::replace(&mut task.sizes_before, now);
        is_about(now.0, before.0) && is_about(now.1, before.1)
    }

    /// Takes in what a task has, with what else is to be done with it.
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
                    let description = &self.tree.members()[index].named.description;
                    (description.name.as_str(), bytes)
                }),
            );
        }
    }

    pub(super) fn read_accounts(&mut self) {
        for task in self.tasks.iter_mut() {
            if let Some(account) = &mut task.account {
                task.counted = account.read();
                if task.counted.is_none() {
                    // It is gone, and the processes are still there to be asked.
                    task.account = None;
                }
            }
        }
    }

    pub(super) fn sum_up(&mut self) {
        for task in self.tasks.iter_mut() {
            task.sums = Sums::default();
            task.mapped_with_sums = task.counted.map(|counted| counted.mapped_bytes);
        }
        self.files.begin_sums();
        if self.page_reads.metric() == Metric::Auto {
            for member in self.tree.members() {
                self.files.see(member);
            }
        }
        for member in self.tree.members_mut() {
            let novelty = self.files.novelty(member);
            let given_back = member.memory.take_given_back();
            let member = &*member;
            // A family tells by itself what of its memory can have gone for good.
            let given_back = if member.family.is_some() {
                0
            } else {
                given_back
            };
            let sums = Sums::of(member, novelty, self.progress.sample());
            self.tasks.each_outwards(member.task, |task| {
                task.sums.add(&sums);
                task.given_back += given_back;
                task.note_size(member);
            });
        }
        self.add_families();
        // They are gone in a moment, and too small to be looked at.
        for (task, most) in self.unsampled.exiting() {
            self.tasks
                .each_outwards(task, |task| task.sums.hidden += most);
        }
    }

    fn add_families(&mut self) {
        let (tree, tasks) = (&self.tree, &mut self.tasks);
        let account_of = |pid| Some(tree.members()[tree.index_of(pid)?].task);
        let mut divided = Vec::new();
        for (id, family) in self.families.iter_mut() {
            family.update();
            let (pages, lost) = (family.bytes(), family.take_lost());
            match family.account(tree.version, account_of) {
                Some(account) => tasks.each_outwards(account, |task| {
                    task.sums.families = task.sums.families.plus(pages);
                    task.given_back += lost;
                }),
                None => divided.push((id, lost)),
            }
        }
        for (id, lost) in divided {
            self.add_divided_family(id, lost);
        }
    }

    /// A family of which not all are of the same tasks.
    fn add_divided_family(&mut self, family_id: FamilyId, lost: u64) {
        for id in self.tasks.ids() {
            let Some(family) = self.families.get(family_id) else {
                return;
            };
            let (inside, part) = self.part_within(family, id);
            if inside == 0 {
                continue;
            }
            let pages = if inside == family.len() {
                family.bytes()
            } else {
                part
            };
            if let Some(task) = self.tasks.get_mut(id) {
                task.sums.families = task.sums.families.plus(pages);
                task.given_back += lost;
            }
        }
    }

    /// How many of a family are within a task, and what those have.
    fn part_within(&self, family: &Family, id: TaskId) -> (usize, Bracket) {
        let within = family.pids().filter(|&pid| {
            let index = self.tree.index_of(pid);
            index.is_some_and(|index| self.tasks.is_within(self.tree.members()[index].task, id))
        });
        family.part(within)
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

    /// Pages of files that the processes of a task have, of those whose pages were read; and what
    /// others would add with those that processes of their programs had.
    fn read_pages(&mut self, id: TaskId) -> ReadPages {
        let as_of = (self.files.version(), self.tree.version);
        let Some(task) = self.tasks.get(id) else {
            return ReadPages::default();
        };
        if let Some((pages, known_as_of)) = task.read_pages
            && known_as_of == as_of
        {
            return pages;
        }
        let members = self.tree.members().iter();
        let inside = members.filter(|member| self.tasks.is_within(member.task, id));
        let pages = self.files.pages_of(inside);
        if let Some(task) = self.tasks.get_mut(id) {
            task.read_pages = Some((pages, as_of));
        }
        pages
    }

    fn narrow_estimate(&mut self, id: TaskId, now: Duration, need: Need) -> Result<(), Error> {
        let Some(estimate) = self.tasks.get(id).map(|task| task.estimate) else {
            return Ok(());
        };
        self.page_reads.fill(now, &estimate);
        match self.page_reads.metric() {
            Metric::Pss => self.read_proportional(id, need),
            Metric::Auto if PageReads::is_worth_it(&estimate) => self.narrow(id, &estimate, need),
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

/// `counted` may be of a later instant than the sums; `mapped_with_sums` is what was counted then.
fn estimate_of(
    sums: &Sums,
    read: ReadPages,
    counted: Option<Counted>,
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
    // What it maps and has used first is no less than the kernel counts.
    let mapped_lower = mapped.lower.max(counted.mapped_bytes.saturating_sub(error));
    let mapped = Bracket::around(mapped_lower, mapped.best, mapped.upper);
    Estimate {
        anonymous,
        mapped,
        total: anonymous.plus(mapped),
    }
}
