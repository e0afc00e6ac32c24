//! What an inspector tells of one process.

use std::path::PathBuf;

use crate::ProcessId;

/// A process as it was at one look.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessRecord {
    /// Who it is. The start time is in the unit of the inspector that made the record.
    pub id: ProcessId,
    /// The pid of its parent; 0 where it has none.
    pub parent: u32,
    /// The operating system's short name for it.
    pub name: String,
    /// Its arguments, the program first. Empty for a zombie and for the kernel's own.
    pub command: Vec<String>,
    /// Its working directory. `None` where it may not be read, as with another user's process.
    pub cwd: Option<PathBuf>,
    /// Resident memory. Zero for a zombie and for the kernel's own, which have none.
    pub rss_bytes: u64,
    /// CPU time per time passed, 100 for one CPU kept busy: since the look before this one, or
    /// since the process's start when there was none. `None` where that was too short ago to tell.
    pub cpu_percent: Option<f64>,
    /// What it is doing.
    pub state: State,
    /// The user whose rights it has. `None` on systems without such numbers.
    pub user: Option<u32>,
}

/// What a process is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It runs, or would if a CPU were free.
    Running,
    /// It waits for something to happen.
    Sleeping,
    /// It waits where no signal reaches it, mostly for a disk.
    Waiting,
    /// A signal or a debugger has stopped it.
    Stopped,
    /// A part of the kernel with nothing to do.
    Idle,
    /// It has ended, and its parent has not noticed yet.
    Zombie,
    /// Something else.
    Other,
}

impl State {
    /// The word for it.
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
