//! Finding processes by the folder that they work in.

use std::path::{Path, PathBuf};

use crate::ProcessRecord;

/// The folder without symbolic links, as the operating system tells working directories. A folder
/// that is not there stays as it was named, and nobody works in it.
pub(crate) fn resolved(folder: &Path) -> PathBuf {
    folder
        .canonicalize()
        .unwrap_or_else(|_| folder.to_path_buf())
}

/// Whether a process works in the folder or below. Compared by whole names: `/a-b` is not in `/a`.
/// A path that is not absolute names no folder; the empty one would hold everything.
pub(crate) fn is_within(record: &ProcessRecord, folder: &Path) -> bool {
    let is_below = |cwd: &PathBuf| cwd.starts_with(folder);
    folder.is_absolute() && record.cwd.as_ref().is_some_and(is_below)
}
