//! What can go wrong in reading the process table.
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
}

impl Error {
    /// Whether the operating system refused because of who is asking.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::System { source, .. }
            if source.kind() == io::ErrorKind::PermissionDenied)
    }

    pub(crate) fn system(path: impl Into<PathBuf>, source: impl Into<io::Error>) -> Self {
        Self::System {
            path: path.into(),
            source: source.into(),
        }
    }
}
