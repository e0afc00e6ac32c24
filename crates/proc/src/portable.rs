//! The portable [`Inspector`], for any system that sysinfo supports.
//!
//! Less exact than a native one: start times are whole seconds, and signals go to a pid right after
//! its start time was compared, which leaves a race. Empty arguments are missing from command
//! lines.

use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sysinfo::{
    Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, Signal as SystemSignal,
    System, ThreadKind, UpdateKind,
};

use crate::cpu_share::{CpuShares, CpuTime};
use crate::descent::ParentLink;
use crate::end_tree::{ProcessControl, Signal, Unreachable, end_tree};
use crate::{Error, Inspector, KillOptions, KillOutcome, ProcessId, ProcessRecord, State};

/// Younger processes have no CPU share: their age, in whole seconds, is too inexact.
const MIN_AGE: Duration = Duration::from_secs(20);
/// sysinfo cannot wait for the end of a process that is not a child, so it is polled.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// An inspector based on the sysinfo crate. Start times are in seconds since 1970.
#[derive(Debug, Default)]
pub struct SysinfoInspector {
    shares: Mutex<CpuShares>,
}

impl SysinfoInspector {
    /// An inspector of this machine.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Inspector for SysinfoInspector {
    fn list(&self) -> Result<Vec<ProcessRecord>, Error> {
        let wanted = identity_only()
            .with_memory()
            .with_cpu()
            .with_cmd(UpdateKind::Always)
            .with_cwd(UpdateKind::Always)
            .with_user(UpdateKind::Always);
        let system = refreshed(ProcessesToUpdate::All, wanted)?;
        let mut processes: Vec<&Process> = processes(&system).collect();
        if processes.is_empty() {
            return Err(Error::unusable("the process table", "it lists no process"));
        }
        processes.sort_by_key(|process| process.pid());
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let cpu_time = |process: &&Process| cpu_time(process, since_epoch);
        Ok(CpuShares::of_all(&self.shares, processes, cpu_time)
            .map(|(process, cpu_percent)| record(process, cpu_percent))
            .collect())
    }

    fn kill(&self, pid: u32, options: &KillOptions) -> Result<KillOutcome, Error> {
        end_tree(&Sysinfo, pid, options)
    }

    fn exists(&self, pid: u32) -> Result<bool, Error> {
        let pids = [Pid::from_u32(pid)];
        let system = refreshed(ProcessesToUpdate::Some(&pids), identity_only())?;
        Ok(processes(&system).next().is_some())
    }
}

/// Starts from scratch each time: a `System` that is refreshed keeps the name that a process had
/// before it called exec.
fn refreshed(which: ProcessesToUpdate<'_>, wanted: ProcessRefreshKind) -> Result<System, Error> {
    let mut system = System::new()
        .map_err(|error| Error::system("the process table", io::Error::other(error.to_string())))?;
    system.refresh_processes_specifics(which, true, wanted);
    Ok(system)
}

/// Without tasks: sysinfo lists each thread as a process that has all the memory of its process.
fn identity_only() -> ProcessRefreshKind {
    ProcessRefreshKind::nothing().without_tasks()
}

/// Threads are found all the same when they are refreshed by pid.
fn processes(system: &System) -> impl Iterator<Item = &Process> {
    system
        .processes()
        .values()
        .filter(|process| process.thread_kind() != Some(ThreadKind::Userland))
}

fn identity(process: &Process) -> ProcessId {
    ProcessId {
        pid: process.pid().as_u32(),
        started: process.start_time(),
    }
}

fn parent(process: &Process) -> u32 {
    process.parent().map_or(0, Pid::as_u32)
}

fn cpu_time(process: &Process, since_epoch: Duration) -> CpuTime {
    let id = identity(process);
    let age = since_epoch.saturating_sub(Duration::from_secs(id.started));
    CpuTime {
        id,
        cpu: Duration::from_millis(process.accumulated_cpu_time()),
        age: if age < MIN_AGE { Duration::ZERO } else { age },
    }
}

fn record(process: &Process, cpu_percent: Option<f64>) -> ProcessRecord {
    let text = |text: &OsStr| text.to_string_lossy().into_owned();
    let state = state(process.status());
    ProcessRecord {
        id: identity(process),
        parent: parent(process),
        name: text(process.name()),
        command: process
            .cmd()
            .iter()
            .map(OsString::as_os_str)
            .map(text)
            .collect(),
        cwd: process.cwd().map(Into::into),
        rss_bytes: if state == State::Zombie {
            0
        } else {
            process.memory()
        },
        cpu_percent,
        state,
        user: user(process),
    }
}

#[cfg(unix)]
fn user(process: &Process) -> Option<u32> {
    process.effective_user_id().map(|user| **user)
}

#[cfg(not(unix))]
fn user(_process: &Process) -> Option<u32> {
    None
}

fn state(status: ProcessStatus) -> State {
    match status {
        ProcessStatus::Run => State::Running,
        ProcessStatus::Sleep => State::Sleeping,
        ProcessStatus::UninterruptibleDiskSleep => State::Waiting,
        ProcessStatus::Stop | ProcessStatus::Tracing => State::Stopped,
        ProcessStatus::Idle => State::Idle,
        ProcessStatus::Zombie | ProcessStatus::Dead => State::Zombie,
        _ => State::Other,
    }
}

/// Signals processes by pid.
struct Sysinfo;

impl Sysinfo {
    /// `None` if the process is gone or its pid was reused.
    fn with<T>(id: ProcessId, read: impl FnOnce(&Process) -> T) -> Result<Option<T>, Unreachable> {
        let pids = [Pid::from_u32(id.pid)];
        let system = refreshed(ProcessesToUpdate::Some(&pids), identity_only())
            .map_err(|error| Unreachable::Other(error.to_string()))?;
        let found = processes(&system).find(|process| identity(process) == id);
        Ok(found.map(read))
    }

    /// Whether each process has ended; false if the process table cannot be read.
    fn have_ended(ids: &[&ProcessId]) -> Vec<bool> {
        let pids: Vec<Pid> = ids.iter().map(|id| Pid::from_u32(id.pid)).collect();
        let Ok(system) = refreshed(ProcessesToUpdate::Some(&pids), identity_only()) else {
            return vec![false; ids.len()];
        };
        let is_there = |id: &ProcessId| {
            system
                .process(Pid::from_u32(id.pid))
                .is_some_and(|process| {
                    identity(process) == *id && state(process.status()) != State::Zombie
                })
        };
        ids.iter().map(|id| !is_there(id)).collect()
    }

    fn signal(id: ProcessId, signal: SystemSignal) -> Result<(), Unreachable> {
        let sent = Self::with(id, |process| {
            // `None` if the system lacks the signal; every system has `Kill`.
            if process.kill_with(signal) == Some(false) {
                unless_gone(&io::Error::last_os_error())
            } else {
                Ok(())
            }
        })?;
        sent.unwrap_or(Ok(()))
    }
}

impl ProcessControl for Sysinfo {
    type Handle = ProcessId;

    fn list(&self) -> Result<Vec<ParentLink>, Error> {
        let system = refreshed(ProcessesToUpdate::All, identity_only())?;
        Ok(processes(&system)
            .map(|process| ParentLink {
                id: identity(process),
                parent: parent(process),
            })
            .collect())
    }

    fn open(&self, id: ProcessId) -> Result<Option<ProcessId>, Unreachable> {
        match Self::with(id, Process::thread_kind)? {
            Some(Some(ThreadKind::Kernel)) => {
                Err(Unreachable::Other("it is a part of the kernel".to_owned()))
            }
            Some(_) => Ok(Some(id)),
            None => Ok(None),
        }
    }

    #[cfg(unix)]
    fn check_permission(&self, id: &ProcessId) -> Result<(), Unreachable> {
        let pid = i32::try_from(id.pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        match pid.map(rustix::process::test_kill_process) {
            Some(Err(errno)) => unless_gone(&errno.into()),
            _ => Ok(()),
        }
    }

    #[cfg(not(unix))]
    fn check_permission(&self, _id: &ProcessId) -> Result<(), Unreachable> {
        Ok(())
    }

    fn send(&self, id: &ProcessId, signal: Signal) -> Result<(), Unreachable> {
        match signal {
            // A stopped process handles the signal once it is continued.
            Signal::Terminate => Self::signal(*id, SystemSignal::Term)
                .and_then(|()| Self::signal(*id, SystemSignal::Continue)),
            Signal::Freeze => Self::signal(*id, SystemSignal::Stop),
            Signal::Kill => Self::signal(*id, SystemSignal::Kill),
        }
    }

    fn wait(&self, ids: &[&ProcessId], timeout: Duration) -> Vec<bool> {
        let start = Instant::now();
        loop {
            let ended = Self::have_ended(ids);
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() || !ended.contains(&false) {
                return ended;
            }
            sleep(left.min(POLL_INTERVAL));
        }
    }
}

/// Succeeds if `error` says that the process is gone.
fn unless_gone(error: &io::Error) -> Result<(), Unreachable> {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Err(Unreachable::PermissionDenied),
        // The standard library has no kind for ESRCH.
        _ if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
        _ => Err(Unreachable::Other(error.to_string())),
    }
}
