//! Real runs for tests, and what is left of them.

// Each test file is a program of its own and needs only some of this.
#![allow(dead_code)]

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use memtop_sampler::{Alarm, Interval, TaskRecord};
use memtop_spawn::{Command, FollowedBy, GroupUse, Options, Outcome, Run, StartError, TraceUse};
use memtop_terminal::StreamsUse;
use memtop_testing::skip;
use rustix::process::{Pid, Resource, Rlimit, Signal, geteuid, getrlimit, kill_process, setrlimit};

pub const MB: u64 = 1 << 20;

/// The Python that the tests are written for; another may be first in the `PATH`.
pub const PYTHON: &str = "/usr/bin/python3";

/// Set for a run of a test file as another process, which does one test alone.
const ALONE: &str = "MEMTOP_TEST_ALONE";

pub fn command(arguments: &[&str]) -> Command {
    Command {
        arguments: arguments.iter().map(OsString::from).collect(),
        ..Command::default()
    }
}

/// A run that hangs ends by itself, so that its test fails instead of waiting for ever.
pub fn options(trace: TraceUse) -> Options {
    Options {
        interval: Interval::Fixed(Duration::from_millis(5)),
        group: GroupUse::Off,
        trace,
        timeout: Some(Duration::from_mins(1)),
        grace: Duration::from_millis(200),
        ..Options::default()
    }
}

/// A run in progress.
pub struct Started {
    pub run: Run,
    end: Receiver<Outcome>,
    alarms: Receiver<Alarm>,
}

/// The outcome of a run, and the alarms that it has raised.
pub struct Finished {
    pub outcome: Outcome,
    pub alarms: Vec<Alarm>,
}

impl Started {
    pub fn finish(self) -> Finished {
        self.finish_within(Duration::MAX)
    }

    pub fn finish_within(self, time: Duration) -> Finished {
        let outcome = self.end.recv_timeout(time).expect("the end is reported");
        let alarms = self.alarms.try_iter().collect();
        assert!(self.end.try_recv().is_err(), "the end is reported once");
        Finished { outcome, alarms }
    }
}

pub fn start(command: Command, options: Options) -> Result<Started, StartError> {
    let (end_sender, end) = channel();
    let (alarm_sender, alarms) = channel();
    let on_alarm = move |alarm: &Alarm| alarm_sender.send(alarm.clone()).unwrap();
    let on_end = move |outcome| end_sender.send(outcome).unwrap();
    Ok(Started {
        run: Run::start(command, StreamsUse::Inherited, options, on_alarm, on_end)?,
        end,
        alarms,
    })
}

/// Starts it and waits for its end.
pub fn finish(arguments: &[&str], options: Options) -> Finished {
    start(command(arguments), options)
        .expect("it starts")
        .finish()
}

pub fn traced(arguments: &[&str]) -> Outcome {
    finish(arguments, options(TraceUse::Ptrace)).outcome
}

pub fn task(outcome: &Outcome) -> &TaskRecord {
    &outcome.record.as_ref().expect("it was measured").task
}

pub fn peak(outcome: &Outcome) -> u64 {
    task(outcome).peak.as_ref().expect("it has a peak").bytes
}

/// Every process was reported at its start, and none was released.
pub fn assert_all_followed(outcome: &Outcome) {
    assert_eq!(task(outcome).found, 0, "{outcome:?}");
    assert_ne!(outcome.tracking.by, FollowedBy::Scan);
    assert_eq!(outcome.tracking.released, 0, "{outcome:?}");
    assert_eq!(outcome.tracking.losses, 0, "{outcome:?}");
}

/// Besides, the memory of each is known.
pub fn assert_all_measured(outcome: &Outcome) {
    assert_all_followed(outcome);
    assert_eq!(task(outcome).unmeasured, 0, "{outcome:?}");
}

pub fn is_root() -> bool {
    geteuid().is_root()
}

/// A folder of the test's own, that is gone after it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("runs-{}-{number}", process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("it is text").to_owned()
    }

    /// Compiles a program. `None` where no compiler can; the test is skipped then.
    pub fn compiled(&self, source: &str, options: &[&str]) -> Option<String> {
        let (file, program) = (self.path("program.c"), self.path("program"));
        fs::write(&file, source).unwrap();
        let compiled = process::Command::new("gcc")
            .args(["-o", &program, &file])
            .args(options)
            .stderr(Stdio::null())
            .status();
        if !compiled.is_ok_and(|status| status.success()) {
            skip("gcc", format!("gcc {options:?} does not work"));
            return None;
        }
        Some(program)
    }

    /// The pids in a file, once it holds `count`.
    pub fn pids(&self, name: &str, count: usize) -> Vec<u32> {
        until("the pids to be written", || {
            let text = fs::read_to_string(self.path(name)).ok()?;
            let lines = text
                .split_inclusive('\n')
                .filter(|line| line.ends_with('\n'));
            let pids: Vec<u32> = lines.map(|line| line.trim().parse().unwrap()).collect();
            (pids.len() == count).then_some(pids)
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is below `target` and does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whether a test runs in a process of its own. If not it is started so, and must succeed.
pub fn is_alone(test: &str, below: &[&str]) -> bool {
    if env::var_os(ALONE).is_some() {
        return true;
    }
    let own = env::current_exe().unwrap();
    let mut words = below.iter().map(OsString::from).chain([own.into()]);
    let output = process::Command::new(words.next().expect("there is one"))
        .args(words)
        .args([test, "--exact", "--test-threads=1", "--nocapture"])
        .env(ALONE, "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(printed.contains("1 passed"), "{printed}");
    false
}

/// No new thread can be created until what it returns is dropped. The limit does not hold for root.
pub fn forbid_new_threads() -> impl Drop {
    struct Forbidden(Rlimit);
    impl Drop for Forbidden {
        fn drop(&mut self) {
            setrlimit(Resource::Nproc, self.0).unwrap();
        }
    }
    let before = getrlimit(Resource::Nproc);
    let none = Rlimit {
        current: Some(1),
        ..before
    };
    setrlimit(Resource::Nproc, none).unwrap();
    let refused = std::thread::Builder::new().spawn(|| {});
    assert!(refused.is_err(), "a thread can be created");
    Forbidden(before)
}

/// Makes this process one of an ordinary user, if it is root.
pub fn become_ordinary_user() {
    const NO_ONE_ELSES: u32 = 61_234;
    if is_root() {
        // SAFETY: the calls take numbers. The C library applies the user to all threads. Such a
        // process cannot be looked at in `/proc` before it is dumpable again.
        let became = unsafe {
            libc::setresuid(NO_ONE_ELSES, NO_ONE_ELSES, NO_ONE_ELSES)
                | libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0)
        };
        assert_eq!(became, 0);
    }
}

/// Children of this process, dead or alive.
pub fn own_children() -> Vec<u32> {
    let mut children = Vec::new();
    for task in fs::read_dir("/proc/self/task").unwrap() {
        let file = task.unwrap().path().join("children");
        // The thread may have ended.
        let text = fs::read_to_string(file).unwrap_or_default();
        children.extend(
            text.split_whitespace()
                .map(|pid| pid.parse::<u32>().unwrap()),
        );
    }
    children
}

pub fn count_own(what: &str) -> usize {
    fs::read_dir(format!("/proc/self/{what}")).unwrap().count()
}

pub fn exists(program: &str) -> bool {
    let is_there = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(program).is_file());
    if !is_there {
        skip(program, "it is not installed");
    }
    is_there
}

/// Whether a process has ended, be it as a zombie.
pub fn has_ended(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z "))
}

pub fn kill(pid: u32) {
    let pid = Pid::from_raw(pid.cast_signed()).expect("it is a pid");
    kill_process(pid, Signal::KILL).unwrap();
}

/// Asks until there is an answer.
pub fn until<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
