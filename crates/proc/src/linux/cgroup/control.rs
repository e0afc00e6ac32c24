//! The directories of groups and who is in them.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Cgroup, files};
use crate::Error;

impl Cgroup {
    /// The processes in the group and in the groups below it, in order.
    ///
    /// # Errors
    /// When the members of the group itself cannot be read.
    pub fn pids(&self) -> Result<Vec<u32>, Error> {
        let mut pids = members(&self.directory)?;
        for directory in descendants(&self.directory) {
            pids.extend(members(&directory)?);
        }
        // The file is neither sorted nor free of repetitions (cgroups(7)).
        pids.sort_unstable();
        pids.dedup();
        Ok(pids)
    }
}

/// The processes in one group. Those of another pid namespace read 0 and are left out.
pub(super) fn members(directory: &Path) -> Result<Vec<u32>, Error> {
    let text = files::text(&directory.join("cgroup.procs"))?.unwrap_or_default();
    Ok(text
        .lines()
        .filter_map(|line| line.parse().ok())
        .filter(|&pid| pid != 0)
        .collect())
}

/// The groups right below one.
pub(super) fn children(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

/// All groups below one, each before those below itself.
pub(super) fn descendants(directory: &Path) -> Vec<PathBuf> {
    let mut found = children(directory);
    let mut next = 0;
    while let Some(directory) = found.get(next) {
        let below = children(directory);
        found.extend(below);
        next += 1;
    }
    found
}
