//! Descent: parents, children and descendants in a process table.

use std::collections::{HashMap, HashSet};

use crate::{ProcessId, ProcessRecord, State};

/// A process and its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParentLink {
    /// The process.
    pub id: ProcessId,
    /// The pid of its parent.
    pub parent: u32,
}

/// The children of each process.
///
/// A process table is not read atomically: a parent's pid may be reused after its child was read.
/// No child is older than its parent, so a process that is older than its supposed parent does not
/// count as its child.
#[derive(Clone, Debug, Default)]
pub struct Descendants(HashMap<u32, Vec<ProcessId>>);

impl Descendants {
    /// Indexes a process table.
    pub fn of(table: impl IntoIterator<Item = ParentLink>) -> Self {
        let mut children: HashMap<u32, Vec<ProcessId>> = HashMap::new();
        for link in table {
            children.entry(link.parent).or_default().push(link.id);
        }
        for siblings in children.values_mut() {
            siblings.sort_unstable_by_key(|child| child.pid);
        }
        Self(children)
    }

    /// A process and its descendants, parents first. Processes in `seen` are skipped together with
    /// their descendants.
    fn walk(&self, top: ProcessId, seen: &mut HashSet<ProcessId>) -> Vec<ProcessId> {
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

    /// `roots` and their descendants, each once and after its parent.
    #[must_use]
    pub fn with_descendants(&self, roots: &[ProcessId]) -> Vec<ProcessId> {
        let mut seen = HashSet::new();
        let walks = roots.iter().flat_map(|&root| self.walk(root, &mut seen));
        walks.collect()
    }
}

/// `roots` and their descendants, parents first, whatever the order of `roots`. Includes roots that
/// are not in the table.
pub(crate) fn parents_first(table: &[ParentLink], roots: &[ProcessId]) -> Vec<ProcessId> {
    let descendants = Descendants::of(table.iter().copied());
    let parents = parents_by_pid(table);
    let found = descendants.with_descendants(roots);
    let found: HashSet<u32> = found.into_iter().map(|id| id.pid).collect();
    let is_top = |id: &&ProcessId| {
        let parent = parents.get(&id.pid);
        parent.is_none_or(|parent| !found.contains(parent))
    };
    // The other roots descend from these, except where the table is inconsistent.
    let starts: Vec<ProcessId> = roots.iter().filter(is_top).chain(roots).copied().collect();
    descendants.with_descendants(&starts)
}

/// The process with this pid and its ancestors, nearest first.
pub(crate) fn lineage(table: &[ParentLink], pid: u32) -> Vec<u32> {
    let parents = parents_by_pid(table);
    let mut lineage = vec![pid];
    let mut last = pid;
    while let Some(&parent) = parents.get(&last)
        && parent != 0
        && !lineage.contains(&parent)
    {
        lineage.push(parent);
        last = parent;
    }
    lineage
}

fn parents_by_pid(table: &[ParentLink]) -> HashMap<u32, u32> {
    table
        .iter()
        .map(|link| (link.id.pid, link.parent))
        .collect()
}

/// The records of all descendants of the process with this pid, parents first.
pub(crate) fn descendants_of(records: Vec<ProcessRecord>, pid: u32) -> Vec<ProcessRecord> {
    let table = ProcessTable::of(records);
    let Some(root) = table.with_pid(pid).map(|record| record.id) else {
        return Vec::new();
    };
    let mut tree = table.with_descendants(&[root]);
    tree.retain(|record| record.id != root);
    tree
}

/// A snapshot of the process table.
#[derive(Clone, Debug, Default)]
pub struct ProcessTable {
    by_pid: HashMap<u32, ProcessRecord>,
}

impl ProcessTable {
    /// Indexes a list of processes.
    #[must_use]
    pub fn of(records: Vec<ProcessRecord>) -> Self {
        Self {
            by_pid: records
                .into_iter()
                .map(|record| (record.id.pid, record))
                .collect(),
        }
    }

    /// Indexes a list of processes, without zombies.
    #[must_use]
    pub fn without_zombies(mut records: Vec<ProcessRecord>) -> Self {
        records.retain(|record| record.state != State::Zombie);
        Self::of(records)
    }

    /// Whether the table has this process, rather than another with the same pid.
    #[must_use]
    pub fn has(&self, id: ProcessId) -> bool {
        self.get(id).is_some()
    }

    /// The record of this process. `None` if its pid is unused or belongs to another.
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

    /// The processes of `roots` that exist and their descendants, each once and after its parent.
    #[must_use]
    pub fn with_descendants(&self, roots: &[ProcessId]) -> Vec<ProcessRecord> {
        let descendants = Descendants::of(self.by_pid.values().map(ProcessRecord::parent_link));
        let roots: Vec<ProcessId> = roots.iter().copied().filter(|&id| self.has(id)).collect();
        let found = descendants.with_descendants(&roots).into_iter();
        found.filter_map(|id| self.get(id).cloned()).collect()
    }
}

impl ProcessRecord {
    pub(crate) fn parent_link(&self) -> ParentLink {
        ParentLink {
            id: self.id,
            parent: self.parent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Descendants, ParentLink, lineage, parents_first};
    use crate::ProcessId;

    fn link(pid: u32, parent: u32, started: u64) -> ParentLink {
        ParentLink {
            id: ProcessId { pid, started },
            parent,
        }
    }

    fn pids_with_descendants(table: &[ParentLink], roots: &[ParentLink]) -> Vec<u32> {
        let roots: Vec<ProcessId> = roots.iter().map(|link| link.id).collect();
        let found = Descendants::of(table.iter().copied()).with_descendants(&roots);
        found.iter().map(|id| id.pid).collect()
    }

    #[test]
    fn descendants_of_any_depth_follow_their_parents() {
        let table = [
            link(5, 4, 13),
            link(2, 1, 10),
            link(4, 3, 12),
            link(3, 2, 11),
            link(9, 1, 10),
        ];
        assert_eq!(pids_with_descendants(&table, &[table[1]]), [2, 3, 4, 5]);
        assert_eq!(pids_with_descendants(&table, &[table[0]]), [5]);
        assert_eq!(
            pids_with_descendants(&table, &[table[3], table[1]]),
            [3, 4, 5, 2]
        );
    }

    fn pids_parents_first(table: &[ParentLink], roots: &[ParentLink]) -> Vec<u32> {
        let roots: Vec<ProcessId> = roots.iter().map(|link| link.id).collect();
        let found = parents_first(table, &roots);
        found.iter().map(|id| id.pid).collect()
    }

    #[test]
    fn a_root_comes_after_its_parent_in_any_order_of_the_roots() {
        let table = [
            link(5, 4, 13),
            link(2, 1, 10),
            link(4, 3, 12),
            link(3, 2, 11),
            link(9, 1, 10),
        ];
        let [last, first, middle, _, other] = table;
        assert_eq!(
            pids_parents_first(&table, &[last, middle, first]),
            [2, 3, 4, 5]
        );
        assert_eq!(pids_parents_first(&table, &[last, first]), [2, 3, 4, 5]);
        assert_eq!(pids_parents_first(&table, &[other, middle]), [9, 4, 5]);
    }

    #[test]
    fn no_root_is_left_out_or_listed_twice() {
        let missing = link(77, 1, 5);
        let circle = [link(2, 3, 10), link(3, 2, 10), link(4, 4, 10)];
        let found = pids_parents_first(&circle, &[circle[0], circle[2], missing, missing]);
        assert_eq!(found, [77, 2, 3, 4]);
        // The second is older than the process that has its parent's pid now, and has a child.
        let young = link(7, 1, 500);
        let table = [young, link(8, 7, 499), link(9, 8, 499)];
        assert_eq!(pids_parents_first(&table, &[table[1], young]), [7, 8, 9]);
    }

    #[test]
    fn a_child_is_not_older_than_its_parent() {
        let newcomer = link(7, 1, 500);
        let table = [newcomer, link(8, 7, 499), link(9, 7, 500)];
        assert_eq!(pids_with_descendants(&table, &[newcomer]), [7, 9]);
    }

    #[test]
    fn a_cyclic_table_does_not_loop_forever() {
        let table = [link(2, 3, 10), link(3, 2, 10), link(4, 4, 10)];
        assert_eq!(pids_with_descendants(&table, &[table[0]]), [2, 3]);
        assert_eq!(pids_with_descendants(&table, &[table[2]]), [4]);
        assert_eq!(lineage(&table, 2), [2, 3]);
    }

    #[test]
    fn a_lineage_ends_with_init() {
        let table = [link(1, 0, 1), link(4, 1, 2), link(6, 4, 3)];
        assert_eq!(lineage(&table, 6), [6, 4, 1]);
        assert_eq!(lineage(&table, 77), [77]);
    }
}
