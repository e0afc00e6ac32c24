//! What can be wrong with a store.

use std::path::PathBuf;

/// Why a store could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is a database of something else.
    #[error("{} is no store of memtop but another database", .0.display())]
    Foreign(PathBuf),
    /// A later memtop has written it.
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
        /// The latest that is known here.
        known: i64,
    },
    /// It is no database, or a damaged one.
    #[error("{} is damaged or no store ({reason}): move it away, or name another file with --store", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What `SQLite` says.
        reason: String,
    },
    /// Its folder could not be made, or the file could not be.
    #[error("{}: {error}", path.display())]
    Folder {
        /// What could not be made.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// What `SQLite` says.
    #[error("{}: {reason}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What `SQLite` says.
        reason: String,
    },
}

impl Error {
    pub(crate) fn of(path: &std::path::Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let reason = in_words(error);
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Self::Damaged { path, reason }
            }
            _ => Self::Failed { path, reason },
        }
    }
}

fn in_words(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => "the disk is full".to_owned(),
        Some(rusqlite::ErrorCode::ReadOnly) => "it cannot be written".to_owned(),
        Some(rusqlite::ErrorCode::CannotOpen) => "it cannot be opened".to_owned(),
        Some(rusqlite::ErrorCode::DatabaseBusy) => "others keep it busy".to_owned(),
        Some(rusqlite::ErrorCode::SystemIoFailure) => "reading or writing it failed".to_owned(),
        _ => error.to_string(),
    }
}
