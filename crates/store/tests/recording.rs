//! Runs that are recorded, with made-up segments in a real file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use memtop_proc::{Description, ProcessId, ProcessTable};
use memtop_store::{
    Error, LivingProcess, NewRun, PidScope, Recorder, RunEnd, RunFilter, State, Store,
    TimelineSegment,
};

const PATIENCE: Duration = Duration::from_secs(30);

fn run(id: &str) -> NewRun {
    NewRun {
        id: id.to_owned(),
        label: Some("build".to_owned()),
        command: r#"["make","-j4"]"#.to_owned(),
        started_at: "2026-01-01T00:00:00.000Z".to_owned(),
        host: "{}".to_owned(),
        memtop_version: "0.1.0".to_owned(),
        process: Some(ProcessId {
            pid: 4_000_000,
            started: 77,
        }),
        ..NewRun::default()
    }
}

fn end() -> RunEnd {
    RunEnd {
        ended_at: "2026-01-01T00:00:01.500Z".to_owned(),
        duration_ms: 1500.0,
        exit_code: Some(0),
        cause: "exit".to_owned(),
        peak_bytes: Some(4096),
        peak_metric: Some("rss".to_owned()),
        result: "{}".to_owned(),
        ..RunEnd::default()
    }
}

fn never(_: usize) -> Option<TimelineSegment> {
    None
}

fn one(store: &Store) -> memtop_store::StoredRun {
    let mut runs = store.runs(&RunFilter::default()).unwrap();
    assert_eq!(runs.len(), 1);
    runs.remove(0)
}

#[test]
fn a_run_is_there_while_it_runs_and_complete_when_it_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let (measured, calls) = channel();
    let mut at = Duration::ZERO;
    let mut recorder = Recorder::start(file.clone(), run("a"), move |_| {
        at += Duration::from_millis(10);
        let _ = measured.send(());
        Some(TimelineSegment {
            at,
            sums: vec![(at, 1 << 20)],
            living: vec![LivingProcess {
                id: ProcessId { pid: 9, started: 1 },
                description: Arc::new(Description {
                    name: "cc".to_owned(),
                    command: vec!["cc".to_owned(), "--password=x".to_owned()],
                }),
                bytes: 1 << 20,
            }],
        })
    });
    // The third call comes when the segment of the second is written.
    for _ in 0..3 {
        calls.recv_timeout(PATIENCE).unwrap();
    }
    let store = Store::open_existing(&file).unwrap().unwrap();
    let running = one(&store);
    assert_eq!(running.state, State::Running);
    assert_eq!(running.process, run("a").process);
    assert_eq!(running.memtop.unwrap().pid, std::process::id());
    assert_eq!(running.peak_bytes, Some(1 << 20));
    assert_eq!(
        store
            .mark_interrupted::<Error>(&running.pid_scope, &|| Ok(memtop_is_there(&running)))
            .unwrap(),
        0
    );

    recorder.finish(end());
    recorder.wait(PATIENCE).unwrap();
    let ended = one(&store);
    assert_eq!((ended.state, ended.exit_code), (State::Ended, Some(0)));
    assert_eq!(ended.peak_bytes, Some(4096));
    assert_eq!(store.result("a").unwrap().as_deref(), Some("{}"));
    let timeline = store.timeline("a").unwrap();
    assert_eq!(timeline.processes[0].name, "cc");
    assert!(timeline.sums.iter().all(|&(_, bytes)| bytes == 1 << 20));
    let kept = std::fs::read(&file).unwrap();
    let log = std::fs::read(folder.path().join("runs.db-wal")).unwrap_or_default();
    assert!(![kept, log].iter().any(|bytes| holds(bytes, b"password")));
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn memtop_is_there(run: &memtop_store::StoredRun) -> ProcessTable {
    ProcessTable::of(vec![process(run.memtop.unwrap(), 1)])
}

fn process(id: ProcessId, parent: u32) -> memtop_proc::ProcessRecord {
    memtop_proc::ProcessRecord {
        id,
        parent,
        name: "x".to_owned(),
        command: Vec::new(),
        cwd: None,
        rss_bytes: 4096,
        cpu_percent: None,
        state: memtop_proc::State::Sleeping,
        user: None,
    }
}

#[test]
fn a_run_whose_memtop_has_gone_was_interrupted_when_it_was_last_seen() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let mut calls = 0;
    let (asked, asks) = channel();
    let recorder = Recorder::start(file.clone(), run("a"), move |_| {
        calls += 1;
        let _ = asked.send(());
        (calls < 4).then(|| TimelineSegment {
            at: Duration::from_millis(calls * 1000),
            ..TimelineSegment::default()
        })
    });
    for _ in 0..4 {
        asks.recv_timeout(PATIENCE).unwrap();
    }
    drop(recorder);
    let store = Store::open_existing(&file).unwrap().unwrap();
    let here = one(&store).pid_scope;
    assert_eq!(
        store
            .mark_interrupted::<Error>(&here, &|| Ok(ProcessTable::default()))
            .unwrap(),
        1
    );
    assert_eq!(
        store
            .mark_interrupted::<Error>(&here, &|| Ok(ProcessTable::default()))
            .unwrap(),
        0
    );
    let run = one(&store);
    assert_eq!(run.state, State::Interrupted);
    assert_eq!(run.duration_ms, Some(3000.0));
    assert_eq!(run.ended_at.as_deref(), Some("2026-01-01T00:00:03.000Z"));
}

#[test]
fn a_run_of_another_container_is_not_judged_by_the_pids_here() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    record(&file, "a", None);
    let store = Store::open_existing(&file).unwrap().unwrap();
    let elsewhere = PidScope {
        pid_namespace: Some("pid:[1]".to_owned()),
        ..one(&store).pid_scope
    };
    assert_eq!(
        store
            .mark_interrupted::<Error>(&elsewhere, &|| Ok(ProcessTable::default()))
            .unwrap(),
        0
    );
    assert_eq!(one(&store).state, State::Running);
    let rebooted = PidScope {
        boot_id: Some("another".to_owned()),
        ..one(&store).pid_scope
    };
    assert_eq!(
        store
            .mark_interrupted::<Error>(&rebooted, &|| Ok(ProcessTable::default()))
            .unwrap(),
        1
    );
}

/// Records a run, and returns when it is written.
fn record(file: &Path, id: &str, end: Option<RunEnd>) {
    let (asked, asks) = channel();
    let mut recorder = Recorder::start(file.to_owned(), run(id), move |_| {
        let _ = asked.send(());
        None
    });
    asks.recv_timeout(PATIENCE).unwrap();
    if let Some(end) = end {
        recorder.finish(end);
        recorder.wait(PATIENCE).unwrap();
    }
}

#[test]
fn many_write_at_once_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let recorders: Vec<Recorder> = (0..20)
        .map(|number| {
            let mut at = Duration::ZERO;
            let mut recorder =
                Recorder::start(file.clone(), run(&format!("{number:02}")), move |_| {
                    at += Duration::from_millis(1);
                    Some(TimelineSegment {
                        at,
                        ..TimelineSegment::default()
                    })
                });
            recorder.finish(end());
            recorder
        })
        .collect();
    for recorder in &recorders {
        recorder.wait(PATIENCE).unwrap();
    }
    let store = Store::open_existing(&file).unwrap().unwrap();
    let ended = store.runs(&RunFilter {
        state: Some(State::Ended),
        ..RunFilter::default()
    });
    assert_eq!(ended.unwrap().len(), 20);
}

fn failure(file: PathBuf) -> memtop_store::RecordingFailure {
    let mut recorder = Recorder::start(file, run("a"), never);
    recorder.finish(end());
    recorder.wait(PATIENCE).unwrap_err()
}

#[test]
fn an_unusable_store_is_reported_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "no database ".repeat(200)).unwrap();
    let damaged = failure(file.clone());
    assert!(
        damaged.is_whole_run && damaged.reason.contains("damaged"),
        "{damaged:?}"
    );
    let below_a_file = failure(file.join("runs.db"));
    assert!(below_a_file.reason.contains("file"), "{below_a_file:?}");
    let a_folder = failure(folder.path().to_owned());
    assert!(a_folder.is_whole_run, "{a_folder:?}");
}

#[test]
fn a_busy_store_blocks_no_caller_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    drop(Store::open(&file).unwrap());
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut recorder = Recorder::start(file.clone(), run("a"), never);
    recorder.finish(end());
    let waited = recorder.wait(Duration::from_millis(20)).unwrap_err();
    assert!(waited.reason.contains("not answered"), "{waited:?}");
    other.execute_batch("COMMIT").unwrap();
    recorder.wait(PATIENCE).unwrap();
    assert_eq!(one(&Store::open(&file).unwrap()).state, State::Ended);
}

#[test]
fn the_wait_for_an_end_that_is_never_written_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let recorder = Recorder::start(file, run("a"), never);
    assert!(recorder.wait(Duration::from_millis(1)).is_err());
}
