//! Walks over the pages of families, which show what their processes share.

use std::thread::sleep;
use std::time::{Duration, Instant};

use memtop_proc::native::thread_cpu;
use memtop_proc::{Error, Observer, Proportional};

use super::Sampler;
use crate::TaskId;
use crate::estimate::Estimate;
use crate::forks::{FamilyId, PageWalk};
use crate::page_reads::{PageReads, ReadingPurpose, cost_of_walk};

/// How long the guard waits for an exiting process to release its memory before it acts.
const EXIT_MAY_TAKE: Duration = Duration::from_millis(50);

/// What walks over the pages of families have shown.
#[derive(Debug, Default)]
pub(super) struct Walks {
    pub(super) number: usize,
    /// By how much the estimates were too high, where the walks are certain.
    pub(super) too_high: u64,
    pub(super) is_confirmed: bool,
}

/// Walks over the members of one family.
#[derive(Debug)]
struct FamilyWalk {
    family: FamilyId,
    /// Whether the budget allows for all members, without a pause.
    is_whole: bool,
    shares: Vec<(u32, PageWalk)>,
    /// What members can have written and given back meanwhile; `None` when one is gone.
    moved: Option<u64>,
}

impl FamilyWalk {
    fn add_moved(&mut self, bytes: Option<u64>) {
        self.moved = Option::zip(self.moved, bytes).map(|(one, other)| one + other);
    }
}

impl<O: Observer> Sampler<O> {
    /// Walks over the families of a task, the widest bounds first.
    pub(super) fn walk_families(
        &mut self,
        id: TaskId,
        estimate: &Estimate,
        purpose: ReadingPurpose,
        walks: &mut Walks,
    ) -> Result<(), Error> {
        let mut order: Vec<(u64, FamilyId)> = self
            .families
            .iter()
            .filter(|(_, family)| !family.is_walked())
            .filter(|(_, family)| family.pids().any(|pid| self.is_within(pid, id)))
            .map(|(id, family)| (family.bytes().width(), id))
            .filter(|&(width, _)| width > 0)
            .collect();
        order.sort_unstable_by(|one, other| other.cmp(one));
        let mut left: u64 = order.iter().map(|(width, _)| width).sum();
        let enough = PageReads::tolerance(estimate);
        let mut outcome = Ok(());
        for (width, family) in order {
            if left <= enough {
                break;
            }
            left -= width;
            outcome = outcome.and(self.walk_family(family, purpose.once_decided(), walks));
        }
        outcome
    }

    fn walk_family(
        &mut self,
        id: FamilyId,
        purpose: ReadingPurpose,
        walks: &mut Walks,
    ) -> Result<(), Error> {
        let Some(members) = self.members_to_walk(id) else {
            return Ok(());
        };
        let first = members.first().map(|&(_, index)| index);
        let image = first.and_then(|index| self.tree.members()[index].image);
        if self.waits_for_release(image, purpose)? {
            // A walk would count less than there is.
            return Ok(());
        }
        let costs = members
            .iter()
            .map(|&(_, index)| cost_of_walk(self.tree.members()[index].memory.rss));
        let mut walk = FamilyWalk {
            family: id,
            is_whole: self.page_reads.allows(costs.sum(), purpose),
            shares: Vec::new(),
            moved: Some(0),
        };
        let started = thread_cpu();
        if walk.is_whole {
            self.observe_all(&members);
        }
        let estimated = self.families.get_mut(id).map_or(0, |family| {
            family.update();
            family.bytes().best
        });
        let outcome = self.walk_members(&members, purpose, &mut walk);
        if walk.is_whole {
            walk.add_moved(self.observe_all(&members));
            let spent = thread_cpu().saturating_sub(started);
            self.page_reads
                .spend_spread(spent, walk.shares.len() as u64);
        }
        self.apply_walk(&walk, purpose, estimated, walks);
        outcome
    }

    /// The members of a family that may be walked over, with the width that this can remove; the
    /// largest first.
    fn members_to_walk(&self, id: FamilyId) -> Option<Vec<(u64, usize)>> {
        let family = self.families.get(id)?;
        let mut members: Vec<(u64, usize)> = family
            .pids()
            .filter_map(|pid| Some((family.width_left_by(pid), self.tree.index_of(pid)?)))
            .filter(|&(_, index)| !self.tree.members()[index].memory.refused)
            .collect();
        members.sort_unstable_by(|one, other| other.cmp(one));
        Some(members)
    }

    /// Walks over all members, or over as many as the budget allows.
    fn walk_members(
        &mut self,
        members: &[(u64, usize)],
        purpose: ReadingPurpose,
        walk: &mut FamilyWalk,
    ) -> Result<(), Error> {
        let mut outcome = Ok(());
        for &(width, index) in members {
            let cost = cost_of_walk(self.tree.members()[index].memory.rss);
            if !walk.is_whole && (width == 0 || !self.page_reads.allows(cost, purpose)) {
                break;
            }
            let started = thread_cpu();
            outcome = outcome.and(self.walk_member(index, walk));
            if !walk.is_whole {
                let spent = thread_cpu().saturating_sub(started);
                self.page_reads.spend_spread(spent, 1);
            }
        }
        outcome
    }

    fn walk_member(&mut self, index: usize, walk: &mut FamilyWalk) -> Result<(), Error> {
        // Others may have been walked over since it was observed.
        self.machine.expire();
        walk.add_moved(self.observe_again(index));
        let Some(share) = self.walk(index)? else {
            return Ok(());
        };
        self.machine.expire();
        let pid = self.tree.members()[index].id.pid;
        let since = self.observe_again(index);
        walk.add_moved(since);
        if let (Some(since), Some(family)) = (since, self.families.get_mut(walk.family)) {
            family.add_walk(pid, share, since);
            walk.shares.push((pid, share));
        }
        Ok(())
    }

    /// Observes members once more. Returns what they can have written and given back since; `None`
    /// when one is gone.
    fn observe_all(&mut self, members: &[(u64, usize)]) -> Option<u64> {
        self.machine.expire();
        let mut moved = Some(0);
        for &(_, index) in members {
            let since = self.observe_again(index);
            moved = Option::zip(moved, since).map(|(one, other)| one + other);
        }
        moved
    }

    /// Takes in what walks over a family's members have shown.
    fn apply_walk(
        &mut self,
        walk: &FamilyWalk,
        purpose: ReadingPurpose,
        estimated: u64,
        walks: &mut Walks,
    ) {
        // Each was walked over at another instant, so all must still be there after that. Where
        // there is no time to find out what other processes there were, it has to do.
        let are_all_walked = walk.is_whole && walk.moved.is_some() && !walk.shares.is_empty();
        let are_births_known =
            purpose == ReadingPurpose::Certain || (are_all_walked && self.are_all_births_known());
        walks.number += walk.shares.len();
        if let Some(family) = self.families.get_mut(walk.family) {
            family.add_all_walks(&walk.shares, walk.moved.filter(|_| walk.is_whole));
            if are_births_known {
                family.confirm_births();
                family.update();
                walks.is_confirmed = true;
                walks.too_high += estimated.saturating_sub(family.bytes().best);
            }
        }
    }

    /// Whether a process is still releasing memory that it shares with its family. Where certainty
    /// is needed, this waits up to a limit for the release to end.
    fn waits_for_release(
        &mut self,
        image: Option<u64>,
        purpose: ReadingPurpose,
    ) -> Result<bool, Error> {
        let patience = match purpose {
            ReadingPurpose::Certain => EXIT_MAY_TAKE,
            ReadingPurpose::Rising | ReadingPurpose::Steady => Duration::ZERO,
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

    /// Whether all processes born until now are in the tree.
    fn are_all_births_known(&mut self) -> bool {
        if !self.births.are_reported() {
            return self.observer.births_are_complete();
        }
        let until = self.births.reported_until();
        until.is_some() && self.observer.last_pid() == until
    }

    /// Walks over all pages of a process. `None` when it is gone or may not be read.
    pub(super) fn walk(&mut self, index: usize) -> Result<Option<PageWalk>, Error> {
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
                Ok(Some(PageWalk {
                    anonymous: anonymous_bytes,
                    proportional: anonymous_share_bytes,
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

    pub(super) fn is_within(&self, pid: u32, id: TaskId) -> bool {
        let index = self.tree.index_of(pid);
        index.is_some_and(|index| self.tasks.is_within(self.tree.members()[index].task, id))
    }
}
