//! Running runs, according to a fake process table.

use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use memtop_proc::{ProcessId, ProcessRecord, ProcessTable, State as ProcessState};
use memtop_store::{
    AliveRun, Error, LivingProcess, MembersError, NewRun, Recorder, RunFilter, Store, StoredRun,
    TimelineSegment,
};

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
    let living: Vec<LivingProcess> = seen
        .iter()
        .map(|&id| LivingProcess {
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
        (calls < 3).then(|| TimelineSegment {
            at: Duration::from_millis(calls),
            living: living.clone(),
            ..TimelineSegment::default()
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
fn processes(run: &StoredRun) -> Vec<ProcessRecord> {
    vec![
        process(id(1), 0),
        process(run.memtop.unwrap(), 1),
        process(COMMAND, run.memtop.unwrap().pid),
        process(id(4_000_001), COMMAND.pid),
        process(id(4_000_002), 1),
        process(id(4_000_003), 1),
    ]
}

fn table(run: &StoredRun) -> ProcessTable {
    ProcessTable::without_zombies(processes(run))
}

/// The same with another process in the place of the one with its pid.
fn table_with(run: &StoredRun, others: &[ProcessRecord]) -> ProcessTable {
    let mut all = processes(run);
    all.retain(|one| others.iter().all(|other| other.id.pid != one.id.pid));
    all.extend_from_slice(others);
    ProcessTable::without_zombies(all)
}

fn alive(store: &Store, run: &StoredRun, table: &ProcessTable) -> Result<Vec<AliveRun>, Error> {
    store.alive(&run.pid_scope, &|| Ok(table.clone()))
}

fn members_of(
    store: &Store,
    id: &str,
    run: &StoredRun,
    table: &ProcessTable,
) -> Result<Vec<ProcessId>, MembersError> {
    store.members(id, &run.pid_scope, &|| Ok(table.clone()))
}

fn only(store: &Store) -> StoredRun {
    store.runs(&RunFilter::default()).unwrap().remove(0)
}

fn pids(tree: &[ProcessRecord]) -> Vec<u32> {
    tree.iter().map(|record| record.id.pid).collect()
}

struct Scene {
    _folder: tempfile::TempDir,
    _recorder: Recorder,
    store: Store,
    run: StoredRun,
    table: ProcessTable,
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
    let alive = alive(store, run, table).unwrap();
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
    let alive = alive(&store, &run, &table(&run)).unwrap();
    let ids: Vec<&str> = alive.iter().map(|alive| alive.run.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
}

#[test]
fn its_members_are_its_processes_and_no_others() {
    let Scene {
        store, run, table, ..
    } = &scene();
    let members = members_of(store, "a", run, table).unwrap();
    assert_eq!(members, [COMMAND, id(4_000_001), id(4_000_002)]);
    let others_only = ProcessTable::without_zombies(vec![process(id(1), 0)]);
    let over = members_of(store, "a", run, &others_only);
    assert!(matches!(over, Err(MembersError::Over(_))), "{over:?}");
}

#[test]
fn a_process_that_reuses_a_pid_is_not_a_member() {
    let Scene { store, run, .. } = &scene();
    let reused = [COMMAND.pid, 4_000_001, 4_000_002].map(|pid| {
        let started = 9_999;
        process(ProcessId { pid, started }, 1)
    });
    let table = &table_with(run, &reused);
    let alive = alive(store, run, table).unwrap();
    assert!(alive[0].tree.is_empty());
    let members = members_of(store, "a", run, table);
    assert!(matches!(members, Err(MembersError::Over(_))), "{members:?}");
}

#[test]
fn another_process_with_the_pid_of_memtop_does_not_keep_a_run_alive() {
    let Scene { store, run, .. } = &scene();
    let reused = ProcessId {
        started: 1,
        ..run.memtop.unwrap()
    };
    let table = &table_with(run, &[process(reused, 1)]);
    assert!(alive(store, run, table).unwrap().is_empty());
    // Its command is still there, and can be ended.
    let members = members_of(store, "a", run, table).unwrap();
    assert_eq!(members.len(), 3);
}

#[test]
fn a_zombie_memtop_is_none() {
    let Scene { store, run, .. } = &scene();
    let zombie = ProcessRecord {
        state: ProcessState::Zombie,
        ..process(run.memtop.unwrap(), 1)
    };
    let table = &table_with(run, &[zombie]);
    assert!(alive(store, run, table).unwrap().is_empty());
}

#[test]
fn a_run_that_is_not_there_has_no_members() {
    let Scene {
        store, run, table, ..
    } = &scene();
    let members = members_of(store, "b", run, table);
    assert!(
        matches!(members, Err(MembersError::Unknown(_))),
        "{members:?}"
    );
}
