//! Runs that are ended: by their timeout, by the caller, by the guard.

mod runs;

use std::sync::mpsc::channel;
use std::time::Duration;

use memtop_proc::native::{NativeInspector, ProcRoot};
use memtop_proc::{Inspector, State};
use memtop_sampler::{Cause, Interval, Level, Metric};
use memtop_spawn::{
    Bundle, Command, End, GuardOptions, Options, Outcome, Reason, Size, SurvivorsUse, TraceUse,
    TrackOptions, Tracker,
};
use memtop_terminal::StreamsUse;
use memtop_testing::skip;
use runs::{
    Folder, MB, become_ordinary_user, command, finish, forbid_new_threads, has_ended, is_alone,
    is_root, options, peak, start, until,
};

const PATIENCE: Duration = Duration::from_secs(30);
const AN_HOUR: Duration = Duration::from_hours(1);
const ALL: [TraceUse; 3] = [TraceUse::Kernel, TraceUse::Ptrace, TraceUse::Off];

/// Three children and their parent, all of which ignore TERM. They write their pids and stay.
fn stubborn(folder: &Folder) -> Command {
    let file = folder.path("pids");
    let script = "$SIG{TERM} = 'IGNORE'; fork || last for 1..3; \
                  open F, '>>', $ARGV[0]; syswrite F, \"$$\\n\"; sleep 60 while 1";
    command(&["perl", "-e", script, &file])
}

fn assert_all_gone(pids: &[u32]) {
    for &pid in pids {
        assert!(has_ended(pid), "{pid} is still there");
    }
}

#[test]
fn a_run_whose_time_is_over_is_ended_although_it_ignores_term() {
    for trace in ALL {
        let folder = Folder::new();
        let options = Options {
            timeout: Some(Duration::from_millis(1500)),
            ..options(trace)
        };
        let started = start(stubborn(&folder), options).unwrap();
        let pids = folder.pids("pids", 4);
        let outcome = started.finish().outcome;
        assert_all_gone(&pids);
        let stopped = outcome.stopped.expect("it was stopped");
        assert_eq!(stopped.reason, Reason::Timeout);
        assert_eq!((stopped.ended, stopped.failed.len()), (4, 0));
        assert_eq!(outcome.end, Some(End::Signaled(9)));
        assert!(outcome.duration >= Duration::from_millis(1500));
        assert!(outcome.survivors.is_empty());
    }
}

#[test]
fn a_command_that_ends_on_term_keeps_its_exit_code() {
    for trace in ALL {
        let options = Options {
            timeout: Some(Duration::from_millis(700)),
            grace: AN_HOUR,
            ..options(trace)
        };
        let script = "trap 'exit 7' TERM; while :; do sleep 0.02; done";
        let outcome = finish(&["sh", "-c", script], options).outcome;
        assert_eq!(outcome.end, Some(End::Exited(7)));
        assert_eq!(outcome.stopped.unwrap().reason, Reason::Timeout);
    }
}

#[test]
fn a_run_that_is_ended_again_without_grace_hurries() {
    for trace in ALL {
        let folder = Folder::new();
        let options = Options {
            grace: AN_HOUR,
            ..options(trace)
        };
        let started = start(stubborn(&folder), options).unwrap();
        let pids = folder.pids("pids", 4);
        started.run.stop(None);
        started.run.stop(Some(Duration::ZERO));
        let outcome = started.finish().outcome;
        assert_all_gone(&pids);
        let stopped = outcome.stopped.expect("it was stopped");
        assert_eq!((stopped.reason, stopped.ended), (Reason::Request, 4));
        assert!(stopped.took < AN_HOUR);
    }
}

#[test]
fn a_stop_after_the_end_does_nothing() {
    let started = start(command(&["sh", "-c", "exit 3"]), options(TraceUse::Ptrace)).unwrap();
    let pid = started.run.pid();
    until("its end", || has_ended(pid).then_some(()));
    started.run.stop(None);
    let outcome = started.finish().outcome;
    assert_eq!(outcome.end, Some(End::Exited(3)));
}

fn guarded(trace: TraceUse, warn: Option<u64>, limit: Option<u64>) -> Options {
    Options {
        guard: GuardOptions {
            is_on: true,
            warn: warn.map(|megabytes| Size::Bytes(megabytes * MB)),
            limit: limit.map(|megabytes| Size::Bytes(megabytes * MB)),
        },
        ..options(trace)
    }
}

/// Statements of Perl that take N megabytes one after the other.
fn grow(megabytes: u32) -> String {
    format!(
        "for (1..{megabytes}) {{ $held .= 'x' x (1 << 20); select undef, undef, undef, 0.001 }}"
    )
}

#[test]
fn the_guard_ends_a_run_for_the_growth_of_a_child() {
    for trace in ALL {
        let child = format!("$SIG{{TERM}} = 'IGNORE'; {} sleep 60 while 1", grow(1000));
        let script = "if (!fork) { exec 'perl', '-e', $ARGV[0] } 1 while wait != -1; sleep 60";
        let options = guarded(trace, None, Some(200));
        let finished = finish(&["perl", "-e", script, &child], options);
        let outcome = finished.outcome;
        let stopped = outcome.stopped.as_ref().expect("it was stopped");
        assert_eq!(stopped.reason, Reason::Guard);
        assert_eq!((stopped.ended, stopped.failed.len()), (2, 0));
        let [alarm] = &finished.alarms[..] else {
            panic!("there is one alarm: {:?}", finished.alarms);
        };
        assert_eq!(alarm.level, Level::Limit);
        assert_eq!(alarm.cause, Cause::Threshold(200 * MB));
        assert!(alarm.bytes >= 200 * MB);
        let snapshot = alarm.snapshot.as_ref().expect("there is a snapshot");
        assert_eq!(snapshot.living.len(), 2);
        let large: Vec<_> = snapshot
            .living
            .iter()
            .filter(|process| process.rss_bytes >= 150 * MB)
            .collect();
        assert_eq!(large.len(), 1, "{:?}", snapshot.living);
        assert_eq!(large[0].description.command.last(), Some(&child));
        assert!(snapshot.record.task.peak.is_some());
        assert_all_gone(
            &snapshot
                .living
                .iter()
                .map(|one| one.id.pid)
                .collect::<Vec<_>>(),
        );
        let guard = outcome.guard.as_ref().expect("it was guarded");
        assert_eq!(guard.thresholds.limit_bytes, Some(200 * MB));
        assert!(guard.alarm.is_some() && !guard.warned);
        assert!(outcome.out_of_memory.is_none());
    }
}

#[test]
fn the_guard_warns_once_and_the_run_continues() {
    for trace in ALL {
        let script = format!("for (1..3) {{ {} undef $held }} exit 3", grow(120));
        let options = guarded(trace, Some(60), Some(2000));
        let finished = finish(&["perl", "-e", &script], options);
        assert_eq!(finished.outcome.end, Some(End::Exited(3)));
        assert!(finished.outcome.stopped.is_none());
        let [alarm] = &finished.alarms[..] else {
            panic!("there is one alarm: {:?}", finished.alarms);
        };
        assert_eq!(alarm.level, Level::Warn);
        assert!(alarm.snapshot.is_none());
        let guard = finished.outcome.guard.expect("it was guarded");
        assert!(guard.warned && guard.alarm.is_none());
    }
}

#[test]
fn memory_that_is_shared_is_no_reason_to_end_a_run() {
    let script = "open Z, '</dev/zero'; sysread Z, $held, 200 << 20; \
                  for (1..8) { if (!fork) { select undef, undef, undef, 0.5; exit } } \
                  1 while wait != -1";
    for trace in ALL {
        let finished = finish(&["perl", "-e", script], guarded(trace, None, Some(600)));
        assert!(
            finished.alarms.is_empty(),
            "{trace:?} {:?}",
            finished.alarms
        );
        assert_eq!(finished.outcome.end, Some(End::Exited(0)));
        assert!(finished.outcome.record.unwrap().task.highest_rss_bytes > 1000 * MB);
    }
}

#[test]
fn without_a_guard_nothing_is_ended() {
    let options = Options {
        guard: GuardOptions {
            is_on: false,
            warn: Some(Size::Bytes(1)),
            limit: Some(Size::Bytes(1)),
        },
        ..options(TraceUse::Ptrace)
    };
    let finished = finish(&["perl", "-e", &grow(50)], options);
    assert_eq!(finished.outcome.end, Some(End::Exited(0)));
    assert!(finished.outcome.guard.is_none() && finished.alarms.is_empty());
}

#[test]
fn survivors_that_grow_are_ended_by_the_guard_while_they_are_waited_for() {
    let options = Options {
        survivors: SurvivorsUse::Wait,
        ..guarded(TraceUse::Ptrace, None, Some(150))
    };
    let script = format!("if (!fork) {{ {} sleep 60 }} exit 4", grow(1000));
    let finished = finish(&["perl", "-e", &script], options);
    assert_eq!(finished.outcome.end, Some(End::Exited(4)));
    assert_eq!(finished.outcome.survivors.len(), 1);
    assert!(has_ended(finished.outcome.survivors[0].id.pid));
    assert_eq!(finished.outcome.stopped.unwrap().reason, Reason::Guard);
}

/// Forks two processes that do the same, retries if that fails, each with 8 MB of its own, and
/// ignores TERM. It ends by itself 20 s after the first one has started.
const BOMB: &str = r#"
    use Time::HiRes qw(sleep alarm time);
    $SIG{TERM} = "IGNORE";
    my $end = time + 20;
    my $held;
    sub live { alarm($end > time ? $end - time : 0.001); $held = chr(rand 99) x (8 << 20) }
    live();
    my $children = 0;
    while ($children < 2) {
        my $pid = fork;
        if (!defined $pid) { sleep 0.01 }
        elsif ($pid) { $children++ }
        else { live(); $children = 0 }
    }
    sleep 1 while 1;
"#;
const MOST_IN_A_BOMB: usize = 60;

fn alive_of_user(user: u32) -> usize {
    let inspector = NativeInspector::new(ProcRoot::system().unwrap());
    let mut records = inspector.list().unwrap();
    records.retain(|record| record.user == Some(user) && record.state != State::Zombie);
    records.len()
}

fn bomb(user: u32, trace: TraceUse) -> Outcome {
    let nproc = format!("--nproc={MOST_IN_A_BOMB}");
    let (as_user, as_group) = (format!("--reuid={user}"), format!("--regid={user}"));
    let words = [
        "prlimit",
        &nproc,
        "--cpu=20",
        "setpriv",
        "--clear-groups",
        &as_user,
        &as_group,
        "perl",
        "-e",
        BOMB,
    ];
    finish(&words, guarded(trace, None, Some(200))).outcome
}

#[test]
fn a_loop_of_forks_is_caught_by_the_limit_and_gone() {
    if !is_root() {
        skip("root", "only root can run it as a user of its own");
        return;
    }
    for (user, trace) in [(61_011, TraceUse::Ptrace), (61_012, TraceUse::Off)] {
        let outcome = bomb(user, trace);
        assert_eq!(alive_of_user(user), 0, "{trace:?}");
        let stopped = outcome.stopped.as_ref().expect("it was stopped");
        assert_eq!(stopped.reason, Reason::Guard);
        assert_eq!(stopped.failed, []);
        assert!(stopped.ended >= 10, "{stopped:?}");
    }
}

#[test]
fn the_peak_of_a_run_is_not_below_what_the_guard_has_ended_it_for() {
    if !is_root() {
        skip("root", "only root can run it as a user of its own");
        return;
    }
    for (user, trace) in [(61_013, TraceUse::Ptrace), (61_014, TraceUse::Off)] {
        let outcome = bomb(user, trace);
        let guard = outcome.guard.as_ref().expect("it was guarded");
        let alarm = guard.alarm.as_ref().expect("it was ended for it");
        assert!(peak(&outcome) >= alarm.bytes, "{trace:?} {outcome:?}");
    }
}

#[test]
fn all_kinds_of_trees_are_ended_although_no_thread_can_be_created() {
    if !is_alone(
        "all_kinds_of_trees_are_ended_although_no_thread_can_be_created",
        &[],
    ) {
        return;
    }
    become_ordinary_user();
    let sleep = || command(&["sleep", "60"]);
    let run = start(sleep(), options(TraceUse::Off)).unwrap();
    let bundle = Bundle::start(options(TraceUse::Off), StreamsUse::Inherited, |_| {}).unwrap();
    let task = bundle.add_task(GuardOptions::default(), |_| {});
    let (of_task, task_end) = channel();
    let on_end = move |outcome| of_task.send(outcome).unwrap();
    let running = task.run(sleep(), StreamsUse::Inherited, on_end);
    running.expect("it starts");
    let mut child = std::process::Command::new("sleep")
        .arg("60")
        .spawn()
        .unwrap();
    let tracker = Tracker::start(Interval::Adaptive, Metric::Auto, TraceUse::Kernel).unwrap();
    let tree = tracker.track(child.id(), &TrackOptions::default(), |_| {});

    let forbidden = forbid_new_threads();
    run.run.stop(Some(Duration::ZERO));
    bundle.stop(Some(Duration::ZERO));
    tree.unwrap().end(Duration::ZERO);
    let ended = Some(End::Signaled(9));
    assert_eq!(task_end.recv_timeout(PATIENCE).unwrap().end, ended);
    assert_eq!(run.finish().outcome.end, ended);
    child.wait().unwrap();
    drop(forbidden);
}

#[test]
fn a_survivor_that_passes_a_threshold_while_it_is_ended_holds_nothing_up() {
    for trace in ALL {
        let folder = Folder::new();
        let file = folder.path("pids");
        let survivor = format!(
            "$SIG{{TERM}} = sub {{ {} sleep 60 while 1 }}; \
             open F, '>>', $ARGV[0]; syswrite F, \"$$\\n\"; sleep 60 while 1",
            grow(150)
        );
        let script = "perl -e \"$1\" \"$2\" & until [ -s \"$2\" ]; do sleep 0.01; done";
        let options = Options {
            survivors: SurvivorsUse::Kill,
            grace: Duration::from_secs(2),
            ..guarded(trace, Some(100), None)
        };
        let command = command(&["sh", "-c", script, "sh", &survivor, &file]);
        let started = start(command, options).unwrap();
        let pids = folder.pids("pids", 1);
        let finished = started.finish_within(PATIENCE);
        assert_all_gone(&pids);
        assert_eq!(finished.outcome.end, Some(End::Exited(0)));
        assert!(finished.outcome.stopped.is_none());
        assert_eq!(finished.alarms.len(), 1, "{:?}", finished.alarms);
    }
}
