//! A process table in memory, for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::descent::{ParentLink, descendants_of, lineage};
use crate::end_tree::check_not_own_lineage;
use crate::lock;
use crate::{Error, Inspector, KillOptions, KillOutcome, ProcessRecord, State};

/// Shows only the processes that were added to it. Clones share one table; separately created
/// inspectors are independent, so tests can run in parallel.
#[derive(Clone, Debug, Default)]
pub struct MockInspector {
    records: Arc<Mutex<BTreeMap<u32, ProcessRecord>>>,
}

impl MockInspector {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a process, replacing any with the same pid.
    pub fn add(&self, record: ProcessRecord) {
        self.records().insert(record.id.pid, record);
    }

    /// Removes a process, if it exists, but not its descendants.
    pub fn remove(&self, pid: u32) {
        self.records().remove(&pid);
    }

    /// Removes all processes.
    pub fn clear(&self) {
        self.records().clear();
    }

    /// The number of processes.
    #[must_use]
    pub fn count(&self) -> usize {
        self.records().len()
    }

    fn records(&self) -> MutexGuard<'_, BTreeMap<u32, ProcessRecord>> {
        lock(&self.records)
    }
}

impl Inspector for MockInspector {
    fn list(&self) -> Result<Vec<ProcessRecord>, Error> {
        Ok(self.records().values().cloned().collect())
    }

    /// Removes the tree at once, with or without `force`.
    fn kill(&self, pid: u32, options: &KillOptions) -> Result<KillOutcome, Error> {
        let mut records = self.records();
        let is_same = |record: &&ProcessRecord| {
            options
                .started
                .is_none_or(|started| started == record.id.started)
        };
        let root = records
            .get(&pid)
            .filter(is_same)
            .ok_or(Error::ProcessNotFound { pid })?
            .clone();
        let table: Vec<ParentLink> = records.values().map(ProcessRecord::parent_link).collect();
        check_not_own_lineage(&lineage(&table, std::process::id()), pid)?;
        let mut ended = descendants_of(records.values().cloned().collect(), pid);
        ended.push(root);
        for record in &ended {
            records.remove(&record.id.pid);
        }
        let killed = ended
            .iter()
            .filter(|record| record.state != State::Zombie)
            .count() as u64;
        Ok(KillOutcome {
            killed,
            failed: Vec::new(),
        })
    }

    fn exists(&self, pid: u32) -> Result<bool, Error> {
        Ok(self.records().contains_key(&pid))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::thread;

    use super::MockInspector;
    use crate::{Error, Inspector, KillOptions, ProcessId, ProcessRecord, State};

    fn record(pid: u32, parent: u32, cwd: &str) -> ProcessRecord {
        ProcessRecord {
            id: ProcessId { pid, started: 100 },
            parent,
            name: format!("p{pid}"),
            command: Vec::new(),
            cwd: Some(cwd.into()),
            rss_bytes: 4096,
            cpu_percent: Some(1.5),
            state: State::Sleeping,
            user: Some(0),
        }
    }

    fn three() -> MockInspector {
        let mock = MockInspector::new();
        mock.add(record(30, 20, "/nowhere/a/b"));
        mock.add(record(10, 1, "/nowhere/a"));
        mock.add(record(20, 10, "/nowhere/a-b"));
        mock
    }

    fn pids(records: &[ProcessRecord]) -> Vec<u32> {
        records.iter().map(|record| record.id.pid).collect()
    }

    #[test]
    fn what_is_added_is_listed_by_pid() {
        let mock = three();
        assert_eq!(mock.count(), 3);
        assert_eq!(pids(&mock.list().unwrap()), [10, 20, 30]);
        assert_eq!(mock.list().unwrap()[0], record(10, 1, "/nowhere/a"));
    }

    #[test]
    fn adding_a_pid_again_replaces_its_process() {
        let mock = three();
        mock.add(record(20, 1, "/elsewhere"));
        assert_eq!(mock.count(), 3);
        assert!(mock.tree(10).unwrap().is_empty());
    }

    #[test]
    fn removing_a_process_twice_is_harmless() {
        let mock = three();
        mock.remove(20);
        mock.remove(20);
        assert_eq!(mock.count(), 2);
        assert!(!mock.exists(20).unwrap());
        assert!(mock.exists(30).unwrap());
    }

    #[test]
    fn a_cleared_table_is_empty() {
        let mock = three();
        mock.clear();
        assert_eq!(mock.count(), 0);
        assert!(mock.list().unwrap().is_empty());
    }

    #[test]
    fn a_tree_holds_all_descendants() {
        assert_eq!(pids(&three().tree(10).unwrap()), [20, 30]);
        assert!(three().tree(77).unwrap().is_empty());
    }

    #[test]
    fn working_directories_are_compared_by_whole_names() {
        let found = three().find_by_cwd(Path::new("/nowhere/a")).unwrap();
        assert_eq!(pids(&found), [10, 30]);
    }

    #[test]
    fn a_killed_process_takes_its_descendants_along() {
        let mock = three();
        let outcome = mock.kill(20, &KillOptions::default()).unwrap();
        assert_eq!((outcome.killed, outcome.failed.len()), (2, 0));
        assert_eq!(pids(&mock.list().unwrap()), [10]);
        let again = mock.kill(20, &KillOptions::default());
        assert!(matches!(again, Err(Error::ProcessNotFound { pid: 20 })));
    }

    #[test]
    fn another_process_with_the_pid_is_not_killed() {
        let mock = three();
        let options = KillOptions {
            started: Some(99),
            ..KillOptions::default()
        };
        let outcome = mock.kill(20, &options);
        assert!(matches!(outcome, Err(Error::ProcessNotFound { pid: 20 })));
        assert_eq!(mock.count(), 3);
    }

    #[test]
    fn only_clones_share_a_table() {
        let mock = three();
        let clone = mock.clone();
        thread::spawn(move || clone.remove(10)).join().unwrap();
        assert_eq!(mock.count(), 2);
        assert_eq!(three().count(), 3);
    }
}
