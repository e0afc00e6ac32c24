//! The record of a process, as listed by an inspector.

use std::path::PathBuf;

use crate::ProcessId;

/// A snapshot of a process.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessRecord {
    /// Its identity. The start time is in the unit of the inspector that made the record.
    pub id: ProcessId,
    /// The pid of its parent; 0 if it has none.
    pub parent: u32,
    /// Its short name, as kept by the operating system.
    pub name: String,
    /// Its arguments, starting with the program. Empty for zombies and kernel threads.
    pub command: Vec<String>,
    /// Its working directory. `None` if it may not be read, as for processes of other users.
    pub cwd: Option<PathBuf>,
    /// Resident memory. Zero for zombies and kernel threads, which have none.
    pub rss_bytes: u64,
    /// CPU usage, 100 for one busy CPU: since the previous listing, or since the start of the
    /// process if there was none. `None` if that interval is too short.
    pub cpu_percent: Option<f64>,
    /// Its scheduling state.
    pub state: State,
    /// Its effective user id. `None` on systems without user ids.
    pub user: Option<u32>,
}

/// The scheduling state of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Running, or ready to run.
    Running,
    /// Waiting for an event.
    Sleeping,
    /// In uninterruptible sleep, mostly waiting for a disk.
    Waiting,
    /// Stopped by a signal or a debugger.
    Stopped,
    /// An idle kernel thread.
    Idle,
    /// Ended, but not reaped by its parent yet.
    Zombie,
    /// Any other state.
    Other,
}

impl State {
    /// The state in lower case, as in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Sleeping => "sleeping",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
            Self::Idle => "idle",
            Self::Zombie => "zombie",
            Self::Other => "other",
        }
    }
}
