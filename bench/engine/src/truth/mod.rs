//! What a command really needs, by the kernel: it runs in a memory control group of its own, bare or
//! below the tool that measures it.
//!
//! This is what memtop's figures are compared with, so it shares no code with memtop's crates. It
//! counts every page that a process of the command has, once, even if others have it, too:
//!
//! - anonymous memory is what the group was charged for, read every 2 ms;
//! - pages of files and shared memory are looked up one by one in the page tables, because a group
//!   is charged only for those it touched first, and `Pss` divides them by all that map them. Between
//!   two looks they change by as much as what the group is charged for mapped pages.

mod group;
mod look;
mod maps;
mod options;
mod polls;
mod report;
mod union;
mod watch;

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use group::{Group, OwnGroup};
use options::{Options, options};
use report::Report;
use watch::Watched;

/// How long a command's orphans may keep running.
const ORPHANS_MAY_TAKE: Duration = Duration::from_secs(10);
/// Until a measuring tool has started what it measures.
const COMMAND_MAY_TAKE: Duration = Duration::from_secs(20);
/// The variable that names the group for `join`.
const ENTRANCE: &str = "MEMTOP_BENCH_GROUP";
/// Ahead of the command that is watched, which may keep all processors busy.
const NICENESS: libc::c_int = -5;

/// Runs a command and prints one line of JSON.
pub fn run(words: &[&str]) -> Result<(), String> {
    let Options {
        user,
        polls,
        below,
        command,
    } = options(words)?;
    let own = OwnGroup::create()?;
    let started = Instant::now();
    let found;
    let (mut child, group) = if below {
        let open = own.create_open_group()?;
        let mut child = start(command, user, own.group().entrance()?, Some(&open))?;
        found = group_in_use_below(own.group(), &mut child)?;
        (child, &found)
    } else {
        let child = start(command, user, own.group().entrance()?, None)?;
        (child, own.group())
    };
    go_ahead_of_others();
    let watched = Watched::default();
    let (status, duration) = thread::scope(|scope| {
        watched.start_threads(group, polls, scope)?;
        let status = child.wait().map_err(|error| error.to_string());
        let duration = started.elapsed();
        wait_for_orphans(&own);
        watched.end();
        Ok::<_, String>((status?, duration))
    })?;
    let report = Report {
        max_usage: group.max_usage(),
        anon_peak: watched.anon_peak(),
        needed_peak: watched.needed_peak(),
        pss_poll: watched.pss_poll_peak(),
        rss_poll: watched.rss_poll_peak(),
        largest: largest_child(),
        looks: watched.looks(),
        longest_gap: watched.longest_gap(),
        duration,
        code: code(status),
    };
    drop(own);
    writeln!(io::stdout(), "{report}").map_err(|error| error.to_string())
}

/// Enters the group that `truth --below` has made and becomes the command.
pub fn join(words: &[&str]) -> Result<(), String> {
    let ["--", program, arguments @ ..] = words else {
        return Err("usage: join -- COMMAND [ARGUMENT...]".to_owned());
    };
    let path = std::env::var_os(ENTRANCE).ok_or("join runs below truth --below only")?;
    fs::write(path, "0").map_err(|error| format!("cannot join: {error}"))?;
    let error = Command::new(program).args(arguments).exec();
    Err(format!("cannot start {program}: {error}"))
}

/// The first that has a process in it.
fn group_in_use_below(own: &Group, child: &mut Child) -> Result<Group, String> {
    let patience = Instant::now() + COMMAND_MAY_TAKE;
    while Instant::now() < patience && matches!(child.try_wait(), Ok(None)) {
        let mut groups = own.below().into_iter();
        if let Some(group) = groups.find(|group| !group.processes().is_empty()) {
            return Ok(group);
        }
        thread::sleep(Duration::from_millis(1));
    }
    Err("nothing was started in a group below".to_owned())
}

fn start(
    words: &[&str],
    user: Option<u32>,
    entrance: File,
    to_join: Option<&Group>,
) -> Result<Child, String> {
    let (program, arguments) = words.split_first().ok_or("which command?")?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    if let Some(group) = to_join {
        command.env(ENTRANCE, group.entrance_path());
    }
    if let Some(user) = user {
        // The standard library drops the other groups, too.
        command.uid(user).gid(user);
    }
    // It has the other user's id by then; the kernel checks the user that opened the file.
    let enter = move || (&entrance).write_all(b"0");
    // SAFETY: write(2) is all that the closure calls.
    unsafe { command.pre_exec(enter) };
    command
        .spawn()
        .map_err(|error| format!("cannot start {program}: {error}"))
}

/// Raises the priority, and lets Ctrl-C end the command only: the group must still be removed.
fn go_ahead_of_others() {
    // SAFETY: these touch no memory of this process. With an unchanged priority the samples are
    // coarser and no less right.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, NICENESS);
        libc::signal(libc::SIGINT, libc::SIG_IGN);
        libc::signal(libc::SIGTERM, libc::SIG_IGN);
    }
}

fn wait_for_orphans(own: &OwnGroup) {
    let patience = Instant::now() + ORPHANS_MAY_TAKE;
    while !own.is_empty() {
        if Instant::now() > patience {
            eprintln!("memtop-bench: the command left processes behind; they are killed");
            own.kill();
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// The resident memory of the largest process that was waited for, as time(1) prints it.
fn largest_child() -> u64 {
    u64::try_from(children_usage().ru_maxrss).unwrap_or(0) * 1024
}

/// What processes took that were waited for.
pub fn children_usage() -> libc::rusage {
    // SAFETY: all of the structure is numbers, and the call fills it in.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage);
        usage
    }
}

/// As a shell has it.
fn code(status: ExitStatus) -> i32 {
    status
        .code()
        .or(status.signal().map(|signal| 128 + signal))
        .unwrap_or(-1)
}
