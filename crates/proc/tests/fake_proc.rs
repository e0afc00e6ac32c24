//! The Linux observer on directories of fixtures in place of `/proc`.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use memtop_proc::native::{NativeObserver, ProcRoot};
use memtop_proc::{Birth, Description, Error, Observer, ProcessId, Reading};
use tempfile::TempDir;

/// A `/proc` of files that a test writes.
struct FakeProc(TempDir);

impl FakeProc {
    fn new(last_pid: u32) -> Self {
        let fake = Self(TempDir::new().expect("a temporary folder"));
        fake.set_last_pid(last_pid);
        fake
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn set_last_pid(&self, pid: u32) {
        fs::write(
            self.path().join("loadavg"),
            format!("0.00 0.00 0.00 1/2 {pid}\n"),
        )
        .unwrap();
    }

    fn add(&self, pid: u32, parent: u32, started: u64) {
        self.add_named(pid, parent, started, "sh");
    }

    fn add_named(&self, pid: u32, parent: u32, started: u64, name: &str) {
        let directory = self.path().join(pid.to_string());
        fs::create_dir_all(&directory).unwrap();
        let zeros = "0 ".repeat(15);
        let stat = format!(
            "{pid} ({name}) S {parent} {pid} {pid} {zeros}{started} {zeros}17 0 0 0 0 0 0\n"
        );
        fs::write(directory.join("stat"), stat).unwrap();
        fs::write(directory.join("statm"), "1000 250 100 1 0 80 0\n").unwrap();
        fs::write(directory.join("comm"), format!("{name}\n")).unwrap();
        fs::write(directory.join("cmdline"), "sh\0-c\0true\0").unwrap();
    }

    fn remove(&self, pid: u32) {
        fs::remove_dir_all(self.path().join(pid.to_string())).unwrap();
    }

    fn observer(&self) -> NativeObserver {
        NativeObserver::new(ProcRoot::open(self.path()).unwrap()).unwrap()
    }
}

fn births(observer: &mut NativeObserver) -> Vec<u32> {
    pids(|births| observer.births(births))
}

fn all(observer: &mut NativeObserver) -> Vec<u32> {
    observer.note_present().unwrap();
    pids(|births| observer.all(births))
}

fn pids(read: impl FnOnce(&mut Vec<Birth>) -> Result<(), Error>) -> Vec<u32> {
    let mut births = Vec::new();
    read(&mut births).unwrap();
    let mut pids: Vec<u32> = births.iter().map(|birth| birth.id.pid).collect();
    pids.sort_unstable();
    pids
}

#[test]
fn everything_is_new_at_first_and_nothing_after() {
    let fake = FakeProc::new(12);
    fake.add(10, 1, 100);
    fake.add(12, 10, 120);
    let mut observer = fake.observer();
    assert_eq!(all(&mut observer), [10, 12]);
    assert_eq!(births(&mut observer), [0_u32; 0]);
}

#[test]
fn a_birth_is_found_by_the_last_pid() {
    let fake = FakeProc::new(12);
    fake.add(10, 1, 100);
    let mut observer = fake.observer();
    all(&mut observer);
    fake.add(13, 10, 130);
    fake.set_last_pid(13);
    assert_eq!(births(&mut observer), [13]);
}

#[test]
fn without_loadavg_births_are_found_by_a_listing() {
    let fake = FakeProc::new(12);
    fs::remove_file(fake.path().join("loadavg")).unwrap();
    fake.add(10, 1, 100);
    let mut observer = fake.observer();
    assert_eq!(all(&mut observer), [10]);
    assert_eq!(births(&mut observer), [0_u32; 0]);
    fake.add(13, 10, 130);
    assert_eq!(births(&mut observer), [13]);
    assert_eq!(births(&mut observer), [0_u32; 0]);
    assert_eq!(
        (observer.last_pid(), observer.births_are_complete()),
        (None, false)
    );
}

#[test]
fn the_last_pid_of_another_namespace_is_not_relied_on() {
    // Of the host, as lxcfs shows it, or of a container below.
    for (first, later) in [(900_000, 900_100), (3, 3)] {
        let fake = FakeProc::new(first);
        fake.add(10, 1, 100);
        let mut observer = fake.observer();
        all(&mut observer);
        fake.add(13, 10, 130);
        fake.set_last_pid(later);
        until_born(&mut observer, 13);
        fake.add(14, 10, 140);
        assert_eq!(births(&mut observer), [14]);
        assert_eq!(observer.never_seen(), 0);
    }
}

fn until_born(observer: &mut NativeObserver, pid: u32) {
    let start = Instant::now();
    while births(observer) != [pid] {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "waited for {pid}"
        );
    }
}

#[test]
fn a_pid_that_cannot_be_seen_yet_is_tried_again() {
    let fake = FakeProc::new(12);
    let mut observer = fake.observer();
    all(&mut observer);
    fake.set_last_pid(13);
    assert_eq!(births(&mut observer), [0_u32; 0]);
    fake.add(13, 10, 130);
    assert_eq!(births(&mut observer), [13]);
}

#[test]
fn many_births_at_once_are_all_found() {
    let fake = FakeProc::new(12);
    let mut observer = fake.observer();
    all(&mut observer);
    let started: Vec<u32> = (13..300).step_by(3).collect();
    for &pid in &started {
        fake.add(pid, 1, u64::from(pid));
    }
    fake.set_last_pid(300);
    assert_eq!(births(&mut observer), started);
}

#[test]
fn births_are_found_when_pids_wrap_around() {
    let fake = FakeProc::new(32_700);
    fake.add(300, 1, 100);
    let mut observer = fake.observer();
    all(&mut observer);
    for pid in [32_710, 310] {
        fake.add(pid, 1, 200);
    }
    fake.set_last_pid(310);
    assert_eq!(
        births(&mut observer),
        [300, 310, 32_710],
        "300 may be another process by now"
    );
}

#[test]
fn a_pid_given_out_again_is_a_birth() {
    let fake = FakeProc::new(12);
    fake.add(40, 1, 100);
    let mut observer = fake.observer();
    all(&mut observer);
    fake.remove(40);
    fake.add(40, 1, 900);
    fake.set_last_pid(60);
    assert_eq!(births(&mut observer), [40]);
}

#[test]
fn names_cannot_forge_descent() {
    let fake = FakeProc::new(12);
    fake.add_named(10, 7, 100, "a) S 1 1 1 (b");
    fake.add_named(11, 7, 100, "two\nlines");
    let mut found = Vec::new();
    fake.observer().all(&mut found).unwrap();
    assert_eq!(
        found.iter().map(|birth| birth.parent).collect::<Vec<_>>(),
        [7, 7]
    );
}

#[test]
fn one_broken_process_does_not_hide_the_others() {
    let fake = FakeProc::new(12);
    fake.add(10, 1, 100);
    fake.add(11, 1, 100);
    fake.add(12, 1, 100);
    fs::write(fake.path().join("11/stat"), "11 (cut").unwrap();
    let mut found = Vec::new();
    let error = fake.observer().all(&mut found).expect_err("11 is broken");
    assert!(error.to_string().ends_with("/11/stat: comm is missing"));
    assert_eq!(
        found.iter().map(|birth| birth.id.pid).collect::<Vec<_>>(),
        [10, 12]
    );
}

#[test]
fn a_process_is_watched_only_while_it_is_still_the_same() {
    let fake = FakeProc::new(12);
    fake.add(10, 1, 100);
    let mut observer = fake.observer();
    assert!(
        observer
            .watch(ProcessId {
                pid: 10,
                started: 99
            })
            .unwrap()
            .is_none()
    );
    assert!(
        observer
            .watch(ProcessId {
                pid: 11,
                started: 100
            })
            .unwrap()
            .is_none()
    );
    let mut handle = observer
        .watch(ProcessId {
            pid: 10,
            started: 100,
        })
        .unwrap()
        .unwrap();
    let page = rustix::param::page_size() as u64;
    assert_eq!(
        observer.resident(&mut handle).unwrap(),
        Reading::Resident {
            bytes: 250 * page,
            shared_bytes: 100 * page
        }
    );
}

#[test]
fn a_statm_that_makes_no_sense_is_named() {
    let fake = FakeProc::new(12);
    fake.add(10, 1, 100);
    let mut observer = fake.observer();
    let mut handle = observer
        .watch(ProcessId {
            pid: 10,
            started: 100,
        })
        .unwrap()
        .unwrap();
    fs::write(fake.path().join("10/statm"), "").unwrap();
    let error = observer.resident(&mut handle).expect_err("it is empty");
    assert!(
        error
            .to_string()
            .ends_with("/10/statm: resident is missing")
    );
}

#[test]
fn a_process_is_described_by_name_and_arguments() {
    let fake = FakeProc::new(12);
    fake.add_named(10, 1, 100, "odd) name");
    let description = fake.observer().describe(ProcessId {
        pid: 10,
        started: 100,
    });
    assert_eq!(
        description,
        Some(Description {
            name: "odd) name".to_owned(),
            command: ["sh", "-c", "true"].map(str::to_owned).to_vec()
        })
    );
    assert_eq!(
        fake.observer().describe(ProcessId {
            pid: 10,
            started: 101
        }),
        None
    );
}

#[test]
fn a_folder_that_is_no_proc_is_named() {
    let folder = TempDir::new().unwrap();
    let root = ProcRoot::open(folder.path()).unwrap();
    let error = NativeObserver::new(root).expect_err("there is nothing");
    assert!(error.to_string().contains("loadavg"), "{error}");
    assert!(ProcRoot::open(folder.path().join("none")).is_err());
}
