//! Errors of a store.

use std::path::PathBuf;

/// Why a store could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is a database of another program.
    #[error("{} is not a store of memtop but another database", .0.display())]
    Foreign(PathBuf),
    /// The file was written by a later version of memtop.
    #[error(
        "{} was written by a later memtop (its format is {found}, this one knows {known}): update \
         memtop, or name another file with --store",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The latest supported format.
        known: i64,
    },
    /// The file is not a database, or is damaged.
    #[error(
        "{} is damaged or not a store ({reason}): move it away, or name another file with --store",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The error of `SQLite`.
        reason: String,
    },
    /// The file or its folder cannot be created or accessed.
    #[error("{}: {error}", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        error: std::io::Error,
    },
    /// Any other error of `SQLite`.
    #[error("{}: {reason}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// The error of `SQLite`.
        reason: String,
    },
}

impl Error {
    pub(crate) fn of(path: &std::path::Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let reason = reason(error);
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Self::Damaged { path, reason }
            }
            _ => Self::Failed { path, reason },
        }
    }
}

fn reason(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => "the disk is full".to_owned(),
        Some(rusqlite::ErrorCode::ReadOnly) => "it cannot be written".to_owned(),
        Some(rusqlite::ErrorCode::CannotOpen) => "it cannot be opened".to_owned(),
        Some(rusqlite::ErrorCode::DatabaseBusy) => "other processes keep it busy".to_owned(),
        Some(rusqlite::ErrorCode::SystemIoFailure) => "reading or writing it failed".to_owned(),
        _ => error.to_string(),
    }
}
