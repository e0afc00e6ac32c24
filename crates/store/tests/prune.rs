//! What goes from a store and what stays, and what comes from another.

use memtop_proc::ProcessId;
use memtop_store::{
    NewRun, ProcessTimeline, Pruning, RunEnd, RunFilter, State, Store, StoredTimeline,
};

fn run(day: u32) -> NewRun {
    NewRun {
        id: format!("202601{day:02}-000000-000000"),
        command: "[]".to_owned(),
        started_at: format!("2026-01-{day:02}T00:00:00.000Z"),
        ..NewRun::default()
    }
}

fn end() -> RunEnd {
    RunEnd {
        cause: "exit".to_owned(),
        result: "x".repeat(50_000),
        ..RunEnd::default()
    }
}

fn timeline() -> StoredTimeline {
    StoredTimeline {
        sums: vec![(1, 1 << 20), (5, 3 << 20), (8, 2 << 20)],
        processes: vec![
            ProcessTimeline {
                id: ProcessId { pid: 7, started: 1 },
                name: "sh".to_owned(),
                points: vec![(5, 1 << 20), (9, 0)],
            },
            ProcessTimeline {
                id: ProcessId { pid: 8, started: 2 },
                name: "cc".to_owned(),
                points: vec![(5, 1 << 20), (9, 2 << 20)],
            },
        ],
    }
}

fn ten() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("runs.db")).unwrap();
    for day in 1..=10 {
        assert!(store.import(&run(day), Some(&end()), &timeline()).unwrap());
    }
    (folder, store)
}

fn days(store: &Store) -> Vec<String> {
    let runs = store.runs(&RunFilter::default()).unwrap();
    runs.into_iter()
        .map(|run| run.id[6..8].to_owned())
        .collect()
}

#[test]
fn runs_go_by_age() {
    let (_folder, store) = ten();
    let pruned = store.prune(&Pruning {
        before: Some("2026-01-08T00:00:00.000Z".to_owned()),
        ..Pruning::default()
    });
    assert_eq!(pruned.unwrap().removed, 7);
    assert_eq!(days(&store), ["08", "09", "10"]);
}

#[test]
fn runs_go_by_count() {
    let (_folder, store) = ten();
    let pruned = store.prune(&Pruning {
        keep: Some(2),
        ..Pruning::default()
    });
    assert_eq!(pruned.unwrap().left, 2);
    assert_eq!(days(&store), ["09", "10"]);
}

#[test]
fn runs_go_by_size_and_the_space_is_given_back() {
    let (folder, store) = ten();
    let pruned = store.prune(&Pruning {
        most_bytes: Some(300_000),
        ..Pruning::default()
    });
    let pruned = pruned.unwrap();
    assert!(pruned.bytes_before > 500_000, "{pruned:?}");
    assert!(
        (200_000..=300_000).contains(&pruned.bytes_after),
        "{pruned:?}"
    );
    let size = std::fs::metadata(folder.path().join("runs.db"))
        .unwrap()
        .len();
    assert_eq!(size, pruned.bytes_after);
    assert_eq!(days(&store).last().unwrap(), "10");
}

#[test]
fn a_run_is_imported_unchanged_and_once() {
    let (_folder, mut store) = ten();
    let id = run(3).id;
    assert_eq!(store.timeline(&id).unwrap(), timeline());
    assert_eq!(store.result(&id).unwrap(), Some(end().result));
    assert!(!store.import(&run(3), Some(&end()), &timeline()).unwrap());
    assert_eq!(days(&store).len(), 10);
}

#[test]
fn a_run_without_an_end_was_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("runs.db")).unwrap();
    assert!(store.import(&run(1), None, &timeline()).unwrap());
    let run = store.runs(&RunFilter::default()).unwrap().remove(0);
    assert_eq!(run.state, State::Interrupted);
    assert_eq!(run.peak_bytes, Some(3 << 20));
    assert_eq!(run.ended_at.as_deref(), Some("2026-01-01T00:00:00.008Z"));
}

#[test]
fn runs_are_found_by_what_is_asked() {
    let (_folder, store) = ten();
    let found = |filter: RunFilter| {
        let runs = store.runs(&filter).unwrap();
        runs.into_iter()
            .map(|run| run.id[6..8].to_owned())
            .collect::<Vec<_>>()
    };
    let latest = RunFilter {
        latest: Some(2),
        ..RunFilter::default()
    };
    assert_eq!(found(latest), ["09", "10"]);
    let begins = RunFilter {
        id_begins: Some("2026010".to_owned()),
        ..RunFilter::default()
    };
    assert_eq!(found(begins).len(), 9);
    let since = RunFilter {
        since: Some("2026-01-09".to_owned()),
        ..RunFilter::default()
    };
    assert_eq!(found(since), ["09", "10"]);
    let running = RunFilter {
        state: Some(State::Running),
        ..RunFilter::default()
    };
    assert!(found(running).is_empty());
}

#[test]
fn what_was_run_comes_with_its_latest_peaks_and_the_latest_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("runs.db")).unwrap();
    let labels = [
        Some("a"),
        None,
        Some("a"),
        Some("a"),
        Some("[]"),
        None,
        Some("a"),
    ];
    for (day, label) in (1..).zip(labels) {
        let run = NewRun {
            label: label.map(str::to_owned),
            ..run(day)
        };
        let end = RunEnd {
            peak_bytes: (day != 3).then_some(i64::from(day)),
            ..end()
        };
        store
            .import(&run, Some(&end), &StoredTimeline::default())
            .unwrap();
    }
    let groups = store.groups(&RunFilter::default(), 3).unwrap();
    let found: Vec<_> = groups
        .iter()
        .map(|group| {
            (
                group.label.as_deref(),
                group.command.as_deref(),
                group.runs,
                Vec::from(group.peaks.clone()),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Some("a"), None, 4, vec![None, Some(4), Some(7)]),
            (None, Some("[]"), 2, vec![Some(2), Some(6)]),
            (Some("[]"), None, 1, vec![Some(5)]),
        ]
    );
}

#[test]
fn peaks_of_another_metric_than_the_latest_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("runs.db")).unwrap();
    for (day, metric) in (1..).zip(["pss", "rss", "unique", "unique"]) {
        let end = RunEnd {
            peak_bytes: Some(i64::from(day)),
            peak_metric: Some(metric.to_owned()),
            ..end()
        };
        store
            .import(&run(day), Some(&end), &StoredTimeline::default())
            .unwrap();
    }
    let groups = store.groups(&RunFilter::default(), 20).unwrap();
    let group = groups.first().unwrap();
    assert_eq!(group.runs, 4);
    assert_eq!(Vec::from(group.peaks.clone()), [Some(3), Some(4)]);
    assert_eq!(group.metric.as_deref(), Some("unique"));
    assert_eq!(
        group
            .other_metrics
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        ["pss", "rss"]
    );
}
