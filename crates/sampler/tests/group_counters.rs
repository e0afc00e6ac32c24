//! A task that the kernel counts as a group of its own.

mod fake;

use std::time::Duration;

use memtop_proc::GroupMemory;
use memtop_sampler::{Metric, Sampler, TaskId};

use fake::{FakeCounters, FakeTable};

/// Between two samples; in less time no CPU writes as much as is written here.
const GAP: Duration = Duration::from_millis(100);
const MB: u64 = 1 << 20;

/// Counts as much as a group would that all of these are in.
fn counted(table: &FakeTable, pids: impl IntoIterator<Item = u32>) -> GroupMemory {
    let (anonymous_bytes, mapped_bytes) = table.change(|table| table.unique(pids));
    GroupMemory {
        anonymous_bytes,
        mapped_bytes,
        ..GroupMemory::default()
    }
}

/// A parent of 200 MB with a group of its own.
fn counted_parent() -> (FakeTable, FakeCounters, Sampler<FakeTable>, TaskId) {
    let table = FakeTable::of_pages(MB);
    table.start(10, 1, 200 * MB);
    let mut sampler = Sampler::new(table.clone(), Metric::Auto);
    let task = sampler.add_task(10, Duration::ZERO).unwrap().unwrap();
    let counters = FakeCounters::default();
    counters.set(Some(counted(&table, [10])));
    sampler.set_counters(task, counters.boxed());
    sampler.tick(GAP).unwrap();
    (table, counters, sampler, task)
}

fn parts(sampler: &Sampler<FakeTable>, task: TaskId) -> (u64, u64) {
    let peak = sampler.task_record(task).unwrap().peak.unwrap();
    let at_peak = peak.processes.iter().map(|process| process.bytes);
    let now = sampler.living(task);
    let now = now.iter().map(|process| process.bytes);
    (at_peak.sum(), now.sum())
}

#[test]
fn the_headline_is_what_the_kernel_counts_and_parts_add_up_to_it() {
    let (table, counters, mut sampler, task) = counted_parent();
    for pid in 11..16 {
        table.fork(pid, 10);
        table.grow(pid, 60 * MB);
        table.write(pid, 40 * MB);
    }
    table.map(11, 1, 30 * MB);
    table.map(12, 1, 30 * MB);
    counters.set(Some(counted(&table, 10..16)));
    sampler.tick(2 * GAP).unwrap();
    let record = sampler.task_record(task).unwrap();
    let peak = record.peak.unwrap();
    assert_eq!(peak.anon_bytes, Some(700 * MB));
    assert_eq!(peak.bytes, 730 * MB);
    assert_eq!(record.floor_bytes, 730 * MB);
    assert_eq!(parts(&sampler, task), (730 * MB, 730 * MB));
    assert_eq!(sampler.bytes(task), 730 * MB);
}

#[test]
fn the_headline_is_never_below_what_the_kernel_counts() {
    let (table, counters, mut sampler, task) = counted_parent();
    table.change(|table| table.refused.extend(10..30));
    let mut highest = 0;
    for (tick, pid) in (2..).zip(11..30) {
        table.fork(pid, 10);
        // Whose pages this process has rewritten is unknown.
        table.write(pid, u64::from(pid) * MB);
        let counted = counted(&table, 10..=pid);
        highest = highest.max(counted.anonymous_bytes + counted.mapped_bytes);
        counters.set(Some(counted));
        sampler.tick(tick * GAP).unwrap();
        let record = sampler.task_record(task).unwrap();
        assert!(record.peak.unwrap().bytes >= highest);
        assert!(record.floor_bytes >= highest);
        let (at_peak, now) = parts(&sampler, task);
        assert_eq!(
            at_peak,
            sampler.task_record(task).unwrap().peak.unwrap().bytes
        );
        assert_eq!(now, sampler.bytes(task));
    }
}

/// One gives back 100 that another takes: read one after the other, both have them, or neither has.
#[test]
fn processes_that_are_read_torn_do_not_change_what_the_kernel_counts() {
    for first in [11, 12] {
        let (table, counters, mut sampler, task) = counted_parent();
        for pid in [11, 12] {
            table.start(pid, 10, 150 * MB);
        }
        counters.set(Some(counted(&table, 10..=12)));
        sampler.tick(2 * GAP).unwrap();
        assert_eq!(sampler.bytes(task), 500 * MB);
        table.change(|table| {
            let moves = move |table: &mut fake::Table| {
                table.set(first, 50 * MB);
                table.set(23 - first, 250 * MB);
            };
            table.after_reading.insert(11, Box::new(moves));
        });
        sampler.tick(3 * GAP).unwrap();
        assert_eq!(sampler.bytes(task), 500 * MB);
        let record = sampler.task_record(task).unwrap();
        assert_eq!(
            (record.peak.unwrap().bytes, record.floor_bytes),
            (500 * MB, 500 * MB)
        );
        assert!(record.ceiling.bytes(Some(250 * MB)).unwrap() >= 500 * MB);
        assert_eq!(parts(&sampler, task), (500 * MB, 500 * MB));
    }
}

#[test]
fn a_high_between_two_samples_is_seen_in_the_account() {
    let (table, counters, mut sampler, task) = counted_parent();
    table.set(10, 350 * MB);
    counters.set(Some(counted(&table, [10])));
    table.set(10, 100 * MB);
    // Its process has given it back by the time that it is read.
    sampler.tick(2 * GAP).unwrap();
    let record = sampler.task_record(task).unwrap();
    let truth = 200 * MB..=350 * MB;
    assert!(truth.contains(&record.peak.unwrap().bytes));
    let (at_peak, now) = parts(&sampler, task);
    assert!(truth.contains(&at_peak));
    assert_eq!(now, sampler.bytes(task));
}

#[test]
fn when_the_account_ends_the_run_is_sampled_by_process() {
    for is_reported in [true, false] {
        let (table, counters, mut sampler, task) = counted_parent();
        table.fork(11, 10);
        table.grow(11, 60 * MB);
        counters.set(Some(counted(&table, [10, 11])));
        sampler.tick(2 * GAP).unwrap();
        assert_eq!(sampler.bytes(task), 260 * MB);
        if is_reported {
            sampler.remove_counters(task);
            counters.set(Some(GroupMemory {
                anonymous_bytes: 9_000 * MB,
                ..GroupMemory::default()
            }));
        } else {
            counters.set(None);
        }
        table.grow(11, 40 * MB);
        sampler.tick(3 * GAP).unwrap();
        assert_eq!(sampler.bytes(task), 300 * MB, "reported: {is_reported}");
        table.fork(12, 11);
        table.grow(12, 50 * MB);
        sampler.tick(4 * GAP).unwrap();
        assert_eq!(sampler.bytes(task), 350 * MB);
        let record = sampler.task_record(task).unwrap();
        assert_eq!(record.peak.unwrap().bytes, 350 * MB);
        assert!(record.floor_bytes <= 350 * MB);
        assert!(record.ceiling.bytes(Some(350 * MB)).unwrap() >= 350 * MB);
        assert_eq!(parts(&sampler, task), (350 * MB, 350 * MB));
    }
}

#[test]
fn what_the_kernel_may_lag_by_is_left_in_doubt() {
    let (table, counters, mut sampler, task) = counted_parent();
    table.change(|table| table.refused.extend(10..12));
    table.fork(11, 10);
    table.write(11, 100 * MB);
    counters.set(Some(GroupMemory {
        anonymous_bytes: 290 * MB,
        error_bytes: 10 * MB,
        ..GroupMemory::default()
    }));
    sampler.tick(2 * GAP).unwrap();
    let record = sampler.task_record(task).unwrap();
    assert_eq!(record.floor_bytes, 280 * MB);
    assert!((290 * MB..=300 * MB).contains(&record.peak.unwrap().bytes));
    assert!(record.ceiling.bytes(Some(200 * MB)).unwrap() >= 300 * MB);
}
