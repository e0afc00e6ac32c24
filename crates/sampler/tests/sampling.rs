//! The sampler on a process table that tests make up.

mod fake;

use std::collections::BTreeSet;
use std::time::Duration;

use memtop_proc::HighWater;
use memtop_sampler::{
    Alarm, Cause, EndStatus, Event, InitialMemory, Interval, Level, Metric, PeakMetric, Sampler,
    SamplerThread, StartError, TaskGuard, TaskId, TaskRecord, Thresholds,
};

use fake::FakeTable;

const MS: Duration = Duration::from_millis(1);
/// What one CPU can write in that time.
const WRITTEN_IN_A_MS: u64 = 12_000_000;

/// A table with one process, and a sampler of it.
fn sampler_of_root() -> (FakeTable, Sampler<FakeTable>, TaskId) {
    let table = FakeTable::default();
    table.start(10, 1, 100);
    let mut sampler = Sampler::new(table.clone(), Metric::Rss);
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
fn the_peak_is_the_highest_sum_and_names_its_processes() {
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
fn a_process_that_execs_late_is_renamed_once_its_memory_changes() {
    let (table, mut sampler, task) = sampler_of_root();
    for tick in 1..100 {
        sampler.tick(tick * MS).unwrap();
    }
    table.change(|table| table.execed.push(10));
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
fn a_process_whose_parent_is_gone_when_looked_at_is_placed() {
    let (table, mut sampler, task) = sampler_of_root();
    table.start(11, 10, 10);
    table.start(12, 11, 50);
    table.change(|table| table.leaving.push(11));
    sampler.tick(MS).unwrap();
    assert_eq!(peak(&sampler, task), 150);
    let record = sampler.task_record(task).unwrap();
    assert_eq!((record.seen, record.unmeasured), (3, 1));
}

#[test]
fn a_pid_that_was_reused_places_no_process() {
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
        "a zombie, until it is reaped"
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
    // By their pids, parents come after their children.
    for (pid, parent) in [(13, 1), (12, 13), (11, 12), (10, 11), (20, 1)] {
        table.start(pid, parent, 100);
    }
    let mut sampler = Sampler::new(table, Metric::Rss);
    let task = sampler.add_task(13, Duration::ZERO).unwrap().unwrap();
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
        let mut sampler = Sampler::new(table.clone(), Metric::Rss);
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
    let record = sampler.record(task);
    assert_eq!((record.failures, record.ticks), (1, 3));
    assert_eq!(record.first_failure.as_deref(), Some("table: broken"));
    assert_eq!(record.task.peak.unwrap().bytes, 700);
}

#[test]
fn every_sample_of_a_long_run_can_be_read() {
    let (table, mut sampler, task) = sampler_of_root();
    sampler.tick(MS).unwrap();
    let reader = sampler.samples(task).unwrap();
    let mut read = Vec::new();
    for tick in 2..=50_000 {
        table.set(10, if tick == 33_333 { 9_000 } else { 100 });
        sampler.tick(tick * MS).unwrap();
        if tick % 5_000 == 0 {
            read.extend(reader.take_after(Duration::ZERO).unwrap());
        }
    }
    let record = sampler.remove_task(task).unwrap();
    read.extend(reader.take_after(Duration::MAX).unwrap());
    assert_eq!(reader.take_after(Duration::MAX), None);
    assert_eq!(read.len(), 50_000);
    assert!(read.is_sorted_by(|one, other| one.at < other.at));
    let highest = read.iter().map(|point| point.bytes).max();
    assert_eq!(highest, record.peak.map(|peak| peak.bytes));
    assert!(sampler.samples(task).is_none());
}

#[test]
fn a_thread_that_keeps_failing_gives_up_and_still_answers() {
    let table = FakeTable::default();
    table.start(10, 1, 100);
    let thread = SamplerThread::start(table.clone(), Interval::Fixed(MS), Metric::Auto).unwrap();
    let task = thread.add_task(10).unwrap();
    table.set_broken(true);
    let record = loop {
        let record = thread.record(task).unwrap();
        if record.gave_up {
            break record;
        }
        std::thread::sleep(MS);
    };
    assert_eq!(
        record.failures, 50,
        "ten times slower, after five failures each"
    );
    assert!(record.slowed_down);
    assert_eq!(record.task.peak.unwrap().bytes, 100);
    assert!(matches!(thread.add_task(10), Err(StartError::Observer(_))));
}

#[test]
fn a_task_at_no_process_is_refused() {
    let thread =
        SamplerThread::start(FakeTable::default(), Interval::Fixed(MS), Metric::Auto).unwrap();
    assert!(matches!(
        thread.add_task(10),
        Err(StartError::NoSuchProcess(10))
    ));
}

/// A parent of 1000 whose fork shares 900 of them, and has written over the rest.
fn forked_pair(metric: Metric) -> (FakeTable, Sampler<FakeTable>, TaskId) {
    let table = FakeTable::default();
    table.start(10, 1, 1_000);
    let mut sampler = Sampler::new(table.clone(), metric);
    let task = sampler.add_task(10, Duration::ZERO).unwrap().unwrap();
    sampler.tick(MS).unwrap();
    table.fork(11, 10);
    table.write(11, 100);
    (table, sampler, task)
}

#[test]
fn memory_shared_by_a_fork_counts_once() {
    let (_, mut sampler, task) = forked_pair(Metric::Auto);
    sampler.tick(2 * MS).unwrap();
    let peak = sampler.task_record(task).unwrap().peak.unwrap();
    assert_eq!(
        (peak.bytes, peak.rss_bytes, peak.metric),
        (1_100, 2_000, PeakMetric::Unique)
    );
    assert_eq!(
        peak.processes
            .iter()
            .map(|process| process.bytes)
            .sum::<u64>(),
        1_100
    );
}

#[test]
fn with_the_metric_pss_each_is_read_at_a_new_high() {
    let (table, mut sampler, task) = forked_pair(Metric::Pss);
    sampler.tick(2 * MS).unwrap();
    let peak = sampler.task_record(task).unwrap().peak.unwrap();
    assert_eq!((peak.bytes, peak.metric), (1_100, PeakMetric::Pss));
    let read: BTreeSet<u32> = table.change(|table| table.pss_reads.drain(..).collect());
    assert_eq!(read, [10, 11].into());
}

/// At other times it changes with what others map, which is not seen.
#[test]
fn with_the_metric_pss_what_was_not_read_is_open() {
    let (table, mut sampler, task) = forked_pair(Metric::Pss);
    sampler.tick(2 * MS).unwrap();
    let bounds = |sampler: &Sampler<FakeTable>| {
        let record = sampler.task_record(task).unwrap();
        (record.floor_bytes, record.ceiling.bytes(None))
    };
    assert_eq!(bounds(&sampler), (1_100, Some(1_100)));
    table.change(|table| table.refused.push(11));
    table.change(|table| table.grow(10, 400));
    sampler.tick(3 * MS).unwrap();
    let read = 450 + 100 + 400;
    assert_eq!(bounds(&sampler), (1_100, Some(read + 1_000)));
}

#[test]
fn what_is_added_while_the_share_is_being_read_counts() {
    let (table, mut sampler, task) = forked_pair(Metric::Auto);
    table.change(|table| table.process(11).grows_when_read = 300);
    sampler.tick(2 * MS).unwrap();
    assert!((1_100..=1_400).contains(&peak(&sampler, task)));
    sampler.tick(3 * MS).unwrap();
    assert_eq!(peak(&sampler, task), 1_400);
}

/// Another program has another memory: what was shared before the exec says nothing of it.
#[test]
fn what_was_shared_before_an_exec_does_not_count_after_it() {
    for is_reported in [true, false] {
        let (table, mut sampler, task) = forked_pair(Metric::Auto);
        sampler.tick(2 * MS).unwrap();
        table.exec_another(11, 900);
        if is_reported {
            report(&mut sampler, &[Event::Execed(11, None)]);
        }
        sampler.tick(3 * MS).unwrap();
        sampler.tick(4 * MS).unwrap();
        assert_eq!(peak(&sampler, task), 1_900, "reported: {is_reported}");
    }
}

#[test]
fn with_the_metric_rss_nothing_disturbing_is_read() {
    let (table, mut sampler, task) = forked_pair(Metric::Rss);
    sampler.tick(2 * MS).unwrap();
    let peak = sampler.task_record(task).unwrap().peak.unwrap();
    assert_eq!((peak.bytes, peak.metric), (2_000, PeakMetric::Rss));
    assert_eq!(table.change(|table| table.pss_reads.len()), 0);
}

#[test]
fn memory_of_its_own_is_not_asked_about() {
    let table = FakeTable::default();
    table.start(10, 1, 100_000);
    let mut sampler = Sampler::new(table.clone(), Metric::Auto);
    let task = sampler.add_task(10, Duration::ZERO).unwrap().unwrap();
    for bytes in 1..50 {
        table.set(10, bytes * 100_000);
        table.map(10, 1, 900);
        sampler.tick(MS).unwrap();
    }
    assert_eq!(peak(&sampler, task), 4_900_000);
    assert_eq!(table.change(|table| table.pss_reads.len()), 0);
}

#[test]
fn the_survivor_of_a_fork_has_its_memory_to_itself_again() {
    let (table, mut sampler, task) = forked_pair(Metric::Auto);
    sampler.tick(2 * MS).unwrap();
    table.end(11);
    table.set(10, 1_300);
    sampler.tick(3 * MS).unwrap();
    assert_eq!(peak(&sampler, task), 1_300);
}

#[test]
fn a_child_in_the_memory_of_its_parent_adds_nothing_until_it_execs() {
    for metric in [Metric::Auto, Metric::Rss] {
        let table = FakeTable::default();
        table.start(10, 1, 1_000);
        let mut sampler = Sampler::new(table.clone(), metric);
        let task = sampler.add_task(10, Duration::ZERO).unwrap().unwrap();
        table.vfork(11, 10);
        sampler.tick(MS).unwrap();
        assert_eq!(peak(&sampler, task), 1_000);
        table.exec_another(11, 50);
        sampler.tick(2 * MS).unwrap();
        assert_eq!(peak(&sampler, task), 1_050);
    }
}

#[test]
fn a_process_that_may_not_be_asked_is_estimated_by_its_faults_and_is_counted() {
    let (table, mut sampler, task) = forked_pair(Metric::Auto);
    table.change(|table| table.refused.extend([10, 11]));
    sampler.tick(2 * MS).unwrap();
    let record = sampler.record(task);
    assert_eq!((record.pss_refused, record.failures), (2, 0));
    assert_eq!(record.task.peak.unwrap().bytes, 1_100);
    assert_eq!(record.task.floor_bytes, 1_000, "as far as is known");
    assert!(record.task.ceiling.bytes(None).unwrap() >= 1_100);
    assert_eq!(table.change(|table| table.pss_reads.len()), 0);
}

#[test]
fn the_ceiling_is_what_the_kernel_remembers_of_each() {
    let table = FakeTable::default();
    table.start(10, 1, 100);
    let mut sampler = Sampler::new(table.clone(), Metric::Auto);
    let task = sampler.add_task(10, Duration::ZERO).unwrap().unwrap();
    sampler.tick(MS).unwrap();
    assert_eq!(
        sampler.task_record(task).unwrap().ceiling.bytes(None),
        Some(100)
    );
    table.change(|table| {
        table.process(10).high_water = Some(HighWater {
            highest_bytes: 170,
            now_bytes: 90,
            file_bytes: 0,
            swapped_bytes: 0,
        });
    });
    sampler.tick(1_000 * MS).unwrap();
    let record = sampler.task_record(task).unwrap();
    assert_eq!(record.ceiling.bytes(None), Some(170));
    assert_eq!(record.peak.unwrap().bytes, 100);
}

#[test]
fn the_ceiling_allows_for_processes_that_ended_unseen() {
    let (table, mut sampler, task) = sampler_of_root();
    table.start(11, 10, 40);
    sampler.tick(MS).unwrap();
    table.end(11);
    table.change(|table| table.never_seen += 1);
    sampler.tick(2 * MS).unwrap();
    let ceiling = sampler.task_record(task).unwrap().ceiling;
    // More than all CPUs can write within the two samples it cannot be.
    let written = ceiling.bytes(None).unwrap();
    assert!((140 + WRITTEN_IN_A_MS..500 * WRITTEN_IN_A_MS).contains(&written));
    // The unseen one may have lived in the gap before, beside the 40.
    assert_eq!(ceiling.bytes(Some(300)), Some(140 + 2 * 300));
}

/// A sampler of a root to which everything that the root starts is reported.
fn reporting_sampler() -> (FakeTable, Sampler<FakeTable>, TaskId) {
    let (table, mut sampler, task) = sampler_of_root();
    sampler.expect_events();
    sampler.tick(MS).unwrap();
    (table, sampler, task)
}

fn born(pid: u32, parent: u32, memory: InitialMemory) -> Event {
    Event::Started {
        pid,
        parent,
        memory,
    }
}

fn exiting(pid: u32, highest_bytes: u64, now_bytes: u64) -> Event {
    let last = HighWater {
        highest_bytes,
        now_bytes,
        file_bytes: 0,
        swapped_bytes: 0,
    };
    Event::Exiting(pid, last)
}

fn report(sampler: &mut Sampler<FakeTable>, events: &[Event]) {
    for event in events {
        sampler.handle(event.clone(), MS).unwrap();
    }
}

#[test]
fn what_is_reported_needs_no_sample() {
    let (table, mut sampler, task) = reporting_sampler();
    table.start(11, 10, 500);
    table.change(|table| table.execed.push(11));
    report(
        &mut sampler,
        &[
            born(11, 10, InitialMemory::CopyOfParent),
            Event::Execed(11, None),
            exiting(11, 700, 500),
        ],
    );
    table.end(11);
    report(
        &mut sampler,
        &[Event::Ended {
            pid: 11,
            status: EndStatus::Code(0),
            last: None,
        }],
    );
    sampler.tick(2 * MS).unwrap();
    let record = sampler.task_record(task).unwrap();
    assert_eq!((record.seen, record.found, record.unmeasured), (2, 1, 0));
    let largest = record.largest.unwrap();
    assert_eq!(
        (largest.bytes, largest.description.name.as_str()),
        (700, "execed11")
    );
    assert_eq!(record.ceiling.bytes(None), Some(100 + 700));
}

#[test]
fn reported_lifetimes_one_after_the_other_bound_the_peak_tightly() {
    let (table, mut sampler, task) = reporting_sampler();
    for pid in 11..41 {
        table.start(pid, 10, 300);
        report(
            &mut sampler,
            &[
                born(pid, 10, InitialMemory::CopyOfParent),
                Event::Execed(pid, None),
                exiting(pid, 300, 300),
            ],
        );
        sampler.sample_at_exit(pid, MS).unwrap();
        table.end(pid);
        report(
            &mut sampler,
            &[Event::Ended {
                pid,
                status: EndStatus::Code(0),
                last: None,
            }],
        );
    }
    sampler.tick(2 * MS).unwrap();
    let record = sampler.task_record(task).unwrap();
    assert_eq!(peak(&sampler, task), 400);
    assert_eq!(record.ceiling.bytes(None), Some(400));
    assert_eq!(record.unmeasured, 0);
}

#[test]
fn a_reported_child_in_its_parents_memory_adds_nothing_until_it_execs() {
    let (table, mut sampler, task) = reporting_sampler();
    table.vfork(11, 10);
    report(&mut sampler, &[born(11, 10, InitialMemory::OfParent)]);
    sampler.tick(2 * MS).unwrap();
    assert_eq!(peak(&sampler, task), 100);
    report(&mut sampler, &[exiting(11, 100, 100)]);
    table.end(11);
    report(
        &mut sampler,
        &[
            Event::Ended {
                pid: 11,
                status: EndStatus::Code(0),
                last: None,
            },
            born(12, 10, InitialMemory::OfParent),
        ],
    );
    table.start(12, 10, 30);
    report(&mut sampler, &[Event::Execed(12, None)]);
    sampler.tick(3 * MS).unwrap();
    let record = sampler.task_record(task).unwrap();
    assert_eq!(peak(&sampler, task), 130);
    assert_eq!((record.seen, record.unmeasured), (3, 0));
    assert_eq!(record.ceiling.bytes(None), Some(130));
}

#[test]
fn no_scan_runs_while_all_births_are_reported_and_none_counts_twice_after() {
    let (table, mut sampler, task) = reporting_sampler();
    table.start(50, 10, 1_000);
    sampler.tick(2 * MS).unwrap();
    assert_eq!(peak(&sampler, task), 100, "it was not reported");
    table.end(50);
    // Its end was reported, and it is not reaped.
    table.start(11, 10, 0);
    report(
        &mut sampler,
        &[
            born(11, 10, InitialMemory::CopyOfParent),
            exiting(11, 20, 20),
            Event::Ended {
                pid: 11,
                status: EndStatus::Code(0),
                last: None,
            },
        ],
    );
    report(&mut sampler, &[Event::Released(10)]);
    table.start(51, 10, 40);
    sampler.tick(3 * MS).unwrap();
    let record = sampler.task_record(task).unwrap();
    assert_eq!(peak(&sampler, task), 140);
    assert_eq!((record.seen, record.unmeasured), (3, 0));
}

#[test]
fn the_highest_point_of_the_timeline_is_the_peak() {
    let (table, mut sampler, task) = sampler_of_root();
    for tick in 1..20_000_u32 {
        table.set(10, u64::from(tick * 7_919 % 10_007));
        sampler.tick(tick * MS).unwrap();
    }
    let record = sampler.task_record(task).unwrap();
    let highest = record
        .timeline
        .points()
        .iter()
        .rev()
        .max_by_key(|point| point.bytes)
        .unwrap();
    let peak = record.peak.unwrap();
    assert_eq!((highest.bytes, highest.at), (peak.bytes, peak.at));
}

#[test]
fn the_last_gap_is_closed_before_the_record_is_made() {
    let table = FakeTable::default();
    table.start(10, 1, 100);
    let thread =
        SamplerThread::start(table.clone(), Interval::Fixed(3_600_000 * MS), Metric::Auto).unwrap();
    let task = thread.add_task(10).unwrap();
    table.start(11, 10, 500);
    table.change(|table| table.never_seen += 1);
    let record = thread.finish(task).unwrap();
    assert_eq!((record.task.seen, record.ticks), (2, 1));
    assert_eq!(record.task.peak.unwrap().bytes, 600);
    assert_eq!(record.task.ceiling.bytes(Some(500)), Some(600 + 500));
}

#[test]
fn what_is_reported_between_two_samples_has_its_own_time() {
    let table = FakeTable::default();
    table.start(10, 1, 100);
    let interval = Interval::Fixed(3_600_000 * MS);
    let thread = SamplerThread::start(table.clone(), interval, Metric::Rss).unwrap();
    thread.expect_events();
    let task = thread.add_task(10).unwrap();
    let mut reported = Vec::new();
    for pid in [11, 12, 13] {
        table.start(pid, 10, 100);
        thread.notify(Event::Started {
            pid,
            parent: 10,
            memory: InitialMemory::CopyOfParent,
        });
        reported.push(pid);
        std::thread::sleep(20 * MS);
    }
    let living = thread.living(task);
    let seen = |pid| {
        let mut named = living.iter().filter(|process| process.id.pid == pid);
        named.next().unwrap().first_seen
    };
    for pair in reported.windows(2) {
        assert!(seen(pair[1]) >= seen(pair[0]) + 20 * MS, "{pair:?}");
    }
}

#[test]
fn what_is_reported_late_does_not_turn_the_clock_back() {
    let (table, mut sampler, task) = sampler_of_root();
    sampler.expect_events();
    sampler.tick(10 * MS).unwrap();
    table.start(11, 10, 100);
    let birth = Event::Started {
        pid: 11,
        parent: 10,
        memory: InitialMemory::CopyOfParent,
    };
    sampler.handle(birth, 9 * MS).unwrap();
    sampler.tick(20 * MS).unwrap();
    let living = sampler.living(task);
    let child = living.iter().find(|process| process.id.pid == 11);
    assert_eq!(child.unwrap().first_seen, 10 * MS);
}

#[test]
fn a_run_of_many_short_lives_keeps_placing_orphans_of_the_living() {
    let (table, mut sampler, task) = sampler_of_root();
    for round in 0..50 {
        for pid in 100..1_100 {
            table.start(pid + 1_000 * round, 10, 1);
        }
        sampler.tick(MS).unwrap();
        for pid in 100..1_100 {
            table.end(pid + 1_000 * round);
        }
    }
    table.start_as(99_000, 1, 40, |birth| birth.session = 10);
    sampler.tick(2 * MS).unwrap();
    assert!(sampler.pids(task).any(|pid| pid == 99_000));
}

#[test]
fn where_sharing_stays_open_the_largest_process_and_what_others_grew_by_are_certain() {
    const MB: u64 = 1 << 20;
    let table = FakeTable::of_pages(MB);
    table.start(10, 1, 1_024 * MB);
    let mut sampler = Sampler::new(table.clone(), Metric::Auto);
    let task = sampler.add_task(10, Duration::ZERO).unwrap().unwrap();
    sampler.tick(MS).unwrap();
    table.change(|table| table.refused.extend(10..61));
    for pid in 11..61 {
        table.fork(pid, 10);
        table.grow(pid, 4 * MB);
        sampler.tick(MS * (pid - 8)).unwrap();
        table.write(pid, 8 * MB);
        table.grow(pid, 2 * MB);
        sampler.tick(MS * (pid - 8)).unwrap();
    }
    let record = sampler.task_record(task).unwrap();
    let (anonymous, _) = table.change(|table| table.unique(10..61));
    assert_eq!(anonymous, (1_024 + 50 * (6 + 8)) * MB);
    let peak = record.peak.unwrap();
    assert_eq!(peak.bytes, anonymous);
    assert_eq!(record.floor_bytes, (1_024 + 50 * 6) * MB);
    let parts = peak.processes.iter().map(|process| process.bytes);
    assert_eq!(parts.sum::<u64>(), peak.bytes);
}

#[test]
fn an_orphan_of_the_first_instant_goes_to_its_adopter() {
    let mut table = FakeTable::default();
    table.start(5, 1, 1);
    memtop_proc::Observer::note_present(&mut table).unwrap();
    table.start(10, 5, 100);
    // Its parent has come and gone between two samples.
    table.start(12, 5, 50);
    let mut sampler = Sampler::new(table.clone(), Metric::Rss);
    let task = sampler
        .add_new_task(10, Some(5), Duration::ZERO)
        .unwrap()
        .unwrap();
    sampler.tick(MS).unwrap();
    assert_eq!(peak(&sampler, task), 150);
}

fn guarded(
    table: &FakeTable,
    interval: Duration,
    limit: u64,
) -> (
    SamplerThread<FakeTable>,
    TaskId,
    std::sync::mpsc::Receiver<Alarm>,
) {
    let thread = SamplerThread::start(table.clone(), Interval::Fixed(interval), Metric::Auto);
    let thread = thread.unwrap();
    let task = thread.add_task(10).unwrap();
    let (raised, alarms) = std::sync::mpsc::channel();
    thread.guard(
        task,
        TaskGuard {
            thresholds: Thresholds {
                warn_bytes: Some(limit / 2),
                limit_bytes: Some(limit),
            },
            room: None,
            on_alarm: Box::new(move |alarm| drop(raised.send(alarm))),
        },
    );
    (thread, task, alarms)
}

#[test]
fn a_guard_raises_the_alarm_however_seldom_samples_are_taken() {
    let table = FakeTable::default();
    table.start(10, 1, 100);
    let (thread, task, alarms) = guarded(&table, 3_600_000 * MS, 1_000);
    assert!(alarms.try_recv().is_err());
    table.set(10, 600);
    let warning = alarms.recv().unwrap();
    assert_eq!((warning.level, warning.bytes), (Level::Warn, 600));
    assert!(warning.snapshot.is_none());
    table.start(11, 10, 500);
    let limit = alarms.recv().unwrap();
    assert_eq!(
        (limit.task, limit.level, limit.bytes),
        (task, Level::Limit, 1_100)
    );
    assert_eq!(limit.cause, Cause::Threshold(1_000));
    let living = limit.snapshot.unwrap().living;
    let parents: Vec<_> = living.iter().map(|one| (one.id.pid, one.parent)).collect();
    assert_eq!(parents, [(10, 1), (11, 10)]);
    assert!(!thread.is_urgent(task));
    table.set(11, 5_000);
    while !thread.is_urgent(task) {
        thread.sample_now();
    }
}

#[test]
fn a_guard_counts_shared_memory_once() {
    let table = FakeTable::default();
    table.start(10, 1, 600);
    table.start(11, 10, 600);
    table.map(10, 1, 600);
    table.map(11, 1, 600);
    table.set(10, 600);
    table.set(11, 600);
    let (thread, _, alarms) = guarded(&table, MS, 1_000);
    assert_eq!(alarms.recv().unwrap().level, Level::Warn);
    for _ in 0..50 {
        thread.sample_now();
    }
    assert!(alarms.try_recv().is_err());
}

#[test]
fn a_guard_ends_with_its_task_though_another_gets_its_number() {
    let table = FakeTable::default();
    table.start(10, 1, 100);
    let (thread, task, alarms) = guarded(&table, MS, 1_000);
    assert!(thread.remove_task(task).is_some());
    table.set(10, 5_000);
    assert_eq!(thread.add_task(10).unwrap(), task);
    thread.sample_now();
    assert!(alarms.recv().is_err(), "no guard is left to raise it");
}

#[test]
fn a_snapshot_of_the_end_has_closed_the_last_gap_and_counts_from_the_start_of_its_task() {
    let table = FakeTable::default();
    table.start(10, 1, 100);
    let thread = SamplerThread::start(table.clone(), Interval::Fixed(MS), Metric::Rss).unwrap();
    let outer = thread.add_task(10).unwrap();
    while thread.now() < 5 * MS {
        thread.sample_now();
    }
    let began = thread.now();
    let inner = thread.add_task(10).unwrap();
    table.start(11, 10, 500);
    let last = thread.end_task(inner).unwrap();
    let lasted = thread.now().checked_sub(began).unwrap();
    assert_eq!((last.bytes, last.living.len()), (600, 2));
    assert!(thread.end_task(inner).is_none());
    assert!(last.at >= began);
    let last = last.since(began);
    assert!(last.at <= lasted);
    let TaskRecord { peak, timeline, .. } = last.record.task;
    let peak = peak.unwrap();
    assert!(peak.at <= lasted);
    assert!(timeline.points().iter().all(|point| point.at <= lasted));
    let first_seen = |pid| {
        let mut living = last.living.iter().filter(|one| one.id.pid == pid);
        living.next().unwrap().first_seen
    };
    assert_eq!(first_seen(10), Duration::ZERO, "it was there before");
    assert!(first_seen(11) > Duration::ZERO && first_seen(11) <= lasted);
    assert_eq!(thread.snapshot(outer).unwrap().bytes, 600);
}

#[test]
fn a_group_has_the_peak_of_all_inside_it_at_one_time() {
    let table = FakeTable::default();
    let mut sampler = Sampler::new(table.clone(), Metric::Rss);
    let whole = sampler.add_group(None, None);
    let [first, second] = [(); 2].map(|()| sampler.add_group(Some(whole), None));
    let start = |sampler: &mut Sampler<FakeTable>, group, pid, bytes| {
        table.start(pid, 1, bytes);
        let added = sampler.add_new_task_within(group, pid, Duration::ZERO);
        let command = added.unwrap().unwrap();
        sampler.tick(MS).unwrap();
        command
    };
    let command = start(&mut sampler, first, 10, 200);
    table.end(10);
    sampler.tick(MS).unwrap();
    assert!(sampler.remove_task(command).is_some());
    start(&mut sampler, first, 11, 100);
    assert_eq!((peak(&sampler, first), peak(&sampler, whole)), (200, 200));
    start(&mut sampler, second, 12, 400);
    assert_eq!((peak(&sampler, first), peak(&sampler, second)), (200, 400));
    assert_eq!(peak(&sampler, whole), 500);
    let at_peak = sampler.task_record(whole).unwrap().peak.unwrap().processes;
    let groups = at_peak
        .iter()
        .map(|process| (process.id.pid, process.group));
    assert_eq!(groups.collect::<Vec<_>>(), [(11, Some(0)), (12, Some(1))]);
    let of_first = sampler.task_record(first).unwrap().peak.unwrap().processes;
    assert_eq!(of_first[0].group, None);
    assert_eq!(sampler.task_record(first).unwrap().seen, 2);
    assert_eq!(sampler.task_record(whole).unwrap().seen, 3);
}

#[test]
fn a_process_that_outlives_its_task_belongs_to_the_group() {
    let table = FakeTable::default();
    let mut sampler = Sampler::new(table.clone(), Metric::Rss);
    let whole = sampler.add_group(None, None);
    let group = sampler.add_group(Some(whole), None);
    table.start(10, 1, 100);
    let added = sampler.add_new_task_within(group, 10, Duration::ZERO);
    let command = added.unwrap().unwrap();
    table.start(11, 10, 50);
    sampler.tick(MS).unwrap();
    table.end(10);
    sampler.tick(2 * MS).unwrap();
    assert_eq!(sampler.remove_task(command).unwrap().max_alive, 2);
    assert_eq!(sampler.pids(group).collect::<Vec<_>>(), [11]);
    assert!(sampler.remove_task(group).is_some());
    table.start(12, 11, 700);
    sampler.tick(3 * MS).unwrap();
    assert_eq!(peak(&sampler, whole), 750);
}

#[test]
fn a_command_that_was_taken_for_an_orphan_is_of_its_task_and_counts_once() {
    const ADOPTER: u32 = 9;
    let table = FakeTable::default();
    let mut sampler = Sampler::new(table.clone(), Metric::Rss);
    let whole = sampler.add_group(None, Some(ADOPTER));
    let group = sampler.add_group(Some(whole), None);
    table.start(10, ADOPTER, 100);
    table.start(11, 10, 50);
    sampler.tick(MS).unwrap();
    assert_eq!(sampler.pids(group).count(), 0);
    let added = sampler.add_new_task_within(group, 10, MS);
    let command = added.unwrap().unwrap();
    sampler.tick(2 * MS).unwrap();
    for (task, bytes) in [(whole, 150), (group, 150), (command, 150)] {
        assert_eq!(
            (
                peak(&sampler, task),
                sampler.task_record(task).unwrap().seen
            ),
            (bytes, 2)
        );
    }
}

#[test]
fn a_process_that_starts_before_another_task_is_still_found() {
    let table = FakeTable::default();
    let mut sampler = Sampler::new(table.clone(), Metric::Rss);
    table.start(10, 1, 100);
    table.start(20, 1, 1);
    let task = sampler.add_task(10, Duration::ZERO).unwrap().unwrap();
    table.start(11, 10, 50);
    sampler.add_task(20, Duration::ZERO).unwrap().unwrap();
    sampler.tick(MS).unwrap();
    assert_eq!(peak(&sampler, task), 150);
}

#[test]
fn a_scan_looks_for_births_once_those_of_one_process_are_not_reported() {
    let table = FakeTable::default();
    let mut sampler = Sampler::new(table.clone(), Metric::Rss);
    let whole = sampler.add_group(None, None);
    let start = |sampler: &mut Sampler<FakeTable>, pid| {
        table.start(pid, 1, 10);
        let added = sampler.add_new_task_within(whole, pid, Duration::ZERO);
        assert!(added.unwrap().is_some());
    };
    sampler.expect_events();
    start(&mut sampler, 10);
    sampler.look_for_births();
    start(&mut sampler, 20);
    // Another traced process changes nothing for it.
    sampler.expect_events();
    start(&mut sampler, 30);
    table.start(21, 20, 500);
    sampler.tick(MS).unwrap();
    assert_eq!(peak(&sampler, whole), 530);
}
