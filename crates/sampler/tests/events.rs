//! A sampler to which births, execs and ends are reported.

mod fake;

use std::time::Duration;

use memtop_proc::HighWater;
use memtop_sampler::{
    EndStatus, Event, InitialMemory, LastFigures, Metric, Sampler, TaskId, TaskRecord,
};

use fake::FakeTable;

/// Between two samples; in less time no CPU writes as much as is written here.
const GAP: Duration = Duration::from_millis(100);
const MB: u64 = 1 << 20;

struct Reported {
    table: FakeTable,
    sampler: Sampler<FakeTable>,
    task: TaskId,
    tick: u32,
}

impl Reported {
    /// Of process 10, which has 200 MB.
    fn new() -> Self {
        Self::of_pages(MB)
    }

    fn of_pages(page_bytes: u64) -> Self {
        let table = FakeTable::of_pages(page_bytes);
        table.start(10, 1, 200 * MB);
        let mut sampler = Sampler::new(table.clone(), Metric::Auto);
        let task = sampler
            .add_new_task(10, None, Duration::ZERO)
            .unwrap()
            .unwrap();
        sampler.expect_events();
        sampler.tick(GAP).unwrap();
        Self {
            table,
            sampler,
            task,
            tick: 1,
        }
    }

    fn report(&mut self, event: Event) {
        self.sampler.handle(event, GAP * self.tick).unwrap();
    }

    fn fork(&mut self, pid: u32, parent: u32) {
        self.table.fork(pid, parent);
        self.report(Event::Started {
            pid,
            parent,
            memory: InitialMemory::CopyOfParent,
        });
    }

    fn vfork(&mut self, pid: u32, parent: u32) {
        self.table.vfork(pid, parent);
        self.report(Event::Started {
            pid,
            parent,
            memory: InitialMemory::OfParent,
        });
    }

    fn exec(&mut self, pid: u32, megabytes: u64) {
        self.table.exec_another(pid, megabytes * MB);
        self.report(Event::Execed(pid, None));
    }

    fn exit(&mut self, pid: u32) {
        let mut observer = self.table.clone();
        let id = self.table.change(|table| table.process(pid).birth.id);
        let last: Option<HighWater> = memtop_proc::Observer::high_water(&mut observer, id).unwrap();
        self.report(Event::Exiting(pid, last.unwrap()));
    }

    fn end(&mut self, pid: u32) {
        self.exit(pid);
        self.report_end(pid);
    }

    fn report_end(&mut self, pid: u32) {
        self.table
            .change(|table| table.end_and_leave_children(pid, 1));
        self.report(Event::Ended {
            pid,
            status: EndStatus::Code(0),
            last: None,
        });
    }

    /// What is shown after a sample, in megabytes.
    fn tick(&mut self) -> u64 {
        self.tick += 1;
        self.sampler.tick(self.tick * GAP).unwrap();
        let bytes = self.sampler.bytes(self.task);
        let living = self.sampler.living(self.task);
        let parts = living.iter().map(|process| process.bytes);
        assert_eq!(parts.sum::<u64>(), bytes);
        bytes / MB
    }

    fn ceiling(&self) -> u64 {
        let record = self.sampler.task_record(self.task).unwrap();
        record.ceiling.bytes(None).unwrap() / MB
    }

    fn peak(&self) -> u64 {
        let record = self.sampler.task_record(self.task).unwrap();
        record.peak.unwrap().bytes / MB
    }
}

#[test]
fn a_child_whose_birth_is_reported_shares_what_its_parent_had() {
    let mut reported = Reported::new();
    reported.fork(11, 10);
    reported.table.grow(11, 60 * MB);
    reported.table.write(11, 40 * MB);
    assert_eq!(reported.tick(), 300);
    reported.end(11);
    assert_eq!(reported.tick(), 200);
    assert_eq!(reported.peak(), 300);
}

#[test]
fn what_a_process_releases_counts_until_its_end_is_reported() {
    let mut reported = Reported::new();
    reported.fork(11, 10);
    reported.exec(11, 150);
    assert_eq!(reported.tick(), 350);
    reported.table.change(|table| table.begin_exit(11));
    assert_eq!(reported.tick(), 200);
    assert_eq!(reported.tick(), 200);
    reported.table.grow(10, 100 * MB);
    assert_eq!(reported.tick(), 300);
    assert_eq!(reported.peak(), 350);
    assert_eq!(reported.ceiling(), 450);
    reported.report_end(11);
    reported.table.grow(10, 200 * MB);
    assert_eq!(reported.tick(), 500);
    // It may have been freed after that growth.
    assert_eq!(reported.ceiling(), 650);
    reported.table.grow(10, 100 * MB);
    assert_eq!(reported.tick(), 600);
    reported.table.grow(10, 100 * MB);
    assert_eq!(reported.tick(), 700);
    assert_eq!(reported.ceiling(), 700);
}

#[test]
fn a_process_that_shows_no_memory_and_execs_has_released_what_it_had() {
    let mut reported = Reported::new();
    reported.fork(11, 10);
    reported.table.write(11, 40 * MB);
    assert_eq!(reported.tick(), 240);
    // As when its first thread ends and another one execs.
    reported.table.change(|table| table.begin_exit(11));
    assert_eq!(reported.tick(), 200);
    reported
        .table
        .change(|table| table.process(11).is_exiting = false);
    reported.exec(11, 150);
    assert_eq!(reported.tick(), 350);
    reported.table.grow(10, 100 * MB);
    assert_eq!(reported.tick(), 450);
    assert_eq!((reported.peak(), reported.ceiling()), (450, 450));
}

#[test]
fn a_large_process_after_many_small_ones_is_seen() {
    let mut reported = Reported::new();
    for pid in 20..80 {
        reported.fork(pid, 10);
        reported.exec(pid, 1);
        reported.end(pid);
    }
    reported.fork(11, 10);
    reported.exec(11, 150);
    assert_eq!(reported.tick(), 350);
}

#[test]
fn one_may_have_grown_before_another_ended_although_the_machine_wrote_little() {
    let mut reported = Reported::of_pages(4096);
    reported
        .table
        .change(|table| table.tells_machine_faults = true);
    reported.fork(11, 10);
    reported.exec(11, 150);
    assert_eq!(reported.tick(), 350);
    reported.table.grow(10, 40 * MB);
    reported.end(11);
    assert_eq!(reported.tick(), 240);
    let ceiling = reported.ceiling();
    // A few pages of files may have been mapped as well.
    assert!((390..400).contains(&ceiling), "{ceiling}");
}

#[test]
fn a_member_that_execs_after_all_is_sampled_and_counted_again() {
    let mut reported = Reported::new();
    reported.fork(11, 10);
    reported.table.grow(11, 10 * MB);
    assert_eq!(reported.tick(), 210);
    // As when all threads but one end, and that one execs.
    reported.exit(11);
    reported.exec(11, 150);
    assert_eq!(reported.tick(), 350);
    reported.table.set(11, 250 * MB);
    assert_eq!(reported.tick(), 450);
    let record = reported.sampler.task_record(reported.task).unwrap();
    assert!(record.ceiling.bytes(None).unwrap() >= 450 * MB);
    assert_eq!((record.seen, record.unmeasured), (2, 0));
}

#[test]
fn a_new_process_that_execs_after_all_is_sampled_and_counted() {
    let mut reported = Reported::new();
    reported.fork(11, 10);
    reported.exit(11);
    reported.exec(11, 150);
    assert_eq!(reported.tick(), 350);
    reported.table.set(11, 250 * MB);
    assert_eq!(reported.tick(), 450);
    reported.end(11);
    assert_eq!(reported.tick(), 200);
    let record = reported.sampler.task_record(reported.task).unwrap();
    assert_eq!((record.seen, record.unmeasured), (2, 0));
    assert_eq!(reported.peak(), 450);
}

#[test]
fn a_process_that_execs_in_borrowed_memory_has_its_own_afterwards() {
    let mut reported = Reported::new();
    reported.vfork(11, 10);
    assert_eq!(reported.tick(), 200);
    reported.exec(11, 50);
    assert_eq!(reported.tick(), 250);
}

#[test]
fn a_borrower_has_the_memory_once_its_lender_ends() {
    let mut reported = Reported::new();
    reported.vfork(11, 10);
    assert_eq!(reported.tick(), 200);
    reported.end(10);
    assert_eq!(reported.tick(), 200);
    reported.table.grow(11, 20 * MB);
    assert_eq!(reported.tick(), 220);
    let living = reported.sampler.living(reported.task);
    let sizes: Vec<_> = living
        .iter()
        .map(|one| (one.id.pid, one.bytes / MB))
        .collect();
    assert_eq!(sizes, [(11, 220)]);
}

#[test]
fn a_borrower_has_the_memory_once_its_lender_execs() {
    let mut reported = Reported::new();
    reported.vfork(11, 10);
    assert_eq!(reported.tick(), 200);
    reported.exec(10, 30);
    assert_eq!(reported.tick(), 230);
    let living = reported.sampler.living(reported.task);
    let part = |pid| living.iter().find(|one| one.id.pid == pid).unwrap().bytes / MB;
    assert_eq!((part(10), part(11)), (30, 200));
}

#[test]
fn an_unsampled_borrower_of_an_ended_process_has_the_memory() {
    let mut reported = Reported::new();
    reported.fork(11, 10);
    reported.exec(11, 60);
    assert_eq!(reported.tick(), 260);
    reported.vfork(12, 11);
    reported.end(11);
    assert_eq!(reported.tick(), 260);
    let living = reported.sampler.living(reported.task);
    let part = living.iter().find(|one| one.id.pid == 12).unwrap();
    assert_eq!(part.bytes, 60 * MB);
}

#[test]
fn an_unsampled_borrower_of_a_process_that_execs_has_the_memory() {
    let mut reported = Reported::new();
    reported.vfork(11, 10);
    reported.exec(10, 30);
    assert_eq!(reported.tick(), 230);
}

#[test]
fn a_child_of_a_process_that_ended_before_any_sample_joins_the_family() {
    let mut reported = Reported::new();
    reported.fork(11, 10);
    reported.fork(12, 11);
    reported.end(11);
    reported.table.grow(12, 20 * MB);
    for _ in 0..20 {
        reported.tick();
    }
    assert_eq!(reported.tick(), 220);
    assert!(
        reported.peak() <= 420,
        "until its family is known it may share nothing"
    );
}

#[test]
fn a_storm_of_short_borrowers_adds_nothing() {
    let mut reported = Reported::new();
    for pid in 11..200 {
        reported.vfork(pid, 10);
        reported.exec(pid, 3);
        reported.end(pid);
    }
    assert_eq!(reported.tick(), 200);
    let record = reported.sampler.task_record(reported.task).unwrap();
    assert_eq!(record.ceiling.bytes(None), Some(203 * MB));
    assert_eq!(record.unmeasured, 0);
}

/// As events of the kernel are: a moment late, and with the high-water mark at the very end.
impl Reported {
    fn start_untold(&mut self, pid: u32, parent: u32) {
        self.report(Event::Started {
            pid,
            parent,
            memory: InitialMemory::Unknown,
        });
    }

    fn end_with(&mut self, pid: u32, megabytes: u64) {
        self.report(Event::Ended {
            pid,
            status: EndStatus::Code(0),
            last: Some(LastFigures {
                highest_bytes: megabytes * MB,
                name: "short".to_owned(),
            }),
        });
    }

    fn record(&self) -> TaskRecord {
        self.sampler.task_record(self.task).unwrap()
    }
}

#[test]
fn what_a_child_has_of_its_parent_is_found_out_where_it_is_not_reported() {
    let mut reported = Reported::new();
    reported.table.fork(11, 10);
    reported.start_untold(11, 10);
    reported.table.vfork(12, 10);
    reported.start_untold(12, 10);
    reported.table.grow(11, 60 * MB);
    assert_eq!(reported.tick(), 260);
    reported.exec(12, 30);
    assert_eq!(reported.tick(), 290);
    assert_eq!(reported.record().seen, 3);
}

#[test]
fn a_process_that_no_sample_has_seen_makes_a_peak_by_what_the_kernel_knew_of_it() {
    let mut reported = Reported::new();
    for pid in 11..14 {
        reported.start_untold(pid, 10);
        reported.report(Event::Execed(pid, None));
        reported.end_with(pid, 300);
    }
    assert_eq!(reported.tick(), 200);
    assert_eq!(reported.peak(), 500, "they ran one after the other");
    let record = reported.record();
    assert_eq!((record.seen, record.unmeasured), (4, 0));
    assert_eq!(record.ceiling.bytes(None), Some(500 * MB));
    let largest = record.largest.unwrap();
    assert_eq!(
        (largest.bytes, &*largest.description.name),
        (300 * MB, "short")
    );
    let peak = record.peak.unwrap();
    let parts = peak.processes.iter().map(|process| process.bytes);
    assert_eq!(parts.sum::<u64>(), peak.bytes);
}

#[test]
fn a_child_that_may_have_had_its_parents_memory_only_adds_nothing() {
    let mut reported = Reported::new();
    reported.start_untold(11, 10);
    reported.end_with(11, 200);
    assert_eq!(reported.tick(), 200);
    assert_eq!(reported.peak(), 200);
}

#[test]
fn a_process_that_grew_since_it_was_sampled_had_that_at_its_end() {
    let mut reported = Reported::new();
    reported.table.start(11, 10, 30 * MB);
    reported.start_untold(11, 10);
    reported.report(Event::Execed(11, None));
    let at = GAP * reported.tick + GAP * 9 / 10;
    reported.sampler.sample(at).unwrap();
    reported.table.end(11);
    reported
        .sampler
        .handle(
            Event::Ended {
                pid: 11,
                status: EndStatus::Code(0),
                last: Some(LastFigures {
                    highest_bytes: 90 * MB,
                    name: "grown".to_owned(),
                }),
            },
            at + GAP / 20,
        )
        .unwrap();
    assert_eq!(reported.tick(), 200);
    assert!(reported.peak() >= 230);
    assert!(reported.record().ceiling.bytes(None).unwrap() >= 290 * MB);
}

#[test]
fn what_was_lost_is_found_by_scans() {
    let mut reported = Reported::new();
    reported.table.start(11, 10, 50 * MB);
    reported.start_untold(11, 10);
    reported.report(Event::Execed(11, None));
    assert_eq!(reported.tick(), 250);
    // Neither the end of this one nor the starts of these are reported.
    reported.table.end(11);
    reported.table.start(12, 10, 70 * MB);
    reported.table.start(13, 12, 10 * MB);
    reported.report(Event::Lost { last_pid: 11 });
    for _ in 0..5 {
        assert_eq!(reported.tick(), 280);
    }
    reported.table.start(14, 10, 10 * MB);
    assert_eq!(reported.tick(), 280, "events are reported again");
    reported.start_untold(14, 10);
    assert_eq!(reported.tick(), 290);
    assert_eq!(reported.record().seen, 5);
}

#[test]
fn where_all_births_are_known_a_walk_counts_at_once() {
    let peak = |last_pid: Option<u32>| {
        let mut reported = Reported::new();
        for pid in 11..15 {
            reported.fork(pid, 10);
        }
        reported.tick();
        reported
            .table
            .change(|table| table.end_and_leave_children(10, 1));
        reported.report(Event::Ended {
            pid: 10,
            status: EndStatus::Code(0),
            last: None,
        });
        for pid in 11..15 {
            reported.table.write(pid, 50 * MB);
        }
        for at in [GAP * reported.tick, GAP * reported.tick + GAP / 2] {
            reported.sampler.note_births_until(last_pid, at);
        }
        reported.tick();
        // By now each is another than those that were walked over.
        for pid in 11..15 {
            reported.table.end(pid);
        }
        reported.tick();
        reported.peak()
    };
    assert_eq!(peak(Some(14)), 350);
    assert!(peak(Some(12)) > 350, "others may have been born");
    assert!(peak(None) > 350);
}

#[test]
fn an_exec_from_before_a_process_was_found_changes_nothing() {
    let shared = |exec_at: Duration| {
        let table = FakeTable::of_pages(MB);
        table.start(10, 1, 200 * MB);
        let mut sampler = Sampler::new(table.clone(), Metric::Auto);
        let task = sampler.add_new_task(10, None, 2 * GAP).unwrap().unwrap();
        sampler.expect_events();
        table.fork(11, 10);
        let started = Event::Started {
            pid: 11,
            parent: 10,
            memory: InitialMemory::CopyOfParent,
        };
        sampler.handle(started, 2 * GAP).unwrap();
        sampler.tick(3 * GAP).unwrap();
        sampler.handle(Event::Execed(10, None), exec_at).unwrap();
        sampler.sample(4 * GAP).unwrap();
        sampler.bytes(task) / MB
    };
    assert_eq!(shared(GAP), 200);
    assert_eq!(shared(3 * GAP), 400, "another program shares nothing");
}

#[test]
fn a_process_whose_end_was_lost_before_any_sample_is_not_waited_for() {
    let mut reported = Reported::new();
    reported.start_untold(11, 10);
    reported.report(Event::Execed(11, None));
    reported.report(Event::Lost { last_pid: 11 });
    reported.tick();
    reported.table.end(10);
    reported.end_with(10, 200);
    reported.tick();
    assert!(reported.sampler.is_idle());
    let record = reported.record();
    assert_eq!((record.seen, record.unmeasured), (2, 1));
    let bound = record.ceiling.bytes(None).unwrap();
    assert!(bound > 1_000 * MB, "as much as can be written: {bound}");
}
