//! The seam to whoever looks at the process table as a whole.

use std::path::Path;
use std::time::Duration;

use crate::descent::within_tree;
use crate::{Error, ProcessId, ProcessRecord, working_directory};

/// Sees the processes of the machine and ends them.
///
/// Each call looks at the machine as it is now. Threads are never processes. A zombie is one until
/// its parent has noticed its end.
pub trait Inspector: Send + Sync {
    /// Every process that is visible, by rising pid.
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn list(&self) -> Result<Vec<ProcessRecord>, Error>;

    /// All descendants of a process, each after its parent. The process itself is not among them;
    /// for a pid that nobody has there are none.
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn tree(&self, pid: u32) -> Result<Vec<ProcessRecord>, Error> {
        self.list().map(|records| within_tree(records, pid))
    }

    /// The processes whose working directory is this folder or lies in it, by rising pid. Those
    /// whose working directory may not be read are not among them.
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn find_by_cwd(&self, folder: &Path) -> Result<Vec<ProcessRecord>, Error> {
        let folder = working_directory::resolved(folder);
        let mut records = self.list()?;
        records.retain(|record| working_directory::is_within(record, &folder));
        Ok(records)
    }

    /// Ends a process and all its descendants, and returns when they are dead.
    ///
    /// # Errors
    /// - [`Error::ProcessNotFound`] when nobody has the pid, or not the process that was meant
    /// - [`Error::PermissionDenied`] when this user may not end it; nothing was done then
    /// - [`Error::KillFailed`] when it must not be ended (this process, an ancestor of it, the
    ///   first process, the kernel's own) or has outlived everything that was tried
    fn kill(&self, pid: u32, options: &KillOptions) -> Result<KillOutcome, Error>;

    /// Whether a process has this pid.
    ///
    /// # Errors
    /// When the process table as a whole cannot be read.
    fn exists(&self, pid: u32) -> Result<bool, Error>;
}

/// How a tree of processes is ended.
#[derive(Clone, Debug)]
pub struct KillOptions {
    /// Whether to end everything at once, without asking first.
    pub force: bool,
    /// How long those that were asked to end may take before they are made to.
    pub grace: Duration,
    /// The start of the process that is meant ([`ProcessId::started`](crate::ProcessId)), as the
    /// same inspector has told it. With it, a process that has been given the pid since is safe.
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

/// What became of a tree that was to be ended. The process that was asked for is dead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KillOutcome {
    /// How many processes were alive before and are dead now.
    pub killed: u64,
    /// The descendants that are still there.
    pub failed: Vec<KillFailure>,
}

/// A process that is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KillFailure {
    /// Its pid.
    pub pid: u32,
    /// Why it is still there.
    pub reason: String,
}

/// Ends these processes and all their descendants, in their order. Whoever has ended with another is
/// no failure.
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
