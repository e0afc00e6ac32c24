//! Which task processes are assigned to, and what becomes of the sums.

mod fake;

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::HighWater;
use memtop_sampler::{
    EndStatus, Event, FoundTaskRecord, InitialMemory, Kind, Metric, RuleSet, Rules, Runner,
    Sampler, SharedRules, TaskId, TaskRecord, TaskRule, Traits,
};

use fake::{FakeTable, startup};

const MS: Duration = Duration::from_millis(1);
const ROOT: u32 = 10;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn by_variables(names: &[&str], name: &str) -> TaskRule {
    TaskRule {
        environment: texts(names).into_iter().map(|name| (name, None)).collect(),
        name: name.to_owned(),
        ..TaskRule::default()
    }
}

fn rules() -> SharedRules {
    let daemon = TaskRule {
        arguments: Some("^nx-daemon".to_owned()),
        name: "nx daemon".to_owned(),
        is_service: true,
        ..TaskRule::default()
    };
    let set = RuleSet {
        runners: vec![
            Runner {
                name: "nx".to_owned(),
                level: 2,
                tasks: vec![daemon, by_variables(&["P", "T"], "{P}:{T}[:{C}]")],
                hosts: texts(&["^executor"]),
                ..Runner::default()
            },
            Runner {
                name: "npm".to_owned(),
                level: 1,
                tasks: vec![by_variables(&["SCRIPT"], "{SCRIPT}")],
                wrappers: texts(&["^npm ", "^sh -c "]),
                ..Runner::default()
            },
        ],
        stages: vec![
            ("compile".to_owned(), "tsc".to_owned()),
            ("bundle".to_owned(), "vite".to_owned()),
        ],
    };
    Arc::new(Rules::new(set).unwrap())
}

/// A tree whose root is a program that starts tasks.
struct World {
    table: FakeTable,
    sampler: Sampler<FakeTable>,
    root: TaskId,
    rules: SharedRules,
    now: Duration,
    is_reported: bool,
}

impl World {
    /// Long enough after the last change for that to have been noticed.
    fn grows_later(&mut self, pid: u32, bytes: u64) {
        for _ in 0..4 {
            self.tick();
        }
        self.table.set(pid, bytes);
        self.tick();
    }

    fn new(is_reported: bool) -> Self {
        let table = FakeTable::default();
        table.start(ROOT, 1, 100);
        let mut sampler = Sampler::new(table.clone(), Metric::Rss);
        if is_reported {
            sampler.expect_events();
        }
        let root = sampler.add_task(ROOT, Duration::ZERO).unwrap().unwrap();
        let rules = rules();
        sampler.attribute(root, Arc::clone(&rules), &Traits::default(), Duration::ZERO);
        let mut world = Self {
            table,
            sampler,
            root,
            rules,
            now: Duration::ZERO,
            is_reported,
        };
        world.tick();
        world
    }

    fn reported() -> Self {
        Self::new(true)
    }

    fn report(&mut self, event: Event) {
        self.now += MS;
        self.sampler.handle(event, self.now).unwrap();
    }

    fn tick(&mut self) {
        self.now += MS;
        self.sampler.tick(self.now).unwrap();
    }

    /// By fork and exec.
    fn start(&mut self, pid: u32, parent: u32, arguments: &str, environment: &str, bytes: u64) {
        self.table.start(pid, parent, bytes);
        let words = (arguments.to_owned(), environment.to_owned());
        self.table.change(|table| table.startups.insert(pid, words));
        if self.is_reported {
            self.report(Event::Started {
                pid,
                parent,
                memory: InitialMemory::CopyOfParent,
            });
            self.exec(pid, arguments, environment);
        }
    }

    fn exec(&mut self, pid: u32, arguments: &str, environment: &str) {
        let traits = self.rules.look(&startup(arguments, environment), || None);
        self.report(Event::Execed(pid, Some(Arc::new(traits))));
    }

    /// By an exec that is not reported.
    fn becomes(&mut self, pid: u32, arguments: &str, environment: &str) {
        let words = (arguments.to_owned(), environment.to_owned());
        self.table.change(|table| {
            table.execed.push(pid);
            table.startups.insert(pid, words)
        });
    }

    /// It had at most `bytes`, and no sample may have seen it.
    fn leave(&mut self, pid: u32, bytes: u64) {
        let last = HighWater {
            highest_bytes: bytes,
            now_bytes: bytes,
            file_bytes: 0,
            swapped_bytes: 0,
        };
        self.report(Event::Exiting(pid, last));
        self.end(pid, EndStatus::Code(0));
    }

    fn end(&mut self, pid: u32, status: EndStatus) {
        if self.is_reported {
            self.report(Event::Ended {
                pid,
                status,
                last: None,
            });
        }
        self.table.end(pid);
    }

    fn found(&self) -> Vec<FoundTaskRecord> {
        self.sampler.found_task_records(self.root)
    }

    /// Names, with the peak of the work and of the wrappers.
    fn peaks(&self) -> Vec<(String, u64, Option<u64>)> {
        let found = self.found();
        let rows = found.iter().map(|found| {
            let wrappers = found.wrappers.as_ref().map(peak);
            (found.info.name.to_string(), peak(&found.work), wrappers)
        });
        rows.collect()
    }
}

fn peak(record: &TaskRecord) -> u64 {
    record.peak.as_ref().map_or(0, |peak| peak.bytes)
}

fn row(name: &str, work: u64, wrappers: Option<u64>) -> (String, u64, Option<u64>) {
    (name.to_owned(), work, wrappers)
}

#[test]
fn tasks_side_by_side_have_peaks_of_their_own_and_the_whole_is_simultaneous() {
    for is_reported in [true, false] {
        let mut world = World::new(is_reported);
        world.start(11, ROOT, "node a", "P=a T=build", 100);
        world.start(12, ROOT, "node b", "P=b T=build C=prod", 400);
        world.tick();
        world.end(11, EndStatus::Code(0));
        world.table.set(12, 300);
        world.start(13, ROOT, "node c", "P=c T=build", 250);
        world.tick();
        let expected = [
            row("a:build", 100, None),
            row("b:build:prod", 400, None),
            row("c:build", 250, None),
        ];
        assert_eq!(world.peaks(), expected, "reported: {is_reported}");
        let record = world.sampler.task_record(world.root).unwrap();
        let by_looking = world
            .found()
            .iter()
            .map(|found| found.work.found)
            .sum::<u64>();
        assert_eq!(by_looking, if is_reported { 0 } else { 3 });
        assert_eq!(peak(&record), 650, "100 for the root, 300 and 250");
        let tasks: Vec<_> = world.found()[2].tasks.clone();
        let at_peak = record.peak.unwrap().processes;
        let of_c: Vec<_> = at_peak
            .iter()
            .filter(|at_peak| tasks.contains(&at_peak.task))
            .collect();
        assert_eq!((of_c.len(), of_c[0].id.pid), (1, 13));
    }
}

#[test]
fn nothing_is_read_of_a_process_whose_end_is_reported_with_its_exec() {
    let mut world = World::reported();
    let started = Event::Started {
        pid: 11,
        parent: ROOT,
        memory: InitialMemory::CopyOfParent,
    };
    let ended = Event::Ended {
        pid: 11,
        status: EndStatus::Code(0),
        last: None,
    };
    let execed = Event::Execed(11, None);
    // The second process has the pid of the first.
    let events = [started.clone(), execed.clone(), ended, started, execed];
    world.table.start(11, ROOT, 100);
    let words = ("node a".to_owned(), "P=a T=build".to_owned());
    world.table.change(|table| table.startups.insert(11, words));
    world.table.change(|table| table.startup_reads.clear());
    world.sampler.expect(events.iter());
    for event in events {
        world.report(event);
    }
    let reads = world.table.change(|table| table.startup_reads.clone());
    assert_eq!(reads, [0; 0]);
    world.tick();
    assert_eq!(world.peaks(), [row("a:build", 100, None)]);
}

#[test]
fn tasks_of_earlier_processes_are_distinct_as_well() {
    let table = FakeTable::default();
    table.start(ROOT, 1, 100);
    for (pid, task, bytes) in [(11, "a", 30), (12, "b", 50)] {
        table.start(pid, ROOT, bytes);
        let words = ("node x".to_owned(), format!("P={task} T=build"));
        table.change(|table| table.startups.insert(pid, words));
    }
    let mut sampler = Sampler::new(table, Metric::Rss);
    let root = sampler.add_task(ROOT, Duration::ZERO).unwrap().unwrap();
    sampler.attribute(root, rules(), &Traits::default(), Duration::ZERO);
    sampler.tick(MS).unwrap();
    let named = sampler.found_task_records(root);
    let peaks = named
        .iter()
        .map(|named| (peak(&named.work), named.work.seen));
    assert_eq!(peaks.collect::<Vec<_>>(), [(30, 1), (50, 1)]);
}

#[test]
fn what_comes_from_outside_is_no_task() {
    let table = FakeTable::default();
    table.start(ROOT, 1, 100);
    let words = ("npm run x".to_owned(), "SCRIPT=measure".to_owned());
    table.change(|table| table.startups.insert(ROOT, words));
    let mut sampler = Sampler::new(table, Metric::Rss);
    let root = sampler.add_task(ROOT, Duration::ZERO).unwrap().unwrap();
    let rules = rules();
    let outside = rules.look(&startup("memtop", "SCRIPT=measure"), || None);
    sampler.attribute(root, rules, &outside, Duration::ZERO);
    assert!(sampler.found_task_records(root).is_empty());
}

#[test]
fn a_child_without_environment_is_of_its_parents_task() {
    for is_reported in [true, false] {
        let mut world = World::new(is_reported);
        world.start(11, ROOT, "node a", "P=a T=build", 100);
        world.tick();
        world.start(12, 11, "env", "", 70);
        world.tick();
        assert_eq!(world.peaks(), [row("a:build", 170, None)]);
    }
}

#[test]
fn an_orphan_stays_in_its_task() {
    for is_reported in [true, false] {
        let mut world = World::new(is_reported);
        world.start(11, ROOT, "node a", "P=a T=build", 100);
        world.start(12, 11, "daemon", "", 70);
        world.tick();
        world.end(11, EndStatus::Code(0));
        world.table.adopt(12, 1);
        world.table.set(12, 300);
        world.tick();
        assert_eq!(world.peaks(), [row("a:build", 300, None)]);
        assert_eq!(world.found()[0].info.ended, None);
        world.end(12, EndStatus::Code(0));
        world.tick();
        assert!(world.found()[0].info.ended.is_some());
    }
}

#[test]
fn the_inner_one_of_nested_tasks_counts_and_only_there() {
    let mut world = World::reported();
    world.start(11, ROOT, "nx", "P=app T=e2e", 100);
    world.start(12, 11, "node lib", "P=lib T=build", 70);
    world.tick();
    let expected = [row("app:e2e", 100, None), row("lib:build", 70, None)];
    assert_eq!(world.peaks(), expected);
}

#[test]
fn wrappers_count_apart_from_what_they_start() {
    let mut world = World::reported();
    world.start(11, ROOT, "npm run build", "P=a T=build", 60);
    world.start(12, 11, "sh -c node", "P=a T=build SCRIPT=build", 2);
    world.start(13, 12, "node work", "P=a T=build SCRIPT=build", 400);
    world.start(14, 13, "sh -c git", "P=a T=build SCRIPT=build", 3);
    world.tick();
    assert_eq!(world.peaks(), [row("a:build", 403, Some(62))]);
    let all = &world.found()[0].all;
    assert_eq!((peak(all), all.seen), (465, 4));
}

#[test]
fn a_shell_that_becomes_the_work_is_a_wrapper_no_more() {
    let mut world = World::reported();
    world.start(11, ROOT, "sh -c work", "P=a T=build", 2);
    world.tick();
    world.exec(11, "work", "P=a T=build");
    world.table.set(11, 300);
    world.tick();
    assert_eq!(world.peaks(), [row("a:build", 300, Some(2))]);
    let record = &world.found()[0];
    assert_eq!((record.work.seen, record.all.seen), (1, 1));
}

#[test]
fn a_host_is_the_work_unless_a_script_runs_in_it() {
    let mut world = World::reported();
    world.start(11, ROOT, "executor", "P=a T=build", 90);
    world.start(12, 11, "node helper", "P=a T=build", 10);
    world.tick();
    assert_eq!(world.peaks(), [row("a:build", 100, None)]);

    world.start(21, ROOT, "executor", "P=b T=build", 90);
    world.tick();
    world.start(22, 21, "npm run build", "P=b T=build", 60);
    world.start(23, 22, "node work", "P=b T=build SCRIPT=build", 20);
    world.tick();
    assert_eq!(world.peaks()[1], row("b:build", 20, Some(150)));
}

#[test]
fn commands_one_after_another_have_the_peak_of_the_highest() {
    for is_reported in [true, false] {
        let mut world = World::new(is_reported);
        for (pid, bytes) in [(11, 200), (12, 100), (13, 150)] {
            world.start(pid, ROOT, "node step", "P=a T=build", bytes);
            world.tick();
            world.end(pid, EndStatus::Code(0));
            world.tick();
        }
        assert_eq!(world.peaks(), [row("a:build", 200, None)]);
    }
}

#[test]
fn how_a_task_ended_is_how_its_first_failing_line_did() {
    let mut world = World::reported();
    world.start(11, ROOT, "one", "P=a T=build", 1);
    world.start(12, 11, "grep", "P=a T=build", 1);
    world.end(12, EndStatus::Code(1));
    world.end(11, EndStatus::Code(0));
    assert_eq!(world.found()[0].info.exit, Some(EndStatus::Code(0)));
    for (pid, status) in [
        (13, EndStatus::Signal(9)),
        (14, EndStatus::Code(2)),
        (15, EndStatus::Code(0)),
    ] {
        world.start(pid, ROOT, "another", "P=a T=build", 1);
        world.end(pid, status);
    }
    assert_eq!(world.found()[0].info.exit, Some(EndStatus::Signal(9)));
}

#[test]
fn without_tracing_the_status_of_a_task_is_unknown() {
    let mut world = World::new(false);
    world.start(11, ROOT, "one", "P=a T=build", 1);
    world.tick();
    world.end(11, EndStatus::Code(0));
    world.tick();
    let found = &world.found()[0];
    assert!(found.info.ended.is_some());
    assert_eq!(found.info.exit, None);
}

#[test]
fn a_service_is_called_so() {
    let mut world = World::reported();
    world.start(11, ROOT, "nx-daemon start", "", 80);
    world.tick();
    let found = &world.found()[0];
    assert_eq!(
        (&*found.info.name, found.info.kind),
        ("nx daemon", Kind::Service)
    );
}

#[test]
fn what_no_sample_saw_is_in_the_bounds_of_its_task_alone() {
    let mut world = World::reported();
    world.start(11, ROOT, "node a", "P=a T=build", 10);
    world.start(12, ROOT, "node b", "P=b T=build", 500);
    world.leave(12, 500);
    world.tick();
    let found = world.found();
    let ceilings = found.iter().map(|found| found.work.ceiling.bytes(None));
    assert_eq!(ceilings.collect::<Vec<_>>(), [Some(10), Some(500)]);
    let largest = found[1].work.largest.as_ref().map(|largest| largest.bytes);
    assert_eq!(largest, Some(500));
}

#[test]
fn one_after_another_within_a_gap_is_not_added_up() {
    let mut world = World::reported();
    for pid in 11..20 {
        world.start(pid, ROOT, "node a", "P=a T=build", 500);
        world.leave(pid, 500);
    }
    world.tick();
    let work = &world.found()[0].work;
    assert_eq!((work.ceiling.bytes(None), work.seen), (Some(500), 9));
}

#[test]
fn each_step_of_a_chain_is_a_stage() {
    let mut world = World::reported();
    world.start(11, ROOT, "sh -c tsc && vite", "", 2);
    world.tick();
    world.start(12, 11, "node tsc", "", 300);
    world.tick();
    world.end(12, EndStatus::Code(0));
    world.start(13, 11, "node vite", "", 50);
    world.leave(13, 70);
    world.tick();
    let stages = world.sampler.stage_records(world.root, world.now);
    let peaks = stages
        .iter()
        .map(|stage| (stage.name.as_str(), stage.summary.peak_bytes));
    let expected = [("compile", Some(402)), ("bundle", Some(70))];
    assert_eq!(peaks.collect::<Vec<_>>(), expected);
    assert!(stages[0].summary.last_seen <= stages[1].summary.first_seen);
}

#[test]
fn tasks_end_with_the_tree_that_they_are_in() {
    let mut world = World::reported();
    world.start(11, ROOT, "npm run x", "P=a T=build", 60);
    world.start(12, 11, "node work", "P=a T=build", 400);
    world.tick();
    assert!(world.sampler.remove_task(world.root).is_some());
    assert!(world.sampler.is_idle());
    assert!(world.sampler.found_task_records(world.root).is_empty());
}

#[test]
fn a_task_can_be_given_by_name() {
    for is_reported in [false, true] {
        let mut world = World::new(is_reported);
        world.start(11, ROOT, "program", "", 10);
        let assign = |world: &mut World, pid, name| {
            world.now += MS;
            let now = world.now;
            world
                .sampler
                .assign_to_task(world.root, pid, "nx", name, now)
        };
        // No sample has found it yet where births are not reported.
        assert!(assign(&mut world, 11, "a:build"));
        world.start(12, 11, "helper", "", 30);
        world.tick();
        // It says the same of itself in another way, or nothing at all.
        world.becomes(11, "execed", "P=a T=build");
        world.start(13, ROOT, "other", "P=b T=build", 5);
        world.grows_later(12, 70);
        assert!(assign(&mut world, 13, "b:build"));
        world.tick();
        let expected = [row("a:build", 80, None), row("b:build", 5, None)];
        assert_eq!(world.peaks(), expected);
        assert!(!assign(&mut world, 99, "a:build"));
        let now = world.now;
        let root = world.root;
        assert!(!world.sampler.assign_to_task(root, 12, "unknown", "a", now));
    }
}

#[test]
fn what_a_process_has_started_is_of_the_task_that_it_is_given_later() {
    for is_reported in [false, true] {
        let mut world = World::new(is_reported);
        world.start(11, ROOT, "sh", "", 2);
        world.start(12, 11, "program", "", 100);
        world.start(13, 12, "helper", "", 30);
        world.tick();
        let (root, now) = (world.root, world.now);
        assert!(world.sampler.assign_to_task(root, 11, "nx", "a:build", now));
        world.tick();
        assert_eq!(world.peaks(), [row("a:build", 132, None)]);
    }
}

/// Without tracing an exec may be found later than what was started after it.
#[test]
fn children_follow_a_parent_that_turns_out_to_be_of_a_task() {
    let mut world = World::new(false);
    world.start(11, ROOT, "program", "", 10);
    world.start(12, 11, "helper", "", 70);
    world.start(13, 12, "own", "P=b T=build", 5);
    world.tick();
    world.becomes(11, "execed11", "P=a T=build");
    for _ in 0..4 {
        world.tick();
    }
    world.table.set(11, 20);
    world.tick();
    let expected = [row("b:build", 5, None), row("a:build", 90, None)];
    assert_eq!(world.peaks(), expected);
}

/// Without tracing an exec may be found later than what was started after it.
#[test]
fn a_script_is_noticed_although_its_parent_is_placed_later() {
    let mut world = World::new(false);
    world.start(11, ROOT, "executor", "P=a T=build", 90);
    world.tick();
    world.start(12, 11, "launcher", "", 60);
    world.tick();
    world.start(13, 12, "node work", "P=a T=build SCRIPT=build", 20);
    world.tick();
    world.becomes(12, "npm run build", "P=a T=build");
    world.grows_later(13, 400);
    assert_eq!(world.peaks(), [row("a:build", 400, Some(150))]);
}

#[test]
fn a_script_is_noticed_although_it_was_found_in_the_midst_of_an_exec() {
    let mut world = World::new(false);
    world.start(11, ROOT, "executor", "P=a T=build", 90);
    world.start(12, 11, "npm run build", "P=a T=build", 60);
    world.tick();
    world.start(13, 12, "", "", 2);
    world.tick();
    world.becomes(13, "node work", "P=a T=build SCRIPT=build");
    world.grows_later(13, 400);
    assert_eq!(world.peaks(), [row("a:build", 400, Some(150))]);
}

#[test]
fn what_is_in_the_midst_of_an_exec_is_taken_for_its_parent() {
    let mut world = World::new(false);
    world.start(11, ROOT, "executor", "P=a T=build", 90);
    world.start(12, 11, "npm run build", "P=a T=build", 60);
    world.start(13, 12, "", "", 2);
    world.start(14, 13, "node work", "P=a T=build SCRIPT=build", 400);
    world.tick();
    assert_eq!(world.peaks(), [row("a:build", 400, Some(152))]);
}

#[test]
fn what_a_service_starts_is_the_services_although_it_was_started_in_a_task() {
    let mut world = World::reported();
    world.start(11, ROOT, "sh -c x", "P=a T=build", 2);
    world.start(12, 11, "nx-daemon start", "P=a T=build", 80);
    world.start(13, 12, "git", "P=a T=build", 5);
    world.tick();
    world.end(13, EndStatus::Code(7));
    world.end(11, EndStatus::Code(0));
    let found = world.found();
    let exits = found
        .iter()
        .map(|found| (&*found.info.name, found.info.exit));
    let expected = [("a:build", Some(EndStatus::Code(0))), ("nx daemon", None)];
    assert_eq!(exits.collect::<Vec<_>>(), expected);
    assert_eq!(world.peaks()[1], row("nx daemon", 85, None));
}

#[test]
fn how_an_orphan_ends_says_nothing_of_its_task() {
    let mut world = World::reported();
    world.start(11, ROOT, "one", "P=a T=build", 1);
    world.start(12, 11, "daemon", "P=a T=build", 1);
    world.start(13, 12, "more", "P=a T=build", 1);
    world.end(12, EndStatus::Code(0));
    world.exec(13, "another", "P=a T=build");
    world.end(13, EndStatus::Signal(15));
    world.end(11, EndStatus::Code(0));
    assert_eq!(world.found()[0].info.exit, Some(EndStatus::Code(0)));
}

#[test]
fn an_orphan_whose_start_was_not_seen_has_no_task_from_outside() {
    let table = FakeTable::default();
    table.start(ROOT, 1, 100);
    let mut sampler = Sampler::new(table.clone(), Metric::Rss);
    let root = sampler
        .add_new_task(ROOT, Some(1), Duration::ZERO)
        .unwrap()
        .unwrap();
    let rules = rules();
    let outside = rules.look(&startup("memtop", "SCRIPT=measure"), || None);
    sampler.attribute(root, rules, &outside, Duration::ZERO);
    table.start(12, 1, 50);
    let words = ("orphan".to_owned(), "SCRIPT=measure".to_owned());
    table.change(|table| table.startups.insert(12, words));
    sampler.tick(MS).unwrap();
    assert_eq!(sampler.task_record(root).unwrap().seen, 2);
    assert!(sampler.found_task_records(root).is_empty());
}

#[test]
fn a_task_is_known_by_its_key_after_all_processes_with_its_name_ended() {
    let named = TaskRule {
        key: Some("{HASH}".to_owned()),
        ..by_variables(&["HASH", "NAME"], "{NAME}")
    };
    let runner = Runner {
        name: "turbo".to_owned(),
        level: 2,
        tasks: vec![named],
        ..Runner::default()
    };
    let set = RuleSet {
        runners: vec![runner],
        ..RuleSet::default()
    };
    let table = FakeTable::default();
    table.start(ROOT, 1, 100);
    let mut sampler = Sampler::new(table.clone(), Metric::Rss);
    let root = sampler
        .add_new_task(ROOT, Some(1), Duration::ZERO)
        .unwrap()
        .unwrap();
    let rules = Arc::new(Rules::new(set).unwrap());
    sampler.attribute(root, rules, &Traits::default(), Duration::ZERO);
    for (pid, parent, name) in [(11, ROOT, "outer"), (12, 1, "inner")] {
        table.start(pid, parent, 50);
        let words = ("work".to_owned(), format!("HASH=1 NAME={name}"));
        table.change(|table| table.startups.insert(pid, words));
        sampler.tick(MS).unwrap();
    }
    let named = sampler.found_task_records(root);
    assert_eq!((named.len(), peak(&named[0].work)), (1, 100));
}

#[test]
fn the_error_of_a_bad_rule_names_it_and_the_reason() {
    let refused = |task: TaskRule| {
        let runner = Runner {
            name: "mine".to_owned(),
            tasks: vec![task],
            ..Runner::default()
        };
        let set = RuleSet {
            runners: vec![runner],
            ..RuleSet::default()
        };
        Rules::new(set).unwrap_err().to_string()
    };
    let rule = |arguments: &str, name: &str| TaskRule {
        arguments: Some(arguments.to_owned()),
        name: name.to_owned(),
        ..TaskRule::default()
    };
    assert_eq!(
        refused(rule("a(b", "x")),
        "mine: x: \"a(b\" is not a regular expression: unclosed group"
    );
    assert_eq!(refused(rule("a", "{x")), "mine: {x: a { is not closed");
    assert_eq!(
        refused(by_variables(&[], "x")),
        "mine: x: it says nothing of the processes that it is for"
    );
    let stages = [("good", "a"), ("bad", "b(")];
    let set = RuleSet {
        stages: stages
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into(),
        ..RuleSet::default()
    };
    assert_eq!(
        Rules::new(set).unwrap_err().to_string(),
        "bad: \"b(\" is not a regular expression: unclosed group"
    );
}
