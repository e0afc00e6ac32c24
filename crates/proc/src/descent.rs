//! Who descends from whom.

use std::collections::{HashMap, HashSet};

use crate::{ProcessId, ProcessRecord, State};

/// A process and its parent, which is all that descent needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParentLink {
    /// The process.
    pub id: ProcessId,
    /// The pid of its parent.
    pub parent: u32,
}

/// Who descends from whom.
///
/// A table is not read in one instant: a pid may have been given out again between the reading of
/// a child and of the one who has its parent's pid now. No child is older than its parent, so an
/// older one is not taken for a child.
#[derive(Clone, Debug, Default)]
pub struct Descendants(HashMap<u32, Vec<ProcessId>>);

impl Descendants {
    /// By a table of processes.
    pub fn of(table: impl IntoIterator<Item = ParentLink>) -> Self {
        let mut children: HashMap<u32, Vec<ProcessId>> = HashMap::new();
        for kin in table {
            children.entry(kin.parent).or_default().push(kin.id);
        }
        for siblings in children.values_mut() {
            siblings.sort_unstable_by_key(|child| child.pid);
        }
        Self(children)
    }

    /// A process and everything that descends from it, each after its parent. Processes in `seen`
    /// are skipped together with their descendants.
    pub fn walk(&self, top: ProcessId, seen: &mut HashSet<ProcessId>) -> Vec<ProcessId> {
        let mut found = Vec::new();
        let mut next = vec![top];
        while let Some(id) = next.pop() {
            if seen.insert(id) {
                found.push(id);
                let children = self.0.get(&id.pid).into_iter().flatten().rev();
                next.extend(children.filter(|child| child.started >= id.started));
            }
        }
        found
    }

    /// These, and everything that descends from them, each once and after its parent.
    #[must_use]
    pub fn with_descendants(&self, roots: &[ProcessId]) -> Vec<ProcessId> {
        let mut seen = HashSet::new();
        let walks = roots.iter().flat_map(|&root| self.walk(root, &mut seen));
        walks.collect()
    }
}

/// Those who are meant and everything that descends from them, each after its parent. Also those
/// who are meant and not in the table.
pub(crate) fn from_the_top(table: &[ParentLink], meant: &[ProcessId]) -> Vec<ProcessId> {
    let descent = Descendants::of(table.iter().copied());
    let parents: HashMap<u32, u32> = table.iter().map(|kin| (kin.id.pid, kin.parent)).collect();
    let involved = descent.with_descendants(meant);
    let involved: HashSet<u32> = involved.into_iter().map(|id| id.pid).collect();
    let is_top = |id: &&ProcessId| {
        let parent = parents.get(&id.pid);
        parent.is_none_or(|parent| !involved.contains(parent))
    };
    // The rest comes by itself, unless the table is not of one instant.
    let starts: Vec<ProcessId> = meant.iter().filter(is_top).chain(meant).copied().collect();
    descent.with_descendants(&starts)
}

/// The process with this pid, its parent, and so on up to the first one.
pub(crate) fn lineage(table: &[ParentLink], pid: u32) -> Vec<u32> {
    let parents: HashMap<u32, u32> = table.iter().map(|kin| (kin.id.pid, kin.parent)).collect();
    let mut line = vec![pid];
    let mut last = pid;
    while let Some(&parent) = parents.get(&last)
        && parent != 0
        && !line.contains(&parent)
    {
        line.push(parent);
        last = parent;
    }
    line
}

/// The records of everything that descends from the process with this pid, each after its parent.
pub(crate) fn within_tree(records: Vec<ProcessRecord>, pid: u32) -> Vec<ProcessRecord> {
    let table = ProcessTable::of(records);
    let Some(root) = table.with_pid(pid).map(|record| record.id) else {
        return Vec::new();
    };
    let mut tree = table.with_descendants(&[root]);
    tree.retain(|record| record.id != root);
    tree
}

/// All processes as they were when they were listed.
#[derive(Clone, Debug, Default)]
pub struct ProcessTable {
    by_pid: HashMap<u32, ProcessRecord>,
}

impl ProcessTable {
    /// Of these.
    #[must_use]
    pub fn of(records: Vec<ProcessRecord>) -> Self {
        Self {
            by_pid: records
                .into_iter()
                .map(|record| (record.id.pid, record))
                .collect(),
        }
    }

    /// But for those who have ended and only wait to be reaped.
    #[must_use]
    pub fn without_zombies(mut records: Vec<ProcessRecord>) -> Self {
        records.retain(|record| record.state != State::Zombie);
        Self::of(records)
    }

    /// Whether this very process is there.
    #[must_use]
    pub fn has(&self, id: ProcessId) -> bool {
        self.get(id).is_some()
    }

    /// This very process.
    #[must_use]
    pub fn get(&self, id: ProcessId) -> Option<&ProcessRecord> {
        self.with_pid(id.pid).filter(|record| record.id == id)
    }

    fn with_pid(&self, pid: u32) -> Option<&ProcessRecord> {
        self.by_pid.get(&pid)
    }

    /// The children of the process with this pid, ordered by pid.
    #[must_use]
    pub fn children_of(&self, pid: u32) -> Vec<ProcessId> {
        let records = self.by_pid.values();
        let children = records.filter(|record| record.parent == pid);
        let mut children: Vec<ProcessId> = children.map(|record| record.id).collect();
        children.sort_unstable_by_key(|child| child.pid);
        children
    }

    /// Those of `roots` who are there and everything that descends from them, each once and after its
    /// parent.
    #[must_use]
    pub fn with_descendants(&self, roots: &[ProcessId]) -> Vec<ProcessRecord> {
        let descent = Descendants::of(self.by_pid.values().map(ProcessRecord::kin));
        let roots: Vec<ProcessId> = roots.iter().copied().filter(|&id| self.has(id)).collect();
        let found = descent.with_descendants(&roots).into_iter();
        found.filter_map(|id| self.get(id).cloned()).collect()
    }
}

impl ProcessRecord {
    pub(crate) fn kin(&self) -> ParentLink {
        ParentLink {
            id: self.id,
            parent: self.parent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Descendants, ParentLink, from_the_top, lineage};
    use crate::ProcessId;

    fn kin(pid: u32, parent: u32, started: u64) -> ParentLink {
        ParentLink {
            id: ProcessId { pid, started },
            parent,
        }
    }

    fn pids_with_descendants(table: &[ParentLink], roots: &[ParentLink]) -> Vec<u32> {
        let roots: Vec<ProcessId> = roots.iter().map(|kin| kin.id).collect();
        let found = Descendants::of(table.iter().copied()).with_descendants(&roots);
        found.iter().map(|id| id.pid).collect()
    }

    #[test]
    fn descendants_of_any_depth_follow_their_parents() {
        let table = [
            kin(5, 4, 13),
            kin(2, 1, 10),
            kin(4, 3, 12),
            kin(3, 2, 11),
            kin(9, 1, 10),
        ];
        assert_eq!(pids_with_descendants(&table, &[table[1]]), [2, 3, 4, 5]);
        assert_eq!(pids_with_descendants(&table, &[table[0]]), [5]);
        assert_eq!(
            pids_with_descendants(&table, &[table[3], table[1]]),
            [3, 4, 5, 2]
        );
    }

    fn pids_from_the_top(table: &[ParentLink], meant: &[ParentLink]) -> Vec<u32> {
        let meant: Vec<ProcessId> = meant.iter().map(|kin| kin.id).collect();
        let found = from_the_top(table, &meant);
        found.iter().map(|id| id.pid).collect()
    }

    #[test]
    fn whoever_is_meant_comes_after_a_parent_that_is_meant_or_descends_from_one() {
        let table = [
            kin(5, 4, 13),
            kin(2, 1, 10),
            kin(4, 3, 12),
            kin(3, 2, 11),
            kin(9, 1, 10),
        ];
        let [last, first, middle, _, other] = table;
        assert_eq!(
            pids_from_the_top(&table, &[last, middle, first]),
            [2, 3, 4, 5]
        );
        assert_eq!(pids_from_the_top(&table, &[last, first]), [2, 3, 4, 5]);
        assert_eq!(pids_from_the_top(&table, &[other, middle]), [9, 4, 5]);
    }

    #[test]
    fn nobody_who_is_meant_is_left_out_or_told_twice() {
        let missing = kin(77, 1, 5);
        let circle = [kin(2, 3, 10), kin(3, 2, 10), kin(4, 4, 10)];
        let found = pids_from_the_top(&circle, &[circle[0], circle[2], missing, missing]);
        assert_eq!(found, [77, 2, 3, 4]);
        // A child that is older than who has its parent's pid now, and a child of its own.
        let young = kin(7, 1, 500);
        let table = [young, kin(8, 7, 499), kin(9, 8, 499)];
        assert_eq!(pids_from_the_top(&table, &[table[1], young]), [7, 8, 9]);
    }

    #[test]
    fn a_child_is_not_older_than_its_parent() {
        let newcomer = kin(7, 1, 500);
        let table = [newcomer, kin(8, 7, 499), kin(9, 7, 500)];
        assert_eq!(pids_with_descendants(&table, &[newcomer]), [7, 9]);
    }

    #[test]
    fn a_table_that_goes_in_circles_comes_to_an_end() {
        let table = [kin(2, 3, 10), kin(3, 2, 10), kin(4, 4, 10)];
        assert_eq!(pids_with_descendants(&table, &[table[0]]), [2, 3]);
        assert_eq!(pids_with_descendants(&table, &[table[2]]), [4]);
        assert_eq!(lineage(&table, 2), [2, 3]);
    }

    #[test]
    fn a_lineage_ends_with_the_first_process() {
        let table = [kin(1, 0, 1), kin(4, 1, 2), kin(6, 4, 3)];
        assert_eq!(lineage(&table, 6), [6, 4, 1]);
        assert_eq!(lineage(&table, 77), [77]);
    }
}
