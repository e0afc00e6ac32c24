//! The directories of groups and their members.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::{Cgroup, files};
use crate::Error;

const LONGEST_PAUSE: Duration = Duration::from_millis(20);

impl Cgroup {
    /// The pids in the group and its descendants, sorted.
    ///
    /// # Errors
    /// If the members of a group cannot be read.
    pub fn pids(&self) -> Result<Vec<u32>, Error> {
        let mut pids = members(&self.directory)?;
        for directory in descendants(&self.directory) {
            pids.extend(members(&directory)?);
        }
        // The file may be unsorted and list a pid twice (cgroups(7)).
        pids.sort_unstable();
        pids.dedup();
        Ok(pids)
    }
}

/// The pids in one group. Leaves out processes of another pid namespace, which read 0.
pub(super) fn members(directory: &Path) -> Result<Vec<u32>, Error> {
    let text = files::text(&directory.join("cgroup.procs"))?.unwrap_or_default();
    Ok(text
        .lines()
        .filter_map(|line| line.parse().ok())
        .filter(|&pid| pid != 0)
        .collect())
}

/// The child groups of a group.
pub(super) fn children(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

/// All descendants of a group, parents first.
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

/// Removes a group and its descendants. As long as the kernel reports that they are busy, calls
/// `empty` and tries again, for at most `timeout`: an exiting process stays in its group for a
/// moment.
pub(super) fn remove_empty(
    directory: &Path,
    timeout: Duration,
    empty: impl Fn(),
) -> io::Result<()> {
    let deadline = Instant::now() + timeout;
    let mut pause = Duration::from_millis(1);
    loop {
        // Children first. A child that is in use keeps its parent in use.
        for below in descendants(directory).iter().rev() {
            let _ = fs::remove_dir(below);
        }
        match fs::remove_dir(directory) {
            Err(error) if Errno::from_io_error(&error) == Some(Errno::BUSY) => {
                if Instant::now() >= deadline {
                    return Err(error);
                }
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => return Ok(()),
        }
        empty();
        sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
