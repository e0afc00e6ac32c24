//! Runs that are running, by the word of a process table that is made up.

use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use memtop_proc::{KillOptions, MockInspector, ProcessId, ProcessRecord, State as ProcessState};
use memtop_store::{Living, Look, NewRun, Question, Recorder, RunKillError, Store, StoredRun};

const COMMAND: ProcessId = ProcessId {
    pid: 4_000_000,
    started: 77,
};

fn start(
    file: &Path,
    id: &str,
    started_at: &str,
    process: Option<ProcessId>,
    seen: &[ProcessId],
) -> Recorder {
    let run = NewRun {
        id: id.to_owned(),
        command: "[]".to_owned(),
        started_at: started_at.to_owned(),
        process,
        ..NewRun::default()
    };
    let living: Vec<Living> = seen
        .iter()
        .map(|&id| Living {
            id,
            description: std::sync::Arc::default(),
            bytes: 4096,
        })
        .collect();
    let (asked, asks) = channel();
    let mut calls = 0;
    let recorder = Recorder::start(file.to_owned(), run, move |_| {
        calls += 1;
        let _ = asked.send(());
        (calls < 3).then(|| Look {
            at: Duration::from_millis(calls),
            living: living.clone(),
            ..Look::default()
        })
    });
    for _ in 0..3 {
        asks.recv_timeout(Duration::from_secs(30)).unwrap();
    }
    recorder
}

fn process(id: ProcessId, parent: u32) -> ProcessRecord {
    ProcessRecord {
        id,
        parent,
        name: format!("p{}", id.pid),
        command: Vec::new(),
        cwd: None,
        rss_bytes: 4096,
        cpu_percent: None,
        state: ProcessState::Sleeping,
        user: None,
    }
}

fn id(pid: u32) -> ProcessId {
    ProcessId { pid, started: 100 }
}

/// A memtop, its command, a child of that, an orphan of the run and a stranger.
fn table(run: &StoredRun) -> MockInspector {
    let table = MockInspector::new();
    table.add(process(id(1), 0));
    // A mock refuses to end the lineage of who asks, and the memtop here is that very process.
    table.add(process(run.memtop.unwrap(), 1));
    table.add(process(COMMAND, run.memtop.unwrap().pid));
    table.add(process(id(4_000_001), COMMAND.pid));
    table.add(process(id(4_000_002), 1));
    table.add(process(id(4_000_003), 1));
    table
}

fn only(store: &Store) -> StoredRun {
    store.runs(&Question::default()).unwrap().remove(0)
}

fn pids(tree: &[ProcessRecord]) -> Vec<u32> {
    tree.iter().map(|record| record.id.pid).collect()
}

struct Scene {
    _folder: tempfile::TempDir,
    _recorder: Recorder,
    store: Store,
    run: StoredRun,
    table: MockInspector,
}

fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let recorder = start(
        &file,
        "a",
        "2026-01-01T00:00:00.000Z",
        Some(COMMAND),
        &[id(4_000_002)],
    );
    let store = Store::open_existing(&file).unwrap().unwrap();
    let run = only(&store);
    Scene {
        _folder: folder,
        _recorder: recorder,
        table: table(&run),
        store,
        run,
    }
}

#[test]
fn a_running_one_is_shown_with_its_whole_tree_also_the_orphans() {
    let Scene {
        store, run, table, ..
    } = &scene();
    let alive = store.alive(&run.here, table).unwrap();
    assert_eq!(pids(&alive[0].tree), [COMMAND.pid, 4_000_001, 4_000_002]);
}

#[test]
fn running_ones_come_oldest_first() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let _later = start(&file, "b", "2026-01-02T00:00:00.000Z", None, &[]);
    let _earlier = start(&file, "a", "2026-01-01T00:00:00.000Z", None, &[]);
    let store = Store::open_existing(&file).unwrap().unwrap();
    let run = only(&store);
    let alive = store.alive(&run.here, &table(&run)).unwrap();
    let ids: Vec<&str> = alive.iter().map(|alive| alive.run.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
}

#[test]
fn ending_a_run_ends_its_processes_and_nobody_else() {
    let Scene {
        store, run, table, ..
    } = &scene();
    let outcome = store
        .kill("a", &run.here, table, &KillOptions::default())
        .unwrap();
    assert_eq!((outcome.killed, outcome.failed.len()), (3, 0));
    assert_eq!(table.count(), 3, "init, memtop and the stranger");
    let again = store.kill("a", &run.here, table, &KillOptions::default());
    assert!(matches!(again, Err(RunKillError::Over(_))), "{again:?}");
}

#[test]
fn whoever_has_got_a_pid_since_is_neither_shown_nor_ended() {
    let Scene {
        store, run, table, ..
    } = &scene();
    for reused in [COMMAND.pid, 4_000_001, 4_000_002] {
        table.add(process(
            ProcessId {
                pid: reused,
                started: 9_999,
            },
            1,
        ));
    }
    let alive = store.alive(&run.here, table).unwrap();
    assert!(alive[0].tree.is_empty());
    let outcome = store.kill("a", &run.here, table, &KillOptions::default());
    assert!(matches!(outcome, Err(RunKillError::Over(_))), "{outcome:?}");
    assert_eq!(table.count(), 6);
}

#[test]
fn another_process_with_the_pid_of_memtop_does_not_keep_a_run_alive() {
    let Scene {
        store, run, table, ..
    } = &scene();
    let reused = ProcessId {
        started: 1,
        ..run.memtop.unwrap()
    };
    table.add(process(reused, 1));
    assert!(store.alive(&run.here, table).unwrap().is_empty());
    // Its command is still there, and can be ended.
    let outcome = store
        .kill("a", &run.here, table, &KillOptions::default())
        .unwrap();
    assert_eq!(outcome.killed, 3);
}

#[test]
fn a_zombie_memtop_is_none() {
    let Scene {
        store, run, table, ..
    } = &scene();
    table.add(ProcessRecord {
        state: ProcessState::Zombie,
        ..process(run.memtop.unwrap(), 1)
    });
    assert!(store.alive(&run.here, table).unwrap().is_empty());
}

#[test]
fn a_run_that_is_not_there_cannot_be_ended() {
    let Scene {
        store, run, table, ..
    } = &scene();
    let outcome = store.kill("b", &run.here, table, &KillOptions::default());
    assert!(
        matches!(outcome, Err(RunKillError::Unknown(_))),
        "{outcome:?}"
    );
}
