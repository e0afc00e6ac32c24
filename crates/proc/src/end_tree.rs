//! Killing a process and all its descendants, and the platform operations that this takes.

use std::time::Duration;

use crate::descent::{ParentLink, lineage};
use crate::{Error, KillOptions, KillOutcome, ProcessId};

#[allow(dead_code, reason = "not every platform kills runs")]
mod escalation;

pub(crate) use escalation::Escalation;
#[allow(unused_imports, reason = "not every platform kills runs")]
pub(crate) use escalation::KILL_TIMEOUT;

/// What is sent to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Asks it to exit; it may clean up first.
    Terminate,
    /// Suspends it. Does nothing on platforms that cannot.
    Freeze,
    /// Ends it at once.
    Kill,
}

/// Why a process cannot be signalled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreachable {
    /// This user may not signal it.
    #[error("it belongs to another user")]
    PermissionDenied,
    /// This process has reached its limit of open files, for now.
    #[error("this process has too many files open to reach it")]
    NoDescriptor,
    /// Any other reason.
    #[error("{0}")]
    Other(String),
}

/// The platform operations that killing processes takes.
pub(crate) trait ProcessControl {
    /// Refers to one process; a signal sent through it never reaches a later process with the same
    /// pid.
    type Handle;

    /// All processes that exist now.
    fn list(&self) -> Result<Vec<ParentLink>, Error>;

    /// `None` if the process is gone or its pid was reused.
    fn open(&self, id: ProcessId) -> Result<Option<Self::Handle>, Unreachable>;

    /// Whether the process may be signalled, without signalling it.
    fn check_permission(&self, handle: &Self::Handle) -> Result<(), Unreachable>;

    /// Sends a signal. Succeeds if the process is already gone.
    fn send(&self, handle: &Self::Handle, signal: Signal) -> Result<(), Unreachable>;

    /// Waits until all of the processes have ended, or for `timeout`. Returns, for each, whether it
    /// has ended.
    fn wait(&self, handles: &[&Self::Handle], timeout: Duration) -> Vec<bool>;
}

pub(crate) fn end_tree<C: ProcessControl>(
    control: &C,
    pid: u32,
    options: &KillOptions,
) -> Result<KillOutcome, Error> {
    let table = control.list()?;
    let root = table
        .iter()
        .map(|link| link.id)
        .find(|id| id.pid == pid && options.started.is_none_or(|started| started == id.started))
        .ok_or(Error::ProcessNotFound { pid })?;
    let own_lineage = lineage(&table, std::process::id());
    check_not_own_lineage(&own_lineage, pid)?;
    let handle = control
        .open(root)
        .map_err(|reason| kill_error(pid, &reason))?
        .ok_or(Error::ProcessNotFound { pid })?;
    control
        .check_permission(&handle)
        .map_err(|reason| kill_error(pid, &reason))?;

    let mut escalation = Escalation::of_tree(control, own_lineage, root, handle);
    if !options.force {
        escalation.terminate(options.grace, &|| false)?;
    }
    escalation.kill()?;
    let killed = escalation.ended();
    let failed = escalation.failures();
    match failed.iter().find(|failure| failure.pid == pid) {
        None => Ok(KillOutcome { killed, failed }),
        Some(root) => {
            let others = match killed {
                0 => String::new(),
                1 => "; one of its descendants has ended".to_owned(),
                many => format!("; {many} of its descendants have ended"),
            };
            Err(Error::kill_failed(pid, format!("{}{others}", root.reason)))
        }
    }
}

/// Refuses to kill the first process, this process and its ancestors. `own_lineage` is this process
/// and its ancestors.
pub(crate) fn check_not_own_lineage(own_lineage: &[u32], pid: u32) -> Result<(), Error> {
    let reason = if pid == 1 {
        "it is the first process, and all others depend on it"
    } else if own_lineage.first() == Some(&pid) {
        "it is this very process"
    } else if own_lineage.contains(&pid) {
        "this process descends from it and would end with it"
    } else {
        return Ok(());
    };
    Err(Error::kill_failed(pid, reason))
}

fn kill_error(pid: u32, reason: &Unreachable) -> Error {
    match reason {
        Unreachable::PermissionDenied => Error::PermissionDenied { pid },
        reason => Error::kill_failed(pid, reason.to_string()),
    }
}

#[cfg(test)]
mod fake_table;
#[cfg(test)]
mod tests;
