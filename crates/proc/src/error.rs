//! Errors of reading the process table and of killing processes.
//!
//! A process that vanishes while it is read is not an error: readers return `None` or
//! [`Reading::Gone`](crate::Reading::Gone) for it.

use std::io;
use std::path::PathBuf;

/// Why processes could not be read or killed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system returned an error.
    #[error("cannot read {}: {source}", path.display())]
    System {
        /// What was being read.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A file is not in the documented format.
    #[error("{}: {source}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The field that is wrong.
        source: FieldError,
    },
    /// A file or directory cannot be used, though it can be read.
    #[error("{}: {reason}", path.display())]
    Unusable {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// No process has this pid, or another process than the expected one.
    #[error("there is no process {pid}")]
    ProcessNotFound {
        /// The pid.
        pid: u32,
    },
    /// This user may not kill the process.
    #[error("not allowed to end process {pid}; it belongs to another user")]
    PermissionDenied {
        /// The pid.
        pid: u32,
    },
    /// The process is still alive, or must not be killed.
    #[error("process {pid} was not ended: {reason}")]
    KillFailed {
        /// The pid.
        pid: u32,
        /// Why it is still alive.
        reason: String,
    },
}

/// What is wrong with a field of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// The file has no such field.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The value of the field cannot be parsed.
    #[error("{field} is {found:?}, not {expected}")]
    Invalid {
        /// The name of the field in the documentation of the kernel.
        field: &'static str,
        /// Its value.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
}

impl Error {
    /// Whether this user lacks a permission.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        match self {
            Self::System { source, .. } => source.kind() == io::ErrorKind::PermissionDenied,
            Self::PermissionDenied { .. } => true,
            Self::Malformed { .. }
            | Self::Unusable { .. }
            | Self::ProcessNotFound { .. }
            | Self::KillFailed { .. } => false,
        }
    }

    pub(crate) fn system(path: impl Into<PathBuf>, source: impl Into<io::Error>) -> Self {
        Self::System {
            path: path.into(),
            source: source.into(),
        }
    }

    pub(crate) fn unusable(path: impl Into<PathBuf>, reason: &'static str) -> Self {
        Self::Unusable {
            path: path.into(),
            reason,
        }
    }

    pub(crate) fn kill_failed(pid: u32, reason: impl Into<String>) -> Self {
        Self::KillFailed {
            pid,
            reason: reason.into(),
        }
    }
}
