//! Several commands as one run.

mod runs;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use memtop_sampler::{Alarm, RuleSet, Rules, Runner, TaskRule};
use memtop_spawn::{
    Bundle, BundleTask, End, FollowedBy, GuardOptions, Options, Outcome, Reason, Run, Size,
    StartError, SurvivorsUse, TraceUse,
};
use memtop_terminal::StreamsUse;
use runs::{
    Folder, MB, assert_all_followed, command, count_own, has_ended, is_alone, kill, options,
    own_children, peak, task, until,
};

fn taking(megabytes: u32) -> String {
    format!("$held .= 'x' x (1 << 20) for 1..{megabytes}")
}

/// Takes N megabytes and holds them for N seconds.
fn holding(megabytes: u32, seconds: f32) -> String {
    format!(
        "{}; select undef, undef, undef, {seconds}",
        taking(megabytes)
    )
}

/// Takes N megabytes, and holds them until another process has held its own for a while.
fn holding_with(megabytes: u32, own: &str, other: &str) -> String {
    let mark = format!("open my $file, '>', '{own}'; close $file");
    let wait = format!("select undef, undef, undef, 0.01 until -e '{other}'");
    let take = taking(megabytes);
    format!("{take}; {mark}; {wait}; select undef, undef, undef, 0.5")
}

fn bundle(options: Options) -> Bundle {
    Bundle::start(options, StreamsUse::Inherited, |_| {}).expect("it starts")
}

struct Task {
    task: BundleTask,
    alarms: Receiver<Alarm>,
}

fn add(bundle: &Bundle, guard: GuardOptions) -> Task {
    let (sender, alarms) = channel();
    let task = bundle.add_task(guard, move |alarm: &Alarm| {
        sender.send(alarm.clone()).unwrap();
    });
    Task { task, alarms }
}

impl Task {
    fn start(&self, arguments: &[&str]) -> Result<(Run, Receiver<Outcome>), StartError> {
        let (sender, end) = channel();
        let on_end = move |outcome| sender.send(outcome).unwrap();
        let run = self
            .task
            .run(command(arguments), StreamsUse::Inherited, on_end)?;
        Ok((run, end))
    }

    fn perl(&self, program: &str) -> Receiver<Outcome> {
        self.start(&["perl", "-e", program]).expect("it starts").1
    }

    fn finish(&self) -> Outcome {
        let (sender, end) = channel();
        let finished = self
            .task
            .finish(move |outcome| sender.send(outcome).unwrap());
        finished.unwrap();
        end.recv().unwrap()
    }
}

fn finish(bundle: &Bundle) -> Outcome {
    let (sender, end) = channel();
    bundle.finish(move |outcome| sender.send(outcome).unwrap());
    end.recv().unwrap()
}

#[track_caller]
fn assert_about(outcome: &Outcome, megabytes: u64) {
    let bytes = peak(outcome);
    let expected = megabytes * MB..(megabytes + 30) * MB;
    assert!(expected.contains(&bytes), "{bytes} is not {megabytes} MB");
    let ceiling = outcome.ceiling_bytes.clone().unwrap();
    assert!(ceiling >= bytes, "{ceiling} is below {bytes}");
}

const WAYS: [TraceUse; 3] = [TraceUse::Kernel, TraceUse::Ptrace, TraceUse::Off];

#[test]
fn the_peak_of_tasks_one_after_the_other_is_that_of_the_largest() {
    for way in WAYS {
        let bundle = bundle(options(way));
        let outcomes = [100, 400].map(|megabytes| {
            let task = add(&bundle, GuardOptions::default());
            task.perl(&holding(megabytes, 0.1)).recv().unwrap();
            task.finish()
        });
        assert_about(&outcomes[0], 100);
        assert_about(&outcomes[1], 400);
        let whole = finish(&bundle);
        assert_about(&whole, 400);
        assert_eq!(task(&whole).seen, 2);
        let at = task(&whole).peak.as_ref().unwrap().at;
        assert!(at >= outcomes[0].duration, "times count from the start");
    }
}

/// It may start between the last scan for processes to end and their end.
#[test]
fn no_command_started_during_a_stop_survives_it() {
    for attempt in 0..40 {
        let bundle = bundle(options(TraceUse::Off));
        let task = add(&bundle, GuardOptions::default());
        let stopping = std::thread::scope(|scope| {
            let ending = scope.spawn(|| {
                std::thread::sleep(Duration::from_micros(attempt * 100));
                bundle.stop(Some(Duration::ZERO));
            });
            let started = task.start(&["sleep", "60"]);
            ending.join().unwrap();
            started
        });
        if let Ok((_run, end)) = stopping {
            let ended = end.recv_timeout(Duration::from_secs(30));
            assert!(ended.is_ok(), "attempt {attempt}: it still runs");
        }
        task.finish();
        finish(&bundle);
    }
}

#[test]
fn the_peak_of_tasks_at_the_same_time_is_that_of_all() {
    for way in WAYS {
        let bundle = bundle(options(way));
        let folder = Folder::new();
        let (small, large) = (folder.path("small"), folder.path("large"));
        let programs = [
            holding_with(100, &small, &large),
            holding_with(400, &large, &small),
        ];
        let tasks = programs.map(|program| {
            let task = add(&bundle, GuardOptions::default());
            let end = task.perl(&program);
            (task, end)
        });
        for (task, end) in &tasks {
            assert_eq!(end.recv().unwrap().end, Some(End::Exited(0)));
            let _ = task.alarms.try_recv();
        }
        assert_about(&tasks[0].0.finish(), 100);
        assert_about(&tasks[1].0.finish(), 400);
        let whole = finish(&bundle);
        assert_about(&whole, 500);
        assert_eq!(whole.remarks, [""; 0]);
        if way == TraceUse::Off {
            assert_eq!(whole.tracking.by, FollowedBy::Scan);
        } else {
            assert_all_followed(&whole);
        }
    }
}

#[test]
fn tasks_inside_a_command_are_distinguished() {
    let by_variable = TaskRule {
        environment: vec![("INNER".to_owned(), None)],
        name: "{INNER}".to_owned(),
        ..TaskRule::default()
    };
    let runner = Runner {
        name: "runner".to_owned(),
        tasks: vec![by_variable],
        ..Runner::default()
    };
    let rules = Rules::new(RuleSet {
        runners: vec![runner],
        ..RuleSet::default()
    });
    let rules = Some(Arc::new(rules.unwrap()));
    for way in WAYS {
        let bundle = bundle(Options {
            rules: rules.clone(),
            ..options(way)
        });
        let script = [("small", 100), ("large", 200)]
            .map(|(name, megabytes)| {
                format!("INNER={name} perl -e \"{}\"", holding(megabytes, 0.1)).replace('$', "\\$")
            })
            .join("; ");
        let task = add(&bundle, GuardOptions::default());
        let outcome = task
            .start(&["sh", "-c", &script])
            .unwrap()
            .1
            .recv()
            .unwrap();
        let named = outcome.record.unwrap().found_tasks;
        let megabytes = named.iter().map(|named| {
            let peak = named.work.peak.as_ref().map_or(0, |peak| peak.bytes);
            (&*named.info.name, peak / (50 * MB) * 50)
        });
        assert_eq!(
            megabytes.collect::<Vec<_>>(),
            [("small", 100), ("large", 200)]
        );
        assert_about(&task.finish(), 200);
        assert_about(&finish(&bundle), 200);
    }
}

#[test]
fn commands_of_a_task_follow_one_another() {
    for way in WAYS {
        let bundle = bundle(options(way));
        let task = add(&bundle, GuardOptions::default());
        for megabytes in [200, 100] {
            let outcome = task.perl(&holding(megabytes, 0.1)).recv().unwrap();
            assert_about(&outcome, megabytes.into());
        }
        let outcome = task.finish();
        assert_about(&outcome, 200);
        assert_eq!(runs::task(&outcome).seen, 2);
        assert_about(&finish(&bundle), 200);
    }
}

#[test]
fn a_task_past_its_limit_is_ended_alone() {
    for way in WAYS {
        let bundle = bundle(options(way));
        let limited = add(
            &bundle,
            GuardOptions {
                limit: Some(Size::Bytes(100 * MB)),
                ..GuardOptions::default()
            },
        );
        let other = add(&bundle, GuardOptions::default());
        let quiet = other.perl(&holding(10, 1.5));
        let ended = limited.perl(&format!("system 'true'; {}", holding(200, 60.0)));
        let ended = ended.recv().unwrap();
        assert_eq!(ended.stopped.unwrap().reason, Reason::Guard);
        let outcome = limited.finish();
        assert_eq!(outcome.stopped.unwrap().ended, 1);
        assert!(outcome.guard.unwrap().alarm.is_some());
        assert_eq!(limited.alarms.try_iter().count(), 1);
        let quiet = quiet.recv().unwrap();
        assert_eq!(quiet.end, Some(End::Exited(0)));
        assert!(quiet.stopped.is_none());
        assert!(other.finish().guard.is_none());
        assert!(finish(&bundle).stopped.is_none());
    }
}

#[test]
fn all_end_at_the_limit_of_the_whole() {
    for way in WAYS {
        let (sender, alarms) = channel();
        let options = Options {
            guard: GuardOptions {
                limit: Some(Size::Bytes(250 * MB)),
                ..GuardOptions::default()
            },
            ..options(way)
        };
        let bundle = Bundle::start(options, StreamsUse::Inherited, move |alarm| {
            sender.send(alarm.clone()).unwrap();
        });
        let bundle = bundle.unwrap();
        let tasks = [150, 151].map(|megabytes| {
            let task = add(&bundle, GuardOptions::default());
            let end = task.perl(&holding(megabytes, 60.0));
            (task, end)
        });
        for (task, end) in &tasks {
            assert_eq!(end.recv().unwrap().stopped.unwrap().reason, Reason::Guard);
            assert!(task.start(&["true"]).is_err(), "nothing starts any more");
            let stopped = task.finish().stopped.unwrap();
            assert_eq!((stopped.reason, stopped.ended), (Reason::Guard, 0));
        }
        let whole = finish(&bundle);
        assert_eq!(whole.stopped.unwrap().ended, 2);
        assert_eq!(alarms.try_iter().count(), 1);
    }
}

#[test]
fn the_time_of_the_whole_is_over_for_all() {
    let options = Options {
        timeout: Some(Duration::from_millis(300)),
        ..options(TraceUse::Off)
    };
    let bundle = bundle(options);
    let task = add(&bundle, GuardOptions::default());
    let (_run, end) = task.start(&["sleep", "60"]).unwrap();
    let stopped = end.recv().unwrap().stopped.unwrap();
    assert_eq!(stopped.reason, Reason::Timeout);
    assert_eq!(finish(&bundle).stopped.unwrap().reason, Reason::Timeout);
}

#[test]
fn a_process_that_outlives_a_command_counts_for_the_whole() {
    for way in WAYS {
        let folder = Folder::new();
        let bundle = bundle(options(way));
        let first = add(&bundle, GuardOptions::default());
        let survivor = format!("echo $$ > {}; exec sleep 60", folder.path("pid"));
        let script = format!(
            "sh -c '{survivor}' & until [ -s {} ]; do :; done; sleep 0.1",
            folder.path("pid")
        );
        let (_run, end) = first.start(&["sh", "-c", &script]).unwrap();
        assert_eq!(end.recv().unwrap().survivors.len(), 1);
        let outcome = first.finish();
        assert_eq!(outcome.survivors.len(), 1, "{way:?} {outcome:?}");
        let second = add(&bundle, GuardOptions::default());
        second.perl("system 'true' for 1..20").recv().unwrap();
        let outcome = second.finish();
        if way != TraceUse::Off {
            assert!(task(&outcome).seen >= 21, "{outcome:?}");
        }
        assert!(outcome.survivors.is_empty());
        let [pid] = folder.pids("pid", 1)[..] else {
            unreachable!("there is one");
        };
        let whole = finish(&bundle);
        assert_eq!(whole.survivors.len(), 1);
        assert_eq!(whole.survivors[0].id.pid, pid);
        kill(pid);
    }
}

#[test]
fn survivors_can_be_ended_with_their_command() {
    let options = Options {
        survivors: SurvivorsUse::Kill,
        ..options(TraceUse::Ptrace)
    };
    let bundle = bundle(options);
    let task = add(&bundle, GuardOptions::default());
    let (_run, end) = task.start(&["sh", "-c", "sleep 60 & :"]).unwrap();
    let pid = end.recv().unwrap().survivors[0].id.pid;
    until("it to end", || has_ended(pid).then_some(()));
    assert!(finish(&bundle).survivors.is_empty());
}

#[test]
fn a_command_that_cannot_start_leaves_the_others_alone() {
    let bundle = bundle(options(TraceUse::Ptrace));
    let task = add(&bundle, GuardOptions::default());
    let error = task.start(&["no-such-command"]).expect_err("there is none");
    assert!(matches!(error, StartError::NotFound { .. }));
    let end = task.perl("exit 3").recv().unwrap();
    assert_eq!(end.end, Some(End::Exited(3)));
    finish(&bundle);
}

#[test]
fn orphans_are_of_the_run_and_are_reaped() {
    if !is_alone("orphans_are_of_the_run_and_are_reaped", &[]) {
        return;
    }
    let options = Options {
        stands_in: true,
        ..options(TraceUse::Off)
    };
    let bundle = bundle(options);
    let tasks = [(); 3].map(|()| add(&bundle, GuardOptions::default()));
    let folder = Folder::new();
    let orphan = format!("echo $$ >>{}; exec sleep 60", folder.path("pids"));
    let script = format!("for i in 1 2 3 4 5 6; do (setsid sh -c '{orphan}' &); done");
    let ends = tasks
        .each_ref()
        .map(|task| task.start(&["sh", "-c", &script]).unwrap().1);
    for end in ends {
        assert_eq!(end.recv().unwrap().end, Some(End::Exited(0)));
    }
    let orphans = folder.pids("pids", 18);
    until("orphans to be of the run", || {
        (bundle.snapshot()?.living.len() >= 18).then_some(())
    });
    for orphan in orphans {
        kill(orphan);
    }
    until("orphans to be reaped", || {
        own_children().is_empty().then_some(())
    });
    for task in &tasks {
        task.finish();
    }
    finish(&bundle);
}

#[test]
fn fifty_commands_leave_no_thread_and_no_descriptor() {
    if !is_alone("fifty_commands_leave_no_thread_and_no_descriptor", &[]) {
        return;
    }
    for way in WAYS {
        let before = (count_own("fd"), count_own("task"));
        for _ in 0..5 {
            let bundle = bundle(options(way));
            for _ in 0..10 {
                let task = add(&bundle, GuardOptions::default());
                task.perl("1").recv().unwrap();
                task.finish();
            }
            finish(&bundle);
        }
        until("all threads to end", || {
            ((count_own("fd"), count_own("task")) == before).then_some(())
        });
    }
}
