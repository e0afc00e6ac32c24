//! Which processes share memory by `fork` or `vfork`, as they start, run other programs and end.

use memtop_proc::{Error, Observer, ProcessId, Reading};

use super::Sampler;
use super::memory_origin::MemoryOrigin;
use crate::forks::{Family, FamilyId};
use crate::member::Ending;

impl<O: Observer> Sampler<O> {
    /// This process has forked: walks over its family may have missed the child.
    pub(crate) fn discard_walks_of(&mut self, pid: u32) {
        let index = self.tree.index_of(pid);
        let family = index.and_then(|index| self.tree.members()[index].family);
        if let Some(family) = family.and_then(|family| self.families.get_mut(family)) {
            family.discard_walk();
        }
    }

    /// Adds a new member of the tree to the family that it shares memory with.
    pub(crate) fn join_family(&mut self, pid: u32, origin: MemoryOrigin) {
        match origin {
            MemoryOrigin::Own | MemoryOrigin::Borrowed(_) => {}
            MemoryOrigin::Forked { parent } => self.fork(parent, pid),
            MemoryOrigin::ForkedUnseen { sibling } => self.adopt(sibling, pid),
            MemoryOrigin::ForkedOutside => {
                self.read_size(pid);
                self.with_member(pid, |_, _, member| member.last_observation.faults = None);
                let anonymous = self.anonymous_of(pid);
                let family = self
                    .families
                    .add(Family::of_outsiders_child(pid, anonymous));
                self.with_member(pid, |_, _, member| member.family = Some(family));
            }
        }
    }

    pub(crate) fn has_families(&self) -> bool {
        !self.families.is_empty()
    }

    /// Whether a process is of a family all of which is in its task.
    pub(super) fn has_task_the_family_of(&self, index: usize) -> bool {
        let member = &self.tree.members()[index];
        let family = member.family.and_then(|family| self.families.get(family));
        family.is_some_and(|family| family.pids().all(|pid| self.is_within(pid, member.task)))
    }

    fn fork(&mut self, parent: u32, child: u32) {
        let parent = self.owner_of_memory(parent);
        let before = self.anonymous_of(parent);
        let Some(family) = self.family_of(parent) else {
            return;
        };
        // It may have grown until it forked.
        self.read_size(parent);
        if self.anonymous_of(parent) == 0 {
            // It has ended since, and what it had written is unknown.
            return self.adopt(parent, child);
        }
        self.read_size(child);
        let written = self.written_since_birth(child).unwrap_or(u64::MAX);
        let had = self.anonymous_of(child).saturating_sub(written);
        let had = had.max(before).max(self.anonymous_of(parent));
        if let Some(family) = self.families.get_mut(family) {
            family.fork(parent, child, had);
        }
        self.with_member(child, |_, _, member| {
            member.family = Some(family);
            // From its birth on.
            member.last_observation.faults = member.last_observation.faults.map(|_| 0);
        });
    }

    /// Adds a process whose parent is gone to the family of its sibling.
    fn adopt(&mut self, sibling: u32, child: u32) {
        let Some(family) = self.family_of(sibling) else {
            return;
        };
        self.read_size(child);
        let anonymous = self.anonymous_of(child);
        let written = self.written_since_birth(child).unwrap_or(0);
        if let Some(family) = self.families.get_mut(family) {
            family.adopt(child, anonymous, written);
        }
        self.with_member(child, |_, _, member| member.family = Some(family));
    }

    /// The process whose memory this one runs in, or itself.
    fn owner_of_memory(&self, pid: u32) -> u32 {
        let index = self.tree.index_of(pid);
        let lender = index.and_then(|index| self.tree.members()[index].borrows_from);
        lender.map_or(pid, |lender| lender.pid)
    }

    /// The family of a process; a new one where it had none.
    fn family_of(&mut self, pid: u32) -> Option<FamilyId> {
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
        // What it wrote before it shared anything replaced no shared page.
        member.last_observation.faults = None;
        Some(family)
    }

    /// What a new process can have written since its birth.
    fn written_since_birth(&self, pid: u32) -> Option<u64> {
        let index = self.tree.index_of(pid);
        let faults = index.and_then(|index| self.tree.members()[index].last_observation.faults)?;
        Some(faults * self.observer.page_bytes())
    }

    fn anonymous_of(&self, pid: u32) -> u64 {
        let index = self.tree.index_of(pid);
        index.map_or(0, |index| self.tree.members()[index].memory.anonymous())
    }

    /// Whether it had any when it was last read, or has some now.
    pub(super) fn has_memory(&mut self, pid: u32) -> bool {
        if self.anonymous_of(pid) == 0 {
            self.read_size(pid);
        }
        self.anonymous_of(pid) > 0
    }

    fn read_size(&mut self, pid: u32) {
        self.with_member(pid, |observer, _, member| {
            // A process that is ending, or a failure, shows in the next sample.
            if let Ok(Reading::Resident {
                bytes,
                shared_bytes,
            }) = observer.resident(&mut member.handle)
            {
                member.memory.sample(bytes, shared_bytes);
            }
        });
    }

    /// Takes notice of a process that shows no memory any more, and of its end where no end is
    /// reported.
    pub(super) fn follow_release(&mut self, index: usize) -> Result<(), Error> {
        let are_reported = self.births.are_reported();
        let member = &self.tree.members()[index];
        let (id, ending) = (member.id, member.ending);
        match ending {
            Ending::NotBegun if member.has_no_memory() => {
                self.begin_release(index);
                if !are_reported && self.observer.has_ended(id)? {
                    let bytes = self.end_release(index);
                    let task = self.tree.members()[index].task;
                    self.tasks
                        .each_outwards(task, |task| task.given_back += bytes);
                }
            }
            Ending::Releasing { .. } if !are_reported && self.observer.has_ended(id)? => {
                self.note_released(index);
            }
            Ending::NotBegun | Ending::Releasing { .. } | Ending::Zombie => {}
        }
        Ok(())
    }

    fn begin_release(&mut self, index: usize) {
        let had_family = self.tree.members()[index].family.is_some();
        if had_family {
            self.hand_over_memory(index);
        }
        let are_reported = self.births.are_reported();
        let member = &mut self.tree.members_mut()[index];
        if member.memory.mapped.take().is_some() {
            self.files.change();
        }
        let last = member.memory.take_last_shown();
        let family = member.family.take();
        if let Some(family) = family {
            self.families.begin_release(family, member.id.pid);
        }
        member.ending = Ending::Releasing {
            shown: last.rss,
            alone: if had_family { 0 } else { last.anonymous },
            family,
        };
        // Before that it may have had any amount.
        self.tasks
            .each_outwards(member.task, |task| task.ended += u64::from(!are_reported));
    }

    /// Processes that show memory again are not about to end.
    pub(super) fn take_back_releases(&mut self) {
        for index in 0..self.tree.len() {
            if self.tree.members()[index].memory.rss > 0 {
                self.take_back_release(index);
            }
        }
    }

    /// What it had when it showed no memory is freed, and it lives on with other memory.
    pub(super) fn take_back_release(&mut self, index: usize) {
        self.note_released(index);
        self.tree.members_mut()[index].ending = Ending::NotBegun;
    }

    fn note_released(&mut self, index: usize) {
        let released = self.end_release(index);
        let task = self.tree.members()[index].task;
        self.tasks
            .each_outwards(task, |task| task.released += released);
    }

    /// Its memory is free. Returns what can have been freed by that.
    pub(crate) fn end_release(&mut self, index: usize) -> u64 {
        let member = &mut self.tree.members_mut()[index];
        let Ending::Releasing { alone, family, .. } = member.ending else {
            return 0;
        };
        member.ending = Ending::Zombie;
        match family {
            Some(family) => self.families.end_release(family, member.id.pid),
            None => alone,
        }
    }

    /// Whether a process of the same exec shows no memory any more and is still releasing it.
    pub(super) fn is_sibling_releasing(&mut self, image: Option<u64>) -> Result<bool, Error> {
        for member in self.tree.members() {
            let is_releasing = matches!(member.ending, Ending::Releasing { .. });
            if is_releasing && member.image == image && !self.observer.has_ended(member.id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Processes that share with no other any more leave their families.
    pub(super) fn dissolve_single_families(&mut self) {
        for pid in self.families.take_single() {
            self.with_member(pid, |_, _, member| {
                member.family = None;
            });
        }
    }

    /// A process ends or runs another program: its memory is gone, except what its family shares.
    /// Returns what can have been freed.
    pub(crate) fn leave_family(&mut self, index: usize) -> u64 {
        let member = &mut self.tree.members_mut()[index];
        let pid = member.id.pid;
        match member.family.take() {
            Some(family) => self.families.leave(family, pid) + member.memory.shared(),
            None => member.memory.bytes(),
        }
    }

    /// Gives the memory of a process that ends to the first of those that run in it; the others
    /// borrow from that one. Whether there was one.
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
        // Its own high-water mark stays.
        self.tree.members_mut()[index].memory.highest = highest;
        // It may show no memory any more, unlike its heir.
        self.read_size(heir.pid);
        true
    }
}
