//! The seam to those who look at the process table as a whole, on any system that sysinfo knows.
//!
//! It tells less exactly than a system's own: start times are whole seconds, and a signal goes to
//! a pid right after its start time has been compared. Empty arguments are missing from command
//! lines.

use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sysinfo::{
    Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, Signal, System, ThreadKind,
    UpdateKind,
};

use crate::cpu_share::{CpuLook, CpuShares};
use crate::descent::ParentLink;
use crate::end_tree::{Order, Power, Refusal, end_tree};
use crate::{Error, Inspector, KillOptions, KillOutcome, ProcessId, ProcessRecord, State};

/// A start told in whole seconds says too little about a process younger than this.
const OLD_ENOUGH: Duration = Duration::from_secs(20);
/// There is nothing to be woken by when a process ends.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(10);

/// Inspects through the crate sysinfo. Start times are in seconds since 1970.
#[derive(Debug, Default)]
pub struct SysinfoInspector {
    shares: Mutex<CpuShares>,
}

impl SysinfoInspector {
    /// Inspects this machine.
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
            let reason = io::Error::other("it shows not one process");
            return Err(Error::system("the process table", reason));
        }
        processes.sort_by_key(|process| process.pid());
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let look = |process: &&Process| cpu_look(process, since_epoch);
        Ok(CpuShares::of_all(&self.shares, processes, look)
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

/// A new look each time: what sysinfo keeps between looks still has the name that a process had
/// before it became another program.
fn refreshed(which: ProcessesToUpdate<'_>, wanted: ProcessRefreshKind) -> Result<System, Error> {
    let mut system = System::new()
        .map_err(|error| Error::system("the process table", io::Error::other(error.to_string())))?;
    system.refresh_processes_specifics(which, true, wanted);
    Ok(system)
}

/// Without tasks: sysinfo would list every thread as a process with all of its process's memory.
fn identity_only() -> ProcessRefreshKind {
    ProcessRefreshKind::nothing().without_tasks()
}

/// Asked for by number, threads are found all the same.
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

fn cpu_look(process: &Process, since_epoch: Duration) -> CpuLook {
    let id = identity(process);
    let age = since_epoch.saturating_sub(Duration::from_secs(id.started));
    CpuLook {
        id,
        cpu: Duration::from_millis(process.accumulated_cpu_time()),
        age: if age < OLD_ENOUGH {
            Duration::ZERO
        } else {
            age
        },
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

/// Ends processes by what sysinfo offers.
struct Sysinfo;

impl Sysinfo {
    /// `None` when it is gone or its pid belongs to another.
    fn with<T>(id: ProcessId, ask: impl FnOnce(&Process) -> T) -> Result<Option<T>, Refusal> {
        let pids = [Pid::from_u32(id.pid)];
        let system = refreshed(ProcessesToUpdate::Some(&pids), identity_only())
            .map_err(|error| Refusal::Other(error.to_string()))?;
        let found = processes(&system).find(|process| identity(process) == id);
        Ok(found.map(ask))
    }

    /// Tells of each whether it has ended. A failure to look is no end.
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

    fn signal(id: ProcessId, signal: Signal) -> Result<(), Refusal> {
        let sent = Self::with(id, |process| {
            // `None` where the system has no such signal; killing works on all of them.
            if process.kill_with(signal) == Some(false) {
                refused(&io::Error::last_os_error())
            } else {
                Ok(())
            }
        })?;
        sent.unwrap_or(Ok(()))
    }
}

impl Power for Sysinfo {
    type Hold = ProcessId;

    fn table(&self) -> Result<Vec<ParentLink>, Error> {
        let system = refreshed(ProcessesToUpdate::All, identity_only())?;
        Ok(processes(&system)
            .map(|process| ParentLink {
                id: identity(process),
                parent: parent(process),
            })
            .collect())
    }

    fn hold(&self, id: ProcessId) -> Result<Option<ProcessId>, Refusal> {
        match Self::with(id, Process::thread_kind)? {
            Some(Some(ThreadKind::Kernel)) => {
                Err(Refusal::Other("it is a part of the kernel".to_owned()))
            }
            Some(_) => Ok(Some(id)),
            None => Ok(None),
        }
    }

    #[cfg(unix)]
    fn may_end(&self, id: &ProcessId) -> Result<(), Refusal> {
        let pid = i32::try_from(id.pid)
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        match pid.map(rustix::process::test_kill_process) {
            Some(Err(errno)) => refused(&errno.into()),
            _ => Ok(()),
        }
    }

    #[cfg(not(unix))]
    fn may_end(&self, _id: &ProcessId) -> Result<(), Refusal> {
        Ok(())
    }

    fn send(&self, id: &ProcessId, order: Order) -> Result<(), Refusal> {
        match order {
            // One that is stopped would never get to it.
            Order::End => {
                Self::signal(*id, Signal::Term).and_then(|()| Self::signal(*id, Signal::Continue))
            }
            Order::Freeze => Self::signal(*id, Signal::Stop),
            Order::Kill => Self::signal(*id, Signal::Kill),
        }
    }

    fn wait(&self, ids: &[&ProcessId], at_most: Duration) -> Vec<bool> {
        let start = Instant::now();
        loop {
            let ended = Self::have_ended(ids);
            let left = at_most.saturating_sub(start.elapsed());
            if left.is_zero() || !ended.contains(&false) {
                return ended;
            }
            sleep(left.min(LOOK_AGAIN_AFTER));
        }
    }
}

fn refused(error: &io::Error) -> Result<(), Refusal> {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Err(Refusal::Denied),
        // ESRCH, which the standard library has no kind for: it is gone.
        _ if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
        _ => Err(Refusal::Other(error.to_string())),
    }
}
