//! Finding processes by working directory.

use std::path::{Path, PathBuf};

use crate::ProcessRecord;

/// Resolves symbolic links, as the operating system does in working directories. A folder that does
/// not exist is returned unchanged; no process works in it.
pub(crate) fn resolved(folder: &Path) -> PathBuf {
    folder
        .canonicalize()
        .unwrap_or_else(|_| folder.to_path_buf())
}

/// Whether a process works in the folder or below. Compares whole components: `/a-b` is not in
/// `/a`. False for relative paths, since the empty one would match everything.
pub(crate) fn is_within(record: &ProcessRecord, folder: &Path) -> bool {
    let is_below = |cwd: &PathBuf| cwd.starts_with(folder);
    folder.is_absolute() && record.cwd.as_ref().is_some_and(is_below)
}
