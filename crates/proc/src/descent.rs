//! Who descends from whom.

use std::collections::{HashMap, HashSet};

use crate::{ProcessId, ProcessRecord};

/// A process and its parent, which is all that descent needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kin {
    pub(crate) id: ProcessId,
    pub(crate) parent: u32,
}

/// Everything that descends from one of the roots and is not one, each after its parent.
///
/// A table is not read in one instant: a pid may have been given out again between the reading of
/// a child and of the one who has its parent's pid now. No child is older than its parent, so an
/// older one is not taken for a child.
pub(crate) fn descendants(table: &[Kin], roots: &[ProcessId]) -> Vec<Kin> {
    let mut children: HashMap<u32, Vec<Kin>> = HashMap::new();
    for kin in table {
        children.entry(kin.parent).or_default().push(*kin);
    }
    let is_root: HashSet<ProcessId> = roots.iter().copied().collect();
    let mut found: Vec<Kin> = Vec::new();
    let mut next: Vec<ProcessId> = roots.iter().rev().copied().collect();
    while let Some(parent) = next.pop() {
        // Taken out, so that a table in which somebody is their own ancestor ends, too.
        for kin in children.remove(&parent.pid).unwrap_or_default() {
            if kin.id.started >= parent.started && !is_root.contains(&kin.id) {
                found.push(kin);
                next.push(kin.id);
            }
        }
    }
    found
}

/// Those who are meant and everything that descends from them, each after its parent. Also those
/// who are meant and not in the table.
pub(crate) fn from_the_top(table: &[Kin], meant: &[ProcessId]) -> Vec<ProcessId> {
    let parents: HashMap<u32, u32> = table.iter().map(|kin| (kin.id.pid, kin.parent)).collect();
    let mut children: HashMap<u32, Vec<ProcessId>> = HashMap::new();
    for kin in table {
        children.entry(kin.parent).or_default().push(kin.id);
    }
    let below = descendants(table, meant);
    let involved: HashSet<u32> = meant
        .iter()
        .chain(below.iter().map(|kin| &kin.id))
        .map(|id| id.pid)
        .collect();
    let is_top = |id: &&ProcessId| {
        let parent = parents.get(&id.pid);
        parent.is_none_or(|parent| !involved.contains(parent))
    };
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    // The rest comes by itself, unless the table is not of one instant.
    for &start in meant.iter().filter(is_top).chain(meant) {
        let mut next = vec![start];
        while let Some(id) = next.pop() {
            if seen.insert(id) {
                found.push(id);
                let children = children.get(&id.pid).into_iter().flatten();
                next.extend(children.filter(|child| child.started >= id.started));
            }
        }
    }
    found
}

/// The process with this pid, its parent, and so on up to the first one.
pub(crate) fn lineage(table: &[Kin], pid: u32) -> Vec<u32> {
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
    let table: Vec<Kin> = records.iter().map(ProcessRecord::kin).collect();
    let Some(root) = table.iter().find(|kin| kin.id.pid == pid) else {
        return Vec::new();
    };
    let mut by_id: HashMap<ProcessId, ProcessRecord> = records
        .into_iter()
        .map(|record| (record.id, record))
        .collect();
    descendants(&table, &[root.id])
        .into_iter()
        .filter_map(|kin| by_id.remove(&kin.id))
        .collect()
}

impl ProcessRecord {
    pub(crate) fn kin(&self) -> Kin {
        Kin {
            id: self.id,
            parent: self.parent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kin, descendants, from_the_top, lineage};
    use crate::ProcessId;

    fn kin(pid: u32, parent: u32, started: u64) -> Kin {
        Kin {
            id: ProcessId { pid, started },
            parent,
        }
    }

    fn pids_below(table: &[Kin], roots: &[Kin]) -> Vec<u32> {
        let roots: Vec<ProcessId> = roots.iter().map(|kin| kin.id).collect();
        descendants(table, &roots)
            .iter()
            .map(|kin| kin.id.pid)
            .collect()
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
        assert_eq!(pids_below(&table, &[table[1]]), [3, 4, 5]);
        assert_eq!(pids_below(&table, &[table[0]]), [0_u32; 0]);
        assert_eq!(pids_below(&table, &[table[1], table[3]]), [4, 5]);
    }

    fn pids_from_the_top(table: &[Kin], meant: &[Kin]) -> Vec<u32> {
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
        assert_eq!(pids_below(&table, &[newcomer]), [9]);
    }

    #[test]
    fn a_table_that_goes_in_circles_comes_to_an_end() {
        let table = [kin(2, 3, 10), kin(3, 2, 10), kin(4, 4, 10)];
        assert_eq!(pids_below(&table, &[table[0]]), [3]);
        assert_eq!(pids_below(&table, &[table[2]]), [0_u32; 0]);
        assert_eq!(lineage(&table, 2), [2, 3]);
    }

    #[test]
    fn a_lineage_ends_with_the_first_process() {
        let table = [kin(1, 0, 1), kin(4, 1, 2), kin(6, 4, 3)];
        assert_eq!(lineage(&table, 6), [6, 4, 1]);
        assert_eq!(lineage(&table, 77), [77]);
    }
}
