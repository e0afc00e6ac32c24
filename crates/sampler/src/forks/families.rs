//! All fork families.

use memtop_proc::ByNumber;

use super::{Family, Observation};

/// Identifies a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FamilyId(u32);

#[derive(Debug, Default)]
pub(crate) struct Families {
    by_id: ByNumber<u32, Family>,
    last: u32,
}

impl Families {
    pub(crate) fn add(&mut self, family: Family) -> FamilyId {
        self.last = self.last.wrapping_add(1);
        self.by_id.insert(self.last, family);
        FamilyId(self.last)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(crate) fn get(&self, id: FamilyId) -> Option<&Family> {
        self.by_id.get(&id.0)
    }

    pub(crate) fn get_mut(&mut self, id: FamilyId) -> Option<&mut Family> {
        self.by_id.get_mut(&id.0)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (FamilyId, &Family)> {
        self.by_id
            .iter()
            .map(|(&id, family)| (FamilyId(id), family))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (FamilyId, &mut Family)> {
        self.by_id
            .iter_mut()
            .map(|(&id, family)| (FamilyId(id), family))
    }

    pub(crate) fn observe(&mut self, id: FamilyId, pid: u32, observed: Observation) {
        if let Some(family) = self.get_mut(id) {
            family.observe(pid, observed);
        }
    }

    /// A member has ended, or runs another program. Returns what can have been freed.
    pub(crate) fn leave(&mut self, id: FamilyId, pid: u32) -> u64 {
        let Some(family) = self.get_mut(id) else {
            return 0;
        };
        family.leave(pid);
        let freed = family.take_freed();
        self.remove_empty(id);
        freed
    }

    /// A member shows no memory any more.
    pub(crate) fn begin_release(&mut self, id: FamilyId, pid: u32) {
        if let Some(family) = self.get_mut(id) {
            family.begin_release(pid);
        }
    }

    /// It has ended. Returns what can have been freed.
    pub(crate) fn end_release(&mut self, id: FamilyId, pid: u32) -> u64 {
        let Some(family) = self.get_mut(id) else {
            return 0;
        };
        let freed = family.end_release(pid);
        self.remove_empty(id);
        freed
    }

    fn remove_empty(&mut self, id: FamilyId) {
        if self.get(id).is_some_and(Family::is_empty) {
            self.by_id.remove(&id.0);
        }
    }

    /// Takes out families of one process, which shares nothing any more. Returns these processes.
    pub(crate) fn take_single(&mut self) -> Vec<u32> {
        let single = self.by_id.extract_if(|_, family| family.is_single());
        single
            .flat_map(|(_, family)| family.pids().collect::<Vec<_>>())
            .collect()
    }
}
