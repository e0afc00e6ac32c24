//! The trait for listing, finding and killing processes.

use std::path::Path;
use std::time::Duration;

use crate::descent::descendants_of;
use crate::{Error, ProcessId, ProcessRecord, working_directory};

/// Lists the processes of the machine and kills them.
///
/// Each call reads the current process table. Threads do not count as processes; zombies do, until
/// their parent has reaped them.
pub trait Inspector: Send + Sync {
    /// All visible processes, sorted by pid.
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn list(&self) -> Result<Vec<ProcessRecord>, Error>;

    /// All descendants of a process, parents first, without the process itself. Empty if no process
    /// has the pid.
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn tree(&self, pid: u32) -> Result<Vec<ProcessRecord>, Error> {
        self.list().map(|records| descendants_of(records, pid))
    }

    /// The processes whose working directory is this folder or lies in it, sorted by pid. Leaves
    /// out processes whose working directory cannot be read.
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn find_by_cwd(&self, folder: &Path) -> Result<Vec<ProcessRecord>, Error> {
        let folder = working_directory::resolved(folder);
        let mut records = self.list()?;
        records.retain(|record| working_directory::is_within(record, &folder));
        Ok(records)
    }

    /// Kills a process and all its descendants, and returns when they are dead.
    ///
    /// # Errors
    /// - [`Error::ProcessNotFound`] when no process has the pid, or another than the one named by
    ///   [`KillOptions::started`]
    /// - [`Error::PermissionDenied`] when this user may not kill it; nothing was done then
    /// - [`Error::KillFailed`] when it must not be killed (this process, its ancestors, the first
    ///   process, kernel threads) or has survived
    fn kill(&self, pid: u32, options: &KillOptions) -> Result<KillOutcome, Error>;

    /// Whether a process has this pid.
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn exists(&self, pid: u32) -> Result<bool, Error>;
}

/// How a process tree is killed.
#[derive(Clone, Debug)]
pub struct KillOptions {
    /// Kill at once, without terminating first.
    pub force: bool,
    /// Time between terminating and killing.
    pub grace: Duration,
    /// The start time of the process ([`ProcessId::started`](crate::ProcessId)), from the same
    /// inspector. Protects a process that has reused the pid.
    pub started: Option<u64>,
}

impl Default for KillOptions {
    fn default() -> Self {
        Self {
            force: false,
            grace: Duration::from_secs(2),
            started: None,
        }
    }
}

/// The outcome of killing a tree. The root of the tree is dead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KillOutcome {
    /// How many processes were alive before and are dead now.
    pub killed: u64,
    /// The descendants that are still alive.
    pub failed: Vec<KillFailure>,
}

/// A process that could not be killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KillFailure {
    /// Its pid.
    pub pid: u32,
    /// Why it is still alive.
    pub reason: String,
}

/// Kills these processes and all their descendants, in this order. A process that is already gone
/// is no failure.
///
/// # Errors
/// As of [`Inspector::kill`].
pub fn kill_each(
    inspector: &dyn Inspector,
    processes: &[ProcessId],
    options: &KillOptions,
) -> Result<KillOutcome, Error> {
    let mut outcome = KillOutcome::default();
    for process in processes {
        let options = KillOptions {
            started: Some(process.started),
            ..options.clone()
        };
        match inspector.kill(process.pid, &options) {
            Ok(one) => {
                outcome.killed += one.killed;
                outcome.failed.extend(one.failed);
            }
            Err(Error::ProcessNotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    outcome.failed.dedup_by_key(|failure| failure.pid);
    Ok(outcome)
}
