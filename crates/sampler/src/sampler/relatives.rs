//! Who shares memory with whom, and what looks at relatives tell.

use std::time::Duration;

use memtop_proc::{Birth, Error, MachineFaults, Observer, ProcessId, Reading};

use super::Sampler;
use super::machine::{Written, pages_between};
use crate::TaskId;
use crate::forks::{Family, Observation};
use crate::member::Named;

/// Pages that a fault maps: up to 16 of what others have mapped before, one of new shared memory.
/// This lies in between.
const MAPPED_BY_A_FAULT: u64 = 4;
/// More than any process has, and far from where sums of it would be cut off.
const MOST_WRITTEN: u64 = 1 << 48;
/// Who is at rest is looked at so often, and of many no more often than costs so little.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const LOOK_EVERY_OF_ONE: Duration = Duration::from_micros(500);
/// Of more than this many it is asked first whether anybody on the machine has written anything.
const FEW: usize = 14;
/// Less than one part in so many of what a tree ever had, or than this, is not worth a look.
const WRITTEN_LITTLE: u64 = 200;
const LEAST_WRITTEN: u64 = 1 << 20;

/// How a newcomer came to the memory that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemoryOrigin {
    /// It is that of its own program.
    Own,
    /// It runs in the memory of another.
    Borrowed(ProcessId),
    /// It is a copy of its parent's.
    Forked { parent: u32 },
    /// It is a copy of that of somebody who is not there any more, a relative of this one.
    ForkedUnseen { relative: u32 },
    /// It is a copy of that of its parent, who is none of those that are watched.
    ForkedOutside,
}

/// When processes at rest were last looked at, and the faults of the machine until then.
#[derive(Debug, Default)]
pub(super) struct TurnsAtRest {
    last: Duration,
    faults: Option<MachineFaults>,
}

impl<O: Observer> Sampler<O> {
    /// Whether a newcomer may share its parent's memory: by `fork`, for as long as it runs the
    /// same program, or altogether, by `vfork`.
    pub(super) fn memory_origin(&mut self, birth: &Birth, named: &Named) -> MemoryOrigin {
        if let Some(index) = self.tree.index_of(birth.parent) {
            self.find_another_program(index);
            let parent = &self.tree.members()[index];
            let is_same_program = match (parent.image, birth.image) {
                (Some(one), Some(other)) => one == other,
                // Where that may not be known, by what can be seen.
                _ => parent.named.description.command == named.description.command,
            };
            let is_of_family = parent.family.is_some();
            let parent = parent.borrows_from.unwrap_or(parent.id);
            // One that has ended has left its memory to its children, and nobody has seen it.
            let has_memory = is_of_family || self.has_memory(parent.pid);
            if is_same_program && has_memory {
                if self.observer.same_memory(birth.id, parent) {
                    return MemoryOrigin::Borrowed(parent);
                }
                return MemoryOrigin::Forked { parent: parent.pid };
            }
        }
        self.origin_among_siblings(birth)
    }

    /// One whose parent is gone may have relatives all the same.
    pub(crate) fn origin_among_siblings(&mut self, birth: &Birth) -> MemoryOrigin {
        let mut relative = None;
        for member in self.tree.members() {
            let is_relative = birth.image.is_some() && member.image == birth.image;
            if !is_relative || member.id == birth.id || member.memory.is_gone() {
                continue;
            }
            if self.observer.same_memory(birth.id, member.id) {
                return MemoryOrigin::Borrowed(member.borrows_from.unwrap_or(member.id));
            }
            relative = relative.or(Some(member.borrows_from.unwrap_or(member.id)));
        }
        match relative {
            Some(relative) => MemoryOrigin::ForkedUnseen {
                relative: relative.pid,
            },
            None => MemoryOrigin::Own,
        }
    }

    /// Whether the parent of the first process of a task runs the same program and is not watched.
    pub(super) fn is_forked_outside(&mut self, birth: &Birth) -> Result<bool, Error> {
        if birth.image.is_none() || self.tree.index_of(birth.parent).is_some() {
            return Ok(false);
        }
        let parent = self.observer.identify(birth.parent)?;
        Ok(parent.is_some_and(|parent| parent.image == birth.image))
    }

    /// A child of one was born, whatever it is by now.
    pub(crate) fn discard_walks_of(&mut self, pid: u32) {
        let index = self.tree.index_of(pid);
        let family = index.and_then(|index| self.tree.members()[index].family);
        if let Some(family) = family.and_then(|family| self.families.get_mut(family)) {
            family.discard_walk();
        }
    }

    /// Takes a newcomer into the family that it is of. It is in the tree already.
    pub(crate) fn join_family(&mut self, pid: u32, origin: MemoryOrigin) {
        match origin {
            MemoryOrigin::Own | MemoryOrigin::Borrowed(_) => {}
            MemoryOrigin::Forked { parent } => self.fork(parent, pid),
            MemoryOrigin::ForkedUnseen { relative } => self.adopt(relative, pid),
            MemoryOrigin::ForkedOutside => {
                self.look_at_memory(pid);
                self.with_member(pid, |_, _, member| member.faults = None);
                let anonymous = self.anonymous_of(pid);
                let family = self
                    .families
                    .add(Family::of_outsiders_child(pid, anonymous));
                self.with_member(pid, |_, _, member| member.family = Some(family));
            }
        }
    }

    fn fork(&mut self, parent: u32, child: u32) {
        let parent = self.owner_of(parent);
        let before = self.anonymous_of(parent);
        let Some(family) = self.family_of(parent) else {
            return;
        };
        // It may have grown until it forked.
        self.look_at_memory(parent);
        if self.anonymous_of(parent) == 0 {
            // It has ended since, and what it had written nobody knows.
            return self.adopt(parent, child);
        }
        self.look_at_memory(child);
        let written = self.written_by_newcomer(child).unwrap_or(u64::MAX);
        let had = self.anonymous_of(child).saturating_sub(written);
        let had = had.max(before).max(self.anonymous_of(parent));
        if let Some(family) = self.families.get_mut(family) {
            family.fork(parent, child, had);
        }
        self.with_member(child, |_, _, member| {
            member.family = Some(family);
            // From its birth on.
            member.faults = member.faults.map(|_| 0);
        });
    }

    /// Who has the memory that a process runs in.
    fn owner_of(&self, pid: u32) -> u32 {
        let index = self.tree.index_of(pid);
        let lender = index.and_then(|index| self.tree.members()[index].borrows_from);
        lender.map_or(pid, |lender| lender.pid)
    }

    fn adopt(&mut self, relative: u32, child: u32) {
        let Some(family) = self.family_of(relative) else {
            return;
        };
        self.look_at_memory(child);
        let anonymous = self.anonymous_of(child);
        let written = self.written_by_newcomer(child).unwrap_or(0);
        if let Some(family) = self.families.get_mut(family) {
            family.adopt(child, anonymous, written);
        }
        self.with_member(child, |_, _, member| member.family = Some(family));
    }

    /// The family of a process; a new one where it had no relatives so far.
    fn family_of(&mut self, pid: u32) -> Option<crate::forks::FamilyId> {
        let index = self.tree.index_of(pid)?;
        let member = &self.tree.members()[index];
        if member.family.is_some() {
            return member.family;
        }
        let family = self
            .families
            .add(Family::of(pid, member.memory.anonymous()));
        let member = &mut self.tree.members_mut()[index];
        member.family = Some(family);
        // What it wrote before it had relatives was written over nobody's.
        member.faults = None;
        Some(family)
    }

    /// What a newcomer can have written since it was born.
    fn written_by_newcomer(&self, pid: u32) -> Option<u64> {
        let index = self.tree.index_of(pid);
        let faults = index.and_then(|index| self.tree.members()[index].faults)?;
        Some(faults * self.observer.page_bytes())
    }

    fn anonymous_of(&self, pid: u32) -> u64 {
        let index = self.tree.index_of(pid);
        index.map_or(0, |index| self.tree.members()[index].memory.anonymous())
    }

    /// Whether it had any when it was last looked at, or has some now.
    fn has_memory(&mut self, pid: u32) -> bool {
        if self.anonymous_of(pid) == 0 {
            self.look_at_memory(pid);
        }
        self.anonymous_of(pid) > 0
    }

    fn look_at_memory(&mut self, pid: u32) {
        self.with_member(pid, |observer, _, member| {
            // One that is on its way out is found gone by the next sample, and so is a failure.
            if let Ok(Reading::Resident {
                bytes,
                shared_bytes,
            }) = observer.resident(&mut member.handle)
            {
                member.memory.sample(bytes, shared_bytes);
            }
        });
    }

    /// Takes in looks at those who have relatives, and at those who were larger than now: at who is
    /// writing each time, at who is at rest now and then.
    pub(super) fn look_at_families(&mut self) -> Result<(), Error> {
        self.machine.begin();
        // Anybody unseen may have been a relative.
        let is_one_unseen = self.births.is_one_unseen(&self.observer);
        for (_, family) in self.families.iter_mut() {
            if is_one_unseen {
                family.discard_walk();
            }
            family.confirm_births();
        }
        let have_turn = self.is_turn_of_all();
        let mut outcome = Ok(());
        for index in 0..self.tree.len() {
            let member = &self.tree.members()[index];
            if member.has_no_memory() && !member.is_zombie {
                self.let_go_of_memory(index);
            }
            let member = &mut self.tree.members_mut()[index];
            member.hidden = member.hidden_ever();
            let is_due = match member.family {
                Some(_) => {
                    have_turn || member.is_active() || member.looked_at != member.memory.anonymous()
                }
                None if member.borrows_from.is_some() => have_turn || member.is_active(),
                None => have_turn && member.hidden > 0,
            };
            if is_due {
                match self.take_look(index, None) {
                    Ok(written) => {
                        let member = &mut self.tree.members_mut()[index];
                        member.hidden = member.hidden.min(written);
                    }
                    Err(error) => outcome = outcome.and(Err(error)),
                }
            }
        }
        self.part_from_families();
        outcome
    }

    /// One that nobody has waited for yet has no memory any more, and had any amount before its end.
    fn let_go_of_memory(&mut self, index: usize) {
        let is_of_family = self.tree.members()[index].family.is_some();
        let leaves = is_of_family && !self.hand_over_memory(index);
        let given_back = if leaves { self.leave_family(index) } else { 0 };
        let are_told = self.births.are_reported();
        let member = &mut self.tree.members_mut()[index];
        if member.memory.mapped.take().is_some() {
            self.files.change();
        }
        member.is_zombie = !are_told;
        member.is_releasing |= leaves;
        let task = member.task;
        self.tasks.each_outwards(task, |task| {
            task.given_back += given_back;
            task.ended += u64::from(!are_told);
        });
    }

    /// Whether a process of the same exec shows no memory any more and has not given all of it back.
    pub(super) fn is_relative_releasing(&mut self, image: Option<u64>) -> Result<bool, Error> {
        for member in self.tree.members_mut() {
            if member.is_releasing && member.image == image {
                member.is_releasing = !self.observer.has_ended(member.id)?;
                if member.is_releasing {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Whether those at rest are to be looked at in this sample as well.
    fn is_turn_of_all(&mut self) -> bool {
        let members = self.tree.members().iter();
        let number = members
            .filter(|member| member.family.is_some() || member.hidden_ever() > 0)
            .count();
        let of_all = LOOK_EVERY_OF_ONE * u32::try_from(number).unwrap_or(u32::MAX);
        let now = self.progress.now();
        if number == 0 || now.saturating_sub(self.turns_at_rest.last) < LOOK_EVERY.max(of_all) {
            return false;
        }
        self.turns_at_rest.last = now;
        if number <= FEW {
            return true;
        }
        let faults = self.machine.count(&mut self.observer);
        if let (Some(before), Some(faults)) = (self.turns_at_rest.faults, faults) {
            let written = pages_between(before, faults) * self.observer.page_bytes();
            let (highest, _) = self.highest();
            if written < (highest / WRITTEN_LITTLE).max(LEAST_WRITTEN) {
                // It is asked again after as long.
                return false;
            }
        }
        self.turns_at_rest.faults = faults;
        true
    }

    /// Who has had no page faults was not larger meanwhile than it is now.
    pub(super) fn look_at_hidden(&mut self, id: TaskId) {
        for index in 0..self.tree.len() {
            let member = &self.tree.members()[index];
            if member.hidden > 0
                && member.looked_at_sample != self.progress.sample()
                && self.tasks.is_within(member.task, id)
            {
                // A failure shows in the next sample.
                let written = self.take_look(index, Some(u64::MAX)).unwrap_or(u64::MAX);
                let member = &mut self.tree.members_mut()[index];
                member.hidden = member.hidden.min(written);
            }
        }
    }

    /// Looks at one again. What it can have written and given back since; `None` when it is gone.
    pub(super) fn look_at(&mut self, index: usize) -> Option<u64> {
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
        let written = self.take_look(index, Some(0)).unwrap_or(0);
        let after = self.tree.members()[index].memory.anonymous();
        Some(written.max(before.abs_diff(after)) + before.saturating_sub(after))
    }

    /// What it can have written since the look before; where that is not known, so much `otherwise`,
    /// or what anybody can have since the last sample.
    fn take_look(&mut self, index: usize, otherwise: Option<u64>) -> Result<u64, Error> {
        let page_bytes = self.observer.page_bytes();
        let last_sample = self.progress.last_sample();
        let member = &mut self.tree.members_mut()[index];
        let anonymous = member.memory.anonymous();
        let faults = self.observer.faults(&mut member.handle)?;
        let (before, faults) = (member.faults, faults.or(member.faults));
        member.faults = faults;
        let grown = anonymous.saturating_sub(member.looked_at);
        member.looked_at = anonymous;
        let mapped = member.memory.shared();
        let mapped_more = mapped.saturating_sub(member.mapped_looked_at);
        member.mapped_looked_at = mapped;
        let (first_seen, lender) = (member.first_seen, member.borrows_from);
        let (mut pid, mut family) = (member.id.pid, member.family);
        let faulted = match (before, faults) {
            (Some(before), Some(faults)) => Some(faults.saturating_sub(before)),
            _ => None,
        };
        // Walks look several times within a sample.
        let is_first = member.looked_at_sample != self.progress.sample();
        member.quiet_looks = match faulted {
            Some(0) => member.quiet_looks.saturating_add(u32::from(is_first)),
            _ => 0,
        };
        member.looked_at_sample = self.progress.sample();
        let written_at_most = match (faulted, otherwise) {
            (Some(faulted), _) => self.machine.pages_of(&mut self.observer, faulted) * page_bytes,
            (None, Some(otherwise)) => otherwise,
            // Since when it has relatives is known, or it had them before anybody looked.
            (None, None) if last_sample.is_some_and(|last| first_seen <= last) => {
                self.written_in_gap().anonymous
            }
            (None, None) => anonymous,
        };
        // What it writes, it writes to the memory that it runs in.
        let mut anonymous = anonymous;
        if let Some(lender) = lender.and_then(|lender| self.tree.index_of(lender.pid)) {
            let lender = &self.tree.members()[lender];
            (pid, family) = (lender.id.pid, lender.family);
            anonymous = lender.memory.anonymous();
        }
        if let Some(family) = family {
            let faulted = faulted.unwrap_or(0) * page_bytes;
            let look = Observation {
                anonymous,
                written: faulted.saturating_sub(mapped_more / MAPPED_BY_A_FAULT),
                written_at_most: written_at_most.min(MOST_WRITTEN),
            };
            self.families.observe(family, pid, look);
            // What it has written over is in its bounds, and what it has grown by is counted.
            self.window.take(faulted.saturating_sub(grown));
        }
        Ok(written_at_most)
    }

    /// What can have been written since the last sample.
    pub(super) fn written_in_gap(&mut self) -> Written {
        let gap = self.progress.since_last_sample();
        self.machine.written(&mut self.observer, gap)
    }

    /// Who has no relatives left has all its memory alone.
    pub(super) fn part_from_families(&mut self) {
        for pid in self.families.take_single() {
            self.with_member(pid, |_, _, member| {
                member.family = None;
            });
        }
    }

    /// One runs another program, or is gone: what it had is not there any more, unless a relative
    /// has it.
    pub(crate) fn leave_family(&mut self, index: usize) -> u64 {
        let member = &mut self.tree.members_mut()[index];
        let pid = member.id.pid;
        match member.family.take() {
            Some(family) => self.families.leave(family, pid) + member.memory.shared(),
            None => member.memory.bytes(),
        }
    }

    /// Those that run in the memory of one who is gone have it from now on: the first of them for
    /// all. Whether there was one.
    pub(crate) fn hand_over_memory(&mut self, index: usize) -> bool {
        let (id, family) = {
            let member = &self.tree.members()[index];
            (member.id, member.family)
        };
        let borrows = |lender: &Option<ProcessId>| *lender == Some(id);
        let members = self.tree.members().iter();
        let Some(heir) = members
            .filter(|member| borrows(&member.borrows_from))
            .map(|member| member.id)
            .min()
        else {
            return false;
        };
        if let Some(family) = family.and_then(|family| self.families.get_mut(family)) {
            family.rename(id.pid, heir.pid);
        }
        let member = &mut self.tree.members_mut()[index];
        member.family = None;
        let memory = std::mem::take(&mut member.memory);
        let highest = memory.highest;
        let mut memory = Some(memory);
        for member in self.tree.members_mut() {
            if !borrows(&member.borrows_from) {
                continue;
            }
            if member.id == heir {
                member.borrows_from = None;
                member.family = family;
                member.memory = memory.take().unwrap_or_default();
            } else {
                member.borrows_from = Some(heir);
            }
        }
        // What it had itself is still what it was.
        self.tree.members_mut()[index].memory.highest = highest;
        true
    }
}
