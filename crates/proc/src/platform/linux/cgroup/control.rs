//! The directories of groups and who is in them.

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

/// Removes a group and those below it, `empty`ing them while the kernel says that they are busy:
/// a process that is ending keeps its group for a moment.
pub(super) fn remove_empty(
    directory: &Path,
    patience: Duration,
    empty: impl Fn(),
) -> io::Result<()> {
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(1);
    loop {
        // The deepest first. What is still in use there keeps the group itself in use, too.
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
