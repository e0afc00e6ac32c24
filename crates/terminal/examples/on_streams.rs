//! Runs a command on streams of the wanted kind and exits as it does. For the tests.
//!
//! `on_streams inherited|piped|tee|terminal [--option…] -- command…`

use std::fmt::Write;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, exit};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use memtop_terminal::{ChildEnd, DrainOutcome, Forwarding, OutputListener, Streams, StreamsUse};
use rustix::process::{Pid, PidfdFlags, WaitOptions, pidfd_open, waitpid};

struct Wanted {
    kind: String,
    options: Vec<String>,
    command: Vec<String>,
}

fn main() {
    let mut arguments = env::args().skip(1);
    let kind = arguments.next().expect("a kind of streams");
    let options = arguments.by_ref().take_while(|word| word != "--").collect();
    let wanted = Wanted {
        kind,
        options,
        command: arguments.collect(),
    };
    let before = counts();
    let mut last = None;
    for _ in 0..wanted.number("cycles").unwrap_or(1) {
        let mut forwarding = if wanted.has("no-forwarding") {
            None
        } else {
            Forwarding::begin()
        };
        let (status, outcome) = run(&wanted, forwarding.as_mut()).expect("the command starts");
        let interrupts = forwarding.map_or(0, |forwarding| forwarding.interrupts());
        last = Some((status, outcome, interrupts));
    }
    let (status, outcome, interrupts) = last.expect("at least one cycle");
    if let Some(file) = wanted.value("report") {
        let mut report = String::new();
        let after = settled_counts(before);
        write!(
            report,
            "interrupts={interrupts} held_open={} remarks={:?} before={before:?} after={after:?}",
            outcome.held_open, outcome.remarks
        )
        .expect("a string takes any text");
        fs::write(file, report).expect("the report can be written");
    }
    exit(
        status
            .code()
            .unwrap_or_else(|| 128 + status.signal().unwrap_or_default()),
    );
}

fn run(
    wanted: &Wanted,
    forwarding: Option<&mut Forwarding>,
) -> io::Result<(ExitStatus, DrainOutcome)> {
    let streams = Streams::open(wanted.streams_use())?;
    let mut command = Command::new(&wanted.command[0]);
    command.args(&wanted.command[1..]);
    let child_end = &raw const *streams.child_end() as usize;
    // SAFETY: `streams` stays where it is until the command has been spawned, and `enter` makes
    // system calls only.
    unsafe {
        command.pre_exec(move || Ok((*(child_end as *const ChildEnd)).enter()?));
    }
    let mut child = command.spawn()?;
    drop(command);
    let pumps = streams.begin(child.id())?;
    let mut forwarding = forwarding;
    if let Some(forwarding) = &mut forwarding {
        let pid = Pid::from_raw(child.id().cast_signed()).expect("it has a pid");
        let pidfd = pidfd_open(pid, PidfdFlags::empty())?;
        assert!(forwarding.register(child.id(), Some(Arc::new(pidfd))));
        if let Some(file) = wanted.value("interrupts") {
            while child.try_wait()?.is_none() {
                fs::write(file, forwarding.interrupts().to_string())?;
                thread::sleep(Duration::from_millis(5));
            }
        }
    }
    if wanted.has("exit-at-once") {
        exit(7);
    }
    let status = match child.try_wait()? {
        Some(status) => status,
        None => wait(child.id(), forwarding.as_deref())?,
    };
    let idle_timeout = wanted.number("idle-timeout").unwrap_or(2000);
    let outcome = pumps.finish(Duration::from_millis(idle_timeout));
    Ok((status, outcome))
}

impl Wanted {
    fn value(&self, name: &str) -> Option<&str> {
        self.options.iter().find_map(|option| {
            let (found, value) = option.strip_prefix("--")?.split_once('=')?;
            (found == name).then_some(value)
        })
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.value(name)?.parse().ok()
    }

    fn has(&self, name: &str) -> bool {
        self.options
            .iter()
            .any(|option| option.strip_prefix("--") == Some(name))
    }

    fn streams_use(&self) -> StreamsUse {
        let listener = self.listener();
        match self.kind.as_str() {
            "inherited" => StreamsUse::Inherited,
            "piped" => StreamsUse::Piped {
                tee: false,
                listener,
            },
            "tee" => StreamsUse::Piped {
                tee: true,
                listener,
            },
            "terminal" => {
                let size = self.value("size").and_then(|size| {
                    let (rows, columns) = size.split_once('x')?;
                    Some((rows.parse().ok()?, columns.parse().ok()?))
                });
                StreamsUse::Terminal {
                    listener,
                    size,
                    handle: None,
                }
            }
            other => panic!("no such kind of streams: {other}"),
        }
    }

    fn listener(&self) -> Option<OutputListener> {
        if self.has("panic-in-listener") {
            return Some(Box::new(|_, _| panic!("as requested")));
        }
        if let Some(folder) = self.value("listener") {
            let folder = folder.to_owned();
            return Some(Box::new(move |stream, bytes| {
                let file = format!("{folder}/{stream:?}");
                let mut file = fs::File::options()
                    .create(true)
                    .append(true)
                    .open(file)
                    .expect("the folder is there");
                io::Write::write_all(&mut file, bytes).expect("the disk has room");
            }));
        }
        if self.has("look") {
            return Some(Box::new(|_, bytes| {
                std::hint::black_box(bytes.len());
            }));
        }
        None
    }
}

/// Waits for the command's end, and stops when it does.
fn wait(pid: u32, forwarding: Option<&Forwarding>) -> io::Result<ExitStatus> {
    loop {
        let command = Pid::from_raw(pid.cast_signed());
        let Some((_, status)) = waitpid(command, WaitOptions::UNTRACED)? else {
            continue;
        };
        if !status.stopped() {
            return Ok(ExitStatus::from_raw(status.as_raw()));
        }
        let is_still_stopped = || {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.contains(") T ")
        };
        if let Some(forwarding) = forwarding {
            forwarding.stop_with_command(is_still_stopped);
        }
    }
}

/// The counts once they are what they were, or are known to stay others: a thread that has been
/// joined can still be listed for a moment.
fn settled_counts(before: (usize, usize)) -> (usize, usize) {
    let start = Instant::now();
    while counts() != before && start.elapsed() < Duration::from_secs(5) {
        thread::sleep(Duration::from_millis(1));
    }
    counts()
}

/// Descriptors and threads.
fn counts() -> (usize, usize) {
    let count = |what: &str| {
        fs::read_dir(format!("/proc/self/{what}"))
            .expect("/proc is there")
            .count()
    };
    (count("fd"), count("task"))
}
