//! The sampler on a process table that tests make up.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use memtop_proc::{Birth, Description, Error, Observer, ProcessId, Reading};
use memtop_sampler::{Sampler, SamplerThread, StartError, TaskId};

const MS: Duration = Duration::from_millis(1);

#[derive(Clone, Copy)]
struct Process {
    birth: Birth,
    bytes: u64,
}

#[derive(Default)]
struct Table {
    processes: BTreeMap<u32, Process>,
    new: Vec<u32>,
    started_ever: u64,
    broken: bool,
    execed: Vec<u32>,
}

/// Shared with the test, which changes it between samples.
#[derive(Clone, Default)]
struct FakeTable(Arc<Mutex<Table>>);

impl FakeTable {
    fn start(&self, pid: u32, parent: u32, bytes: u64) {
        self.start_as(pid, parent, bytes, |_| {});
    }

    fn start_as(&self, pid: u32, parent: u32, bytes: u64, change: impl FnOnce(&mut Birth)) {
        let mut table = self.0.lock().unwrap();
        table.started_ever += 1;
        let started = table.started_ever;
        let mut birth = Birth {
            id: ProcessId { pid, started },
            parent,
            group: 1,
            session: 1,
        };
        change(&mut birth);
        table.processes.insert(pid, Process { birth, bytes });
        table.new.push(pid);
    }

    fn set(&self, pid: u32, bytes: u64) {
        self.0
            .lock()
            .unwrap()
            .processes
            .get_mut(&pid)
            .unwrap()
            .bytes = bytes;
    }

    fn adopt(&self, pid: u32, parent: u32) {
        self.0
            .lock()
            .unwrap()
            .processes
            .get_mut(&pid)
            .unwrap()
            .birth
            .parent = parent;
    }

    fn end(&self, pid: u32) {
        self.0.lock().unwrap().processes.remove(&pid);
    }

    fn exec(&self, pid: u32) {
        self.0.lock().unwrap().execed.push(pid);
    }

    fn set_broken(&self, broken: bool) {
        self.0.lock().unwrap().broken = broken;
    }

    fn read<T>(&self, read: impl FnOnce(&mut Table) -> T) -> Result<T, Error> {
        let mut table = self.0.lock().unwrap();
        if table.broken {
            return Err(Error::Malformed {
                path: PathBuf::from("table"),
                reason: "broken",
            });
        }
        Ok(read(&mut table))
    }
}

impl Observer for FakeTable {
    type Handle = ProcessId;

    fn all(&mut self, births: &mut Vec<Birth>) -> Result<(), Error> {
        self.read(|table| {
            table.new.clear();
            births.extend(table.processes.values().map(|process| process.birth));
        })
    }

    fn births(&mut self, births: &mut Vec<Birth>) -> Result<(), Error> {
        self.read(|table| {
            let new = std::mem::take(&mut table.new);
            births.extend(
                new.iter()
                    .filter_map(|pid| Some(table.processes.get(pid)?.birth)),
            );
        })
    }

    fn watch(&mut self, id: ProcessId) -> Result<Option<ProcessId>, Error> {
        self.read(|table| {
            table
                .processes
                .get(&id.pid)
                .filter(|now| now.birth.id == id)
                .map(|_| id)
        })
    }

    fn resident(&mut self, id: &mut ProcessId) -> Result<Reading, Error> {
        self.read(|table| match table.processes.get(&id.pid) {
            Some(process) if process.birth.id == *id => Reading::Resident(process.bytes),
            _ => Reading::Gone,
        })
    }

    fn describe(&mut self, id: ProcessId) -> Option<Description> {
        let execed = self.0.lock().unwrap().execed.contains(&id.pid);
        let name = format!("{}{}", if execed { "execed" } else { "p" }, id.pid);
        Some(Description {
            name,
            command: Vec::new(),
        })
    }

    fn identify(&mut self, pid: u32) -> Result<Option<Birth>, Error> {
        self.read(|table| table.processes.get(&pid).map(|process| process.birth))
    }
}

/// A table with one process, and a sampler of it.
fn sampler_of_root() -> (FakeTable, Sampler<FakeTable>, TaskId) {
    let table = FakeTable::default();
    table.start(10, 1, 100);
    let mut sampler = Sampler::new(table.clone());
    let task = sampler.add_task(10, Duration::ZERO).unwrap().unwrap();
    (table, sampler, task)
}

fn peak(sampler: &Sampler<FakeTable>, task: TaskId) -> u64 {
    sampler
        .task_record(task)
        .unwrap()
        .peak
        .map_or(0, |peak| peak.bytes)
}

#[test]
fn the_peak_is_the_highest_sum_and_names_who_made_it_up() {
    let (table, mut sampler, task) = sampler_of_root();
    table.start(11, 10, 300);
    sampler.tick(MS).unwrap();
    table.set(11, 500);
    sampler.tick(2 * MS).unwrap();
    table.set(11, 50);
    table.set(10, 110);
    sampler.tick(3 * MS).unwrap();
    let record = sampler.task_record(task).unwrap();
    let peak = record.peak.unwrap();
    assert_eq!((peak.bytes, peak.at), (600, 2 * MS));
    let mut shares: Vec<_> = peak
        .processes
        .iter()
        .map(|process| (process.description.name.clone(), process.bytes))
        .collect();
    shares.sort();
    assert_eq!(shares, [("p10".to_owned(), 100), ("p11".to_owned(), 500)]);
    let largest = record.largest.unwrap();
    assert_eq!((largest.id.pid, largest.bytes), (11, 500));
}

#[test]
fn a_process_that_execs_late_is_named_anew_once_its_memory_tells() {
    let (table, mut sampler, task) = sampler_of_root();
    for tick in 1..100 {
        sampler.tick(tick * MS).unwrap();
    }
    table.exec(10);
    table.set(10, 700);
    sampler.tick(100 * MS).unwrap();
    let record = sampler.task_record(task).unwrap();
    assert_eq!(record.largest.unwrap().description.name, "execed10");
    assert_eq!(
        record.peak.unwrap().processes[0].description.name,
        "execed10"
    );
}

#[test]
fn one_after_the_other_is_not_added_up() {
    let (table, mut sampler, task) = sampler_of_root();
    for pid in 11..20 {
        table.start(pid, 10, 300);
        sampler.tick(MS).unwrap();
        table.end(pid);
    }
    assert_eq!(peak(&sampler, task), 400);
    assert_eq!(sampler.task_record(task).unwrap().max_alive, 2);
}

#[test]
fn strangers_are_not_counted() {
    let (table, mut sampler, task) = sampler_of_root();
    table.start(20, 1, 9_000);
    table.start(21, 20, 9_000);
    sampler.tick(MS).unwrap();
    assert_eq!(peak(&sampler, task), 100);
}

#[test]
fn a_process_stays_when_its_parent_ends() {
    let (table, mut sampler, task) = sampler_of_root();
    table.start(11, 10, 10);
    table.start(12, 11, 50);
    sampler.tick(MS).unwrap();
    table.end(11);
    table.adopt(12, 1);
    table.set(12, 700);
    sampler.tick(2 * MS).unwrap();
    assert_eq!(peak(&sampler, task), 800);
}

#[test]
fn an_orphan_is_placed_by_the_session_or_group_that_a_forebear_made() {
    for of_session in [true, false] {
        let (table, mut sampler, task) = sampler_of_root();
        table.start(11, 10, 10);
        sampler.tick(MS).unwrap();
        table.end(11);
        table.start_as(12, 1, 50, |birth| {
            if of_session {
                birth.session = 11;
            } else {
                birth.group = 11;
            }
        });
        sampler.tick(2 * MS).unwrap();
        assert_eq!(peak(&sampler, task), 150);
    }
}

#[test]
fn a_pid_that_a_stranger_has_now_places_nobody() {
    let (table, mut sampler, task) = sampler_of_root();
    table.start(11, 10, 10);
    sampler.tick(MS).unwrap();
    table.end(11);
    table.start_as(11, 1, 5_000, |birth| birth.session = 11);
    sampler.tick(2 * MS).unwrap();
    table.start_as(12, 11, 5_000, |birth| birth.session = 11);
    sampler.tick(3 * MS).unwrap();
    assert_eq!(peak(&sampler, task), 110);
}

#[test]
fn a_child_that_is_listed_before_its_parent_is_placed() {
    let (table, mut sampler, task) = sampler_of_root();
    table.start(32_000, 11, 5);
    table.start(11, 10, 5);
    sampler.tick(MS).unwrap();
    assert_eq!(sampler.task_record(task).unwrap().seen, 3);
}

#[test]
fn a_process_without_one_reading_is_seen_and_unmeasured() {
    let (table, mut sampler, task) = sampler_of_root();
    table.start(11, 10, 0);
    sampler.tick(MS).unwrap();
    let record = sampler.task_record(task).unwrap();
    assert_eq!(
        (record.seen, record.unmeasured),
        (2, 1),
        "a zombie, as long as it is one"
    );
    table.end(11);
    sampler.tick(2 * MS).unwrap();
    let record = sampler.task_record(task).unwrap();
    assert_eq!((record.seen, record.unmeasured), (2, 1), "and after");
    assert_eq!(record.peak.unwrap().processes.len(), 1);
}

#[test]
fn a_tree_that_runs_already_is_taken_in_whole() {
    let table = FakeTable::default();
    for (pid, parent) in [(10, 1), (12, 11), (11, 10), (13, 12), (20, 1)] {
        table.start(pid, parent, 100);
    }
    let mut sampler = Sampler::new(table);
    let task = sampler.add_task(10, Duration::ZERO).unwrap().unwrap();
    sampler.tick(MS).unwrap();
    assert_eq!(peak(&sampler, task), 400);
}

#[test]
fn nested_tasks_count_for_the_outer_one_whichever_came_first() {
    for outer_first in [true, false] {
        let table = FakeTable::default();
        for (pid, parent) in [(10, 1), (11, 10), (12, 11)] {
            table.start(pid, parent, 100);
        }
        let mut sampler = Sampler::new(table.clone());
        let mut add = |pid| sampler.add_task(pid, Duration::ZERO).unwrap().unwrap();
        let (outer, inner) = if outer_first {
            let outer = add(10);
            (outer, add(11))
        } else {
            let inner = add(11);
            (add(10), inner)
        };
        sampler.tick(MS).unwrap();
        assert_eq!((peak(&sampler, outer), peak(&sampler, inner)), (300, 200));
        // What the inner one held stays with the outer one.
        assert!(sampler.remove_task(inner).is_some());
        table.set(12, 900);
        table.start(13, 12, 50);
        sampler.tick(2 * MS).unwrap();
        assert_eq!(peak(&sampler, outer), 1_150);
        assert!(sampler.remove_task(outer).is_some());
        assert!(sampler.remove_task(outer).is_none());
        assert!(sampler.is_idle());
    }
}

#[test]
fn a_failed_sample_is_counted_and_the_next_one_works() {
    let (table, mut sampler, task) = sampler_of_root();
    sampler.tick(MS).unwrap();
    table.set_broken(true);
    assert!(sampler.tick(2 * MS).is_err());
    table.set_broken(false);
    table.set(10, 700);
    sampler.tick(3 * MS).unwrap();
    let record = sampler.record(task, MS, Duration::ZERO);
    assert_eq!((record.failures, record.ticks), (1, 3));
    assert_eq!(record.first_failure.as_deref(), Some("table: broken"));
    assert_eq!(record.task.peak.unwrap().bytes, 700);
}

#[test]
fn a_thread_that_keeps_failing_gives_up_and_still_answers() {
    let table = FakeTable::default();
    table.start(10, 1, 100);
    let thread = SamplerThread::start(table.clone(), MS).unwrap();
    let task = thread.add_task(10).unwrap();
    table.set_broken(true);
    let record = loop {
        let record = thread.record(task).unwrap();
        if record.gave_up {
            break record;
        }
        std::thread::sleep(MS);
    };
    assert_eq!(record.failures, 10);
    assert_eq!(record.task.peak.unwrap().bytes, 100);
    assert!(matches!(thread.add_task(10), Err(StartError::Observer(_))));
}

#[test]
fn a_task_at_no_process_is_refused() {
    let thread = SamplerThread::start(FakeTable::default(), MS).unwrap();
    assert!(matches!(
        thread.add_task(10),
        Err(StartError::NoSuchProcess(10))
    ));
}
