//! What can go wrong in reading the process table and in ending processes.
//!
//! A process that vanishes while it is read is not an error: readers return `None` or
//! [`Reading::Gone`](crate::Reading::Gone) for it.

use std::io;
use std::path::PathBuf;

/// A failure that its reader can name.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused or failed.
    #[error("cannot read {}: {source}", path.display())]
    System {
        /// What was being read.
        path: PathBuf,
        /// What the operating system answered.
        source: io::Error,
    },
    /// The operating system answered with something that is not in the documented form.
    #[error("{}: {reason}", path.display())]
    Malformed {
        /// What was being read.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Nobody has the pid that was asked for, or somebody else than the one who was meant.
    #[error("there is no process {pid}")]
    ProcessNotFound {
        /// The pid that was asked for.
        pid: u32,
    },
    /// The operating system does not let this user end that process.
    #[error("not allowed to end process {pid}; it belongs to another user")]
    PermissionDenied {
        /// The process that was to be ended.
        pid: u32,
    },
    /// The process that was asked for is still there, or must not be ended.
    #[error("process {pid} was not ended: {reason}")]
    KillFailed {
        /// The process that was to be ended.
        pid: u32,
        /// Why it is still there.
        reason: String,
    },
}

impl Error {
    /// Whether the operating system refused because of who is asking.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        match self {
            Self::System { source, .. } => source.kind() == io::ErrorKind::PermissionDenied,
            Self::PermissionDenied { .. } => true,
            Self::Malformed { .. } | Self::ProcessNotFound { .. } | Self::KillFailed { .. } => {
                false
            }
        }
    }

    pub(crate) fn system(path: impl Into<PathBuf>, source: impl Into<io::Error>) -> Self {
        Self::System {
            path: path.into(),
            source: source.into(),
        }
    }

    pub(crate) fn kill_failed(pid: u32, reason: impl Into<String>) -> Self {
        Self::KillFailed {
            pid,
            reason: reason.into(),
        }
    }
}
