//! Real commands, from start to end.

mod runs;

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use memtop_sampler::Interval;
use memtop_spawn::{Command, End, GroupUse, Options, Outcome, StartError, TraceUse};
use runs::{command, count_own, is_alone, start, until};

fn run(command: Command) -> Result<Outcome, StartError> {
    let options = Options {
        interval: Interval::Fixed(Duration::from_millis(2)),
        group: GroupUse::Auto,
        ..runs::options(TraceUse::Off)
    };
    Ok(start(command, options)?.finish().outcome)
}

#[test]
fn an_outcome_holds_the_exit_and_the_peak() {
    let outcome = run(command(&["sh", "-c", "sleep 0.1; exit 3"])).unwrap();
    assert_eq!(outcome.end, Some(End::Exited(3)));
    assert!(outcome.duration >= Duration::from_millis(100));
    let record = outcome.record.unwrap();
    assert!(record.task.peak.unwrap().bytes > 100_000);
    assert_eq!(record.task.seen, 2);
    assert_eq!(outcome.remarks, [""; 0]);
}

#[test]
fn the_identity_of_a_command_that_ends_at_once_is_known() {
    for _ in 0..300 {
        assert!(run(command(&["true"])).unwrap().process.is_some());
    }
}

#[test]
fn a_signal_is_reported_by_its_number() {
    let outcome = run(command(&["sh", "-c", "kill -9 $$"])).unwrap();
    assert_eq!(outcome.end, Some(End::Signaled(9)));
}

#[test]
fn arguments_are_passed_byte_for_byte() {
    let odd = OsString::from_vec(b"\xff \n".to_vec());
    let script = r#"test "$(printf '\377 \nx')" = "$0x""#;
    let mut command = command(&["sh", "-c", script]);
    command.arguments.push(odd);
    assert_eq!(run(command).unwrap().end, Some(End::Exited(0)));
}

#[test]
fn the_environment_and_the_working_directory_are_those_asked_for() {
    let command = Command {
        cwd: Some("/".into()),
        environment: Some(vec![
            ("ONLY".into(), "this".into()),
            ("PATH".into(), "/bin:/usr/bin".into()),
        ]),
        ..command(&[
            "sh",
            "-c",
            "test $ONLY = this && test -z \"$HOME\" && test $PWD = /",
        ])
    };
    assert_eq!(run(command).unwrap().end, Some(End::Exited(0)));
}

#[test]
fn reasons_for_a_failed_start_are_distinguished() {
    let error = |arguments: &[&str]| run(command(arguments)).expect_err("it cannot start");
    assert!(matches!(
        error(&["no-such-command"]),
        StartError::NotFound { .. }
    ));
    assert!(matches!(
        error(&["/no/such/file"]),
        StartError::NotFound { .. }
    ));
    assert!(matches!(error(&["/"]), StartError::NotExecutable { .. }));
    assert!(matches!(
        error(&["/dev/null"]),
        StartError::NotExecutable { .. }
    ));
    assert!(matches!(error(&[]), StartError::Invalid(_)));
    assert!(matches!(error(&["a\0b"]), StartError::Invalid(_)));
    let nowhere = Command {
        cwd: Some("/no/such/folder".into()),
        ..command(&["true"])
    };
    assert!(matches!(run(nowhere), Err(StartError::Invalid(_))));
}

#[test]
fn a_command_too_long_for_the_kernel_is_named_as_such() {
    let long = "x".repeat(200_000);
    let error = run(command(&["true", &long])).expect_err("no argument may be that long");
    assert_eq!(error.to_string(), "true: argument list too long");
}

#[test]
fn a_hundred_runs_leave_no_thread_and_no_descriptor() {
    if !is_alone("a_hundred_runs_leave_no_thread_and_no_descriptor", &[]) {
        return;
    }
    let settled = |what: &str, count: usize| {
        until("it to be given back", || {
            (count_own(what) <= count).then_some(())
        });
    };
    run(command(&["true"])).unwrap();
    // The first thread, and that of the test.
    settled("task", 2);
    let before = count_own("fd");
    for _ in 0..100 {
        run(command(&["true"])).unwrap();
    }
    settled("task", 2);
    settled("fd", before);
}

#[test]
fn every_sample_is_in_the_file_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("samples.csv");
    std::fs::write(&path, "time_ms,bytes\r\n").unwrap();
    let options = Options {
        interval: Interval::Fixed(Duration::from_millis(1)),
        samples_file: Some(path.clone()),
        ..runs::options(TraceUse::Off)
    };
    let running = start(command(&["sh", "-c", "sleep 0.2"]), options).unwrap();
    let outcome = running.finish().outcome;
    assert_eq!(outcome.remarks, [""; 0]);
    let task = outcome.record.unwrap().task;
    let written = std::fs::read_to_string(&path).unwrap();
    let (header, rows) = written.split_once("\r\n").unwrap();
    assert_eq!(header, "time_ms,bytes");
    let rows: Vec<(f64, u64)> = rows
        .lines()
        .map(|row| row.split_once(',').unwrap())
        .map(|(at, bytes)| (at.parse().unwrap(), bytes.parse().unwrap()))
        .collect();
    assert_eq!(rows.len(), task.timeline.points().len());
    assert!(rows.is_sorted_by(|one, other| one.0 < other.0));
    let highest = rows.iter().map(|&(_, bytes)| bytes).max();
    assert_eq!(highest, task.peak.map(|peak| peak.bytes));
}

#[test]
fn an_unwritable_samples_file_is_reported_and_the_command_runs() {
    let options = Options {
        samples_file: Some("/dev/null/samples.csv".into()),
        ..runs::options(TraceUse::Off)
    };
    let outcome = start(command(&["true"]), options).unwrap().finish().outcome;
    assert_eq!(outcome.end, Some(End::Exited(0)));
    assert_eq!(
        outcome.remarks,
        ["not every sample is written: Not a directory (os error 20)"]
    );
}

#[test]
fn signals_are_given_back_when_a_command_does_not_start() {
    if !is_alone("signals_are_given_back_when_a_command_does_not_start", &[]) {
        return;
    }
    let caught = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let mask = u64::from_str_radix(mask.expect("there is one").trim(), 16).unwrap();
        // The tracer has a real-time signal of its own.
        mask & 0x7fff_ffff
    };
    let before = caught();
    for trace in [TraceUse::Kernel, TraceUse::Ptrace, TraceUse::Off] {
        let options = Options {
            stands_in: true,
            ..runs::options(trace)
        };
        assert!(start(command(&["/no/such/program"]), options).is_err());
        assert_eq!(caught(), before);
    }
}
