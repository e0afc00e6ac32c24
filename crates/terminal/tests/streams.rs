//! Commands on every kind of streams, on real terminals.

mod outer;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, Signal, kill_process};

use outer::{Outer, child_of, helper, state, until};

const ON_TERMINAL: [&str; 2] = ["terminal", "--"];

fn terminal(command: &[&str]) -> Outer {
    Outer::helper(&[&ON_TERMINAL, command].concat())
}

fn send(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

fn report(folder: &Path) -> String {
    fs::read_to_string(folder.join("report")).unwrap()
}

fn report_into(folder: &Path) -> String {
    format!("--report={}", folder.join("report").display())
}

/// Bytes of every value, without a pattern that a block size could hide.
fn random(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    fs::File::open("/dev/urandom")
        .unwrap()
        .read_exact(&mut bytes)
        .unwrap();
    bytes
}

#[test]
fn a_command_on_a_terminal_finds_one_of_the_same_size_and_follows_it() {
    let script = r#"-t STDIN && -t STDOUT && -t STDERR or die; system "stty size";
        $SIG{WINCH} = sub { system "stty size"; print "AGAIN\n" }; $| = 1; print "READY\n"; sleep 1 while 1"#;
    let mut outer = terminal(&["perl", "-e", script]);
    outer.await_text("33 99\r\n");
    outer.await_text("READY\r\n");
    outer.resize(50, 132);
    outer.await_text("50 132\r\nAGAIN\r\n");
    outer.type_in(b"\x03");
    assert_eq!(outer.wait().code(), Some(130));
}

#[test]
fn a_size_that_was_asked_for_is_the_size() {
    let mut outer = Outer::helper(&["terminal", "--size=11x22", "--", "stty", "size"]);
    outer.await_text("11 22\r\n");
    assert_eq!(outer.wait().code(), Some(0));
}

#[test]
fn the_keys_that_end_a_command_end_it() {
    for (key, code) in [(b"\x03", 130), (b"\x1c", 131)] {
        let mut outer = terminal(&["sh", "-c", "ulimit -c 0; echo READY; exec sleep 1000"]);
        outer.await_text("READY");
        outer.type_in(key);
        assert_eq!(outer.wait().code(), Some(code));
    }
}

#[test]
fn the_key_for_the_end_of_input_ends_it() {
    let mut outer = terminal(&["cat"]);
    outer.type_in(b"word\r");
    outer.await_text("word\r\nword\r\n");
    outer.type_in(b"\x04");
    assert_eq!(outer.wait().code(), Some(0));
}

#[test]
fn a_password_is_not_shown() {
    for script in [
        &[
            "bash",
            "-c",
            r#"read -rsp "Password: " word; echo "<$word>""#,
        ][..],
        &[
            "/usr/bin/python3",
            "-c",
            "import getpass; print('<' + getpass.getpass() + '>')",
        ],
    ] {
        let mut outer = terminal(script);
        outer.await_text("Password: ");
        outer.type_in(b"secret\r");
        let shown = outer.await_text("<secret>");
        assert!(!shown.contains("secret"), "{shown:?}");
        assert!(outer.wait().success());
    }
}

#[test]
fn a_shell_inside_has_job_control() {
    let mut outer = terminal(&["env", "PS1=inner> ", "bash", "--norc", "--noprofile", "-i"]);
    outer.await_text("inner> ");
    outer.type_in(b"sleep 1000\r");
    let shell = child_of(outer.pid(), "bash");
    let sleep = child_of(shell, "sleep");
    outer.type_in(b"\x1a");
    outer.await_text("Stopped");
    outer.await_text("inner> ");
    assert_eq!(state(sleep), Some('T'));
    outer.type_in(b"fg\r");
    until("the job runs", || state(sleep) == Some('S'));
    outer.type_in(b"\x03");
    outer.await_text("inner> ");
    // A shell at its prompt cannot be suspended.
    outer.type_in(b"\x1aecho still $((1+1)) here\r");
    outer.await_text("still 2 here");
    outer.type_in(b"exit 5\r");
    assert_eq!(outer.wait().code(), Some(5));
}

#[test]
fn input_from_a_pipe_reaches_a_terminal_unchanged_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut given = random(100_000);
    given.extend((0..=255).cycle().take(10_000));
    given.extend([b'x'; 10_000]);
    let whole = folder.path().join("whole");
    for reader in ["cat", "dd bs=1 status=none", "dd bs=512 status=none"] {
        let script = format!("{reader} > {}; cat; echo over", whole.display());
        let mut child = Command::new(helper())
            .args(["terminal", "--", "sh", "-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&given).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stdout), "over\r\n");
        assert!(
            fs::read(&whole).unwrap() == given,
            "{reader} read something else"
        );
    }
}

#[test]
fn a_shell_that_is_fed_ends_with_its_input() {
    let mut child = Command::new(helper())
        .args(["terminal", "--", "bash", "--norc", "--noprofile", "-i"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"stty size; echo $((6*7))\n").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        shown.contains("24 80\r\n") && shown.contains("42\r\n"),
        "{shown:?}"
    );
    assert!(output.status.success());
}

#[test]
fn no_output_is_lost_at_the_end_of_a_terminal() {
    for _ in 0..20 {
        let output = Command::new(helper())
            .args(["terminal", "--", "seq", "1", "20000"])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        assert_eq!(lines.lines().count(), 20_000);
        assert!(lines.ends_with("\r\n20000\r\n"));
    }
}

#[test]
fn both_streams_pass_through_pipes_unaltered() {
    const COUNT: usize = 5 << 20;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (out, err) = (random(COUNT), random(COUNT));
    fs::write(file("out"), &out).unwrap();
    fs::write(file("err"), &err).unwrap();
    fs::create_dir(file("listener")).unwrap();
    let script = "cat $0/out & cat $0/err >&2; wait";
    let listener = format!("--listener={}", file("listener").display());
    let run = |kind: &str| {
        Command::new(helper())
            .args([kind, &listener, "--", "sh", "-c", script])
            .arg(folder.path())
            .output()
            .unwrap()
    };
    let output = run("tee");
    assert!(output.status.success());
    assert!(output.stdout == out && output.stderr == err);
    assert!(fs::read(file("listener/Stdout")).unwrap() == out);
    assert!(fs::read(file("listener/Stderr")).unwrap() == err);
    let output = run("piped");
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
    assert_eq!(fs::read(file("listener/Stdout")).unwrap().len(), 2 * COUNT);
}

#[test]
fn a_reader_that_does_not_block_its_writers_gets_everything() {
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).unwrap();
    fcntl_setfl(&writer, OFlags::WRONLY | OFlags::NONBLOCK).unwrap();
    let mut child = Command::new(helper())
        .args(["tee", "--", "seq", "1", "300000"])
        .stdout(writer)
        .spawn()
        .unwrap();
    let mut lines = String::new();
    fs::File::from(reader).read_to_string(&mut lines).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(lines.lines().count(), 300_000);
}

#[test]
fn a_command_whose_reader_is_gone_ends_as_it_would() {
    let mut child = Command::new(helper())
        .args(["tee", "--", "yes"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut start = [0; 4];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    assert_eq!(&start, b"y\ny\n");
    assert_eq!(child.wait().unwrap().code(), Some(128 + 13));
}

#[test]
fn a_command_learns_that_its_reader_is_gone_before_it_writes() {
    // The reader goes while the command is silent; the first write after that must fail.
    let script = "read -r word; while echo word; do :; done 2>/dev/null; exit 9";
    let mut child = Command::new(helper())
        .args([
            "tee",
            "--",
            "bash",
            "-c",
            &format!("trap '' PIPE; {script}"),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let bash = child_of(child.id(), "bash");
    // The pipe has lost its reader once only the command has it open.
    let target = fs::read_link(format!("/proc/{bash}/fd/1")).unwrap();
    let id = child.id();
    until("the reading end is closed", || {
        let open = fs::read_dir(format!("/proc/{id}/fd")).unwrap();
        !open
            .flatten()
            .any(|fd| fs::read_link(fd.path()).is_ok_and(|link| link == target))
    });
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(9));
}

#[test]
fn a_terminal_whose_reader_is_gone_hangs_up() {
    let mut child = Command::new(helper())
        .args(["terminal", "--", "yes"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(128 + 1));
}

#[test]
fn survivors_that_hold_the_output_are_not_waited_for() {
    let silent = "sleep 1000 & echo $! >&9";
    let busy = "(while echo word; do sleep 0.01; done) & echo $! >&9";
    let flood = "yes & echo $! >&9";
    let session = "setsid sleep 1000 & echo $! >&9; sleep 0.1";
    for (kind, script) in [
        ("tee", silent),
        ("tee", busy),
        ("tee", flood),
        ("terminal", session),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        let script = format!("exec 9>{}; {script}", pid.display());
        let status = Command::new(helper())
            .args([kind, "--idle-timeout=50", &report_into(folder.path())])
            .args(["--", "bash", "-c", &script])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        let survivor = fs::read_to_string(&pid).unwrap().trim().parse().unwrap();
        // The writers have ended: their reader is gone.
        if state(survivor).is_some() {
            let pid = Pid::from_raw(survivor.cast_signed()).unwrap();
            let _ = kill_process(pid, Signal::KILL);
        }
        assert!(status.success());
        let report = report(folder.path());
        assert!(report.contains("held_open=true"), "{script}: {report}");
    }
}

#[test]
fn fifty_cycles_leave_no_descriptor_and_no_thread() {
    for kind in ["inherited", "piped", "tee", "terminal"] {
        let folder = tempfile::tempdir().unwrap();
        let arguments = [
            kind,
            "--cycles=50",
            &report_into(folder.path()),
            "--",
            "true",
        ];
        let mut outer = Outer::helper(&arguments);
        assert!(outer.wait().success(), "{}", outer.shown());
        let report = report(folder.path());
        let (before, after) = report
            .split_once("before=")
            .unwrap()
            .1
            .split_once(" after=")
            .unwrap();
        assert_eq!(before, after, "{kind}");
    }
}

#[test]
fn the_terminal_is_left_as_it_was_found() {
    // Options, command, the signal to send and the code to end with.
    type Case<'a> = (&'a [&'a str], &'a [&'a str], Option<Signal>, Option<i32>);
    let waits = ["sh", "-c", "echo READY; exec sleep 1000"];
    let cases: [Case; 6] = [
        (&[], &["echo", "READY"], None, Some(0)),
        (&["--panic-in-listener"], &["echo", "READY"], None, Some(0)),
        (&["--exit-at-once"], &waits, None, Some(7)),
        (&[], &waits, Some(Signal::TERM), Some(128 + 15)),
        (&["--no-forwarding"], &waits, Some(Signal::TERM), None),
        (&["--no-forwarding"], &waits, Some(Signal::HUP), None),
    ];
    for (options, command, signal, code) in cases {
        let mut outer = Outer::helper(&[&["terminal"], options, &["--"], command].concat());
        if let Some(signal) = signal {
            outer.await_text("READY");
            assert!(!outer.modes().contains("ICANON"), "{}", outer.modes());
            send(outer.pid(), signal);
        }
        let status = outer.wait();
        assert_eq!(status.code(), code, "{options:?}: {}", outer.shown());
        if code.is_none() {
            assert_eq!(status.signal(), signal.map(Signal::as_raw));
        }
        let fresh = Outer::start(Command::new("true"));
        assert_eq!(outer.modes(), fresh.modes(), "{options:?} {command:?}");
    }
}

#[test]
fn a_listener_that_fails_costs_no_output() {
    let folder = tempfile::tempdir().unwrap();
    let report_into = report_into(folder.path());
    let output = Command::new(helper())
        .args([
            "tee",
            "--panic-in-listener",
            &report_into,
            "--",
            "seq",
            "1",
            "100000",
        ])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().lines().count(),
        100_000
    );
    assert!(report(folder.path()).contains("the listener on the command's stdout failed"));
}

#[test]
fn a_suspended_command_is_a_stopped_job_that_fg_and_bg_continue() {
    for kind in ["terminal", "inherited"] {
        let mut outer = Outer::shell();
        let found = outer.modes();
        let line = format!("{} {kind} -- sh -c 'echo READY; cat'\r", helper().display());
        outer.type_in(line.as_bytes());
        outer.await_text("READY\r\n");
        let job = child_of(outer.pid(), "on_streams");
        let sh = child_of(job, "sh");
        let cat = child_of(sh, "cat");
        let in_job = |letter| [job, sh, cat].iter().all(|&pid| state(pid) == Some(letter));

        outer.type_in(b"\x1a");
        outer.await_text("Stopped");
        outer.await_text("outer> ");
        until("the job is stopped", || in_job('T'));
        assert_eq!(outer.modes(), found, "{kind}");

        outer.type_in(b"fg\r");
        until("the job runs", || in_job('S'));
        outer.type_in(b"word\r");
        outer.await_text("word\r\nword\r\n");

        outer.type_in(b"\x1a");
        outer.await_text("Stopped");
        outer.await_text("outer> ");
        // A process that is not stopped yet could still read what is typed next.
        until("the job is stopped", || in_job('T'));
        if kind == "terminal" {
            // The other would be stopped for reading.
            outer.type_in(b"bg\r");
            outer.await_text("&\r\n");
            until("the job runs", || in_job('S'));
        }
        outer.type_in(b"fg\r");
        until("the job runs", || in_job('S'));
        // No signal announces to a running job that it is in the foreground.
        if kind == "terminal" {
            until("the terminal is raw", || !outer.modes().contains("ICANON"));
        }
        outer.type_in(b"other\r");
        outer.await_text("other\r\nother\r\n");
        outer.type_in(b"\x04");
        outer.await_text("outer> ");
        outer.type_in(b"echo ended $?\r");
        outer.await_text("ended 0\r\n");
    }
}

#[test]
fn a_whole_pipeline_is_suspended_and_resumed() {
    let mut outer = Outer::shell();
    let line = format!("{} terminal -- cat | cat\r", helper().display());
    outer.type_in(line.as_bytes());
    let job = child_of(outer.pid(), "on_streams");
    let other = child_of(outer.pid(), "cat");
    until("the terminal is raw", || !outer.modes().contains("ICANON"));
    outer.type_in(b"\x1a");
    outer.await_text("Stopped");
    outer.await_text("outer> ");
    until("the job is stopped", || {
        state(job) == Some('T') && state(other) == Some('T')
    });
    outer.type_in(b"fg\r");
    until("the job runs", || {
        state(job) == Some('S') && state(other) == Some('S')
    });
    outer.type_in(b"word\r");
    outer.await_text("word\r\r\nword");
    outer.type_in(b"\x04");
    outer.await_text("outer> ");
}

#[test]
fn a_job_in_the_background_is_not_stopped_for_reading() {
    let mut outer = Outer::shell();
    let line = format!(
        "{} terminal -- sh -c 'stty size; exec sleep 1000' &\r",
        helper().display()
    );
    outer.type_in(line.as_bytes());
    outer.await_text("33 99");
    let job = child_of(outer.pid(), "on_streams");
    let sleep = child_of(job, "sleep");
    outer.type_in(b"jobs\r");
    outer.await_text("Running");
    assert!(outer.modes().contains("ISIG"));
    outer.type_in(b"kill %1; wait %1; echo ended $?\r");
    outer.await_text("ended 143");
    until("the command is gone", || state(sleep).is_none());
}

#[test]
fn a_stop_that_was_sent_to_this_process_alone_stops_the_command() {
    for kind in ["inherited", "terminal"] {
        let mut child = Command::new(helper())
            .args([kind, "--", "sleep", "1000"])
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let sleep = child_of(child.id(), "sleep");
        send(child.id(), Signal::TSTP);
        until("both are stopped", || {
            state(child.id()) == Some('T') && state(sleep) == Some('T')
        });
        send(child.id(), Signal::CONT);
        until("both run", || {
            state(child.id()) == Some('S') && state(sleep) == Some('S')
        });
        send(child.id(), Signal::TERM);
        assert_eq!(child.wait().unwrap().code(), Some(143));
    }
}

#[test]
fn every_interrupt_reaches_the_command_and_is_counted() {
    let script = r#"$SIG{INT} = sub { $n++; print "INT $n\n" }; $| = 1; print "READY\n";
        select undef, undef, undef, 0.01 while $n < 3"#;
    for kind in ["inherited", "terminal"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("interrupts");
        let option = format!("--interrupts={}", file.display());
        let report_into = report_into(folder.path());
        let mut outer = Outer::helper(&[kind, &option, &report_into, "--", "perl", "-e", script]);
        // A second signal of a kind is lost while the first is pending, and what comes before the
        // first count may have come before the command, too.
        let counted = |count: &str| {
            until("it has been counted", || {
                fs::read_to_string(&file).is_ok_and(|text| text == count)
            });
        };
        outer.await_text("READY");
        counted("0");
        outer.type_in(b"\x03");
        outer.await_text("INT 1");
        counted("1");
        outer.type_in(b"\x03");
        outer.await_text("INT 2");
        counted("2");
        send(outer.pid(), Signal::INT);
        outer.await_text("INT 3");
        assert!(outer.wait().success(), "{}", outer.shown());
        assert!(report(folder.path()).contains("interrupts=3"), "{kind}");
    }
}

#[test]
fn a_key_on_the_outer_terminal_reaches_a_command_that_is_fed() {
    let mut command = Command::new(helper());
    command.args(["terminal", "--", "sh", "-c", "echo READY; exec sleep 1000"]);
    let (stdin, _kept_open) = pipe_with(PipeFlags::CLOEXEC).unwrap();
    let mut outer = Outer::start_with(&mut command, Some(stdin.into()));
    outer.await_text("READY");
    outer.type_in(b"\x03");
    assert_eq!(outer.wait().code(), Some(130));
}

#[test]
fn a_command_on_a_terminal_learns_that_the_outer_one_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("note");
    let script = format!(
        "trap 'echo hung up > {}; exit' HUP; echo READY; while :; do sleep 0.05; done",
        note.display()
    );
    let mut outer = terminal(&["bash", "-c", &script]);
    outer.await_text("READY");
    outer.hang_up();
    outer.wait();
    assert_eq!(fs::read_to_string(note).unwrap(), "hung up\n");
}

#[test]
fn descriptors_are_not_passed_on() {
    let listed = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .args(["sh", "-c", "ls -1 /proc/$$/fd"])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let bare = listed(Path::new("env"), &[]);
    assert_eq!(listed(&helper(), &["tee", "--"]), bare);
    assert_eq!(listed(&helper(), &["terminal", "--"]), bare);
}
