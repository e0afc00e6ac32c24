//! Groups that a killed memtop has left behind.
//!
//! A memtop that creates a group locks its directory. The lock is released when it exits, even if
//! it is killed.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use super::control::{children, descendants, remove_empty};
use super::files;

/// The lock of a group that is in use.
#[derive(Debug)]
pub(super) struct GroupLock {
    /// Kept open to keep the lock.
    directory: File,
}

impl GroupLock {
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] if another process has the lock.
    fn take(directory: &Path) -> io::Result<Self> {
        let directory = File::open(directory)?;
        flock(&directory, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Self { directory })
    }

    /// Whether the locked directory is the one that has this path now.
    fn is_of(&self, directory: &Path) -> bool {
        let locked = self.directory.metadata().map(|about| identity(&about));
        let there = directory.metadata().map(|about| identity(&about));
        matches!((locked, there), (Ok(locked), Ok(there)) if locked == there)
    }
}

/// Device and inode: another group may have the same name later.
pub(super) fn identity(about: &Metadata) -> (u64, u64) {
    (about.dev(), about.ino())
}

/// Creates a group and locks it. Returns no lock where groups cannot be locked; then other memtops
/// cannot lock, and so cannot remove it either.
///
/// # Errors
/// If it cannot be created.
pub(super) fn create(directory: &Path) -> io::Result<Option<GroupLock>> {
    const ATTEMPTS: usize = 3;
    for _ in 0..ATTEMPTS {
        fs::create_dir(directory)?;
        match GroupLock::take(directory) {
            Ok(lock) if lock.is_of(directory) => return Ok(Some(lock)),
            Err(error) if !is_of_another(&error) => return Ok(None),
            // Another memtop has locked it as a left-over group before this one did.
            Ok(_) | Err(_) => drop(fs::remove_dir(directory)),
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

fn is_of_another(error: &io::Error) -> bool {
    let kind = error.kind();
    matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::NotFound)
}

/// Removes the groups in `parent` that have the same name up to the numbers, are not locked, and
/// contain no process.
pub(super) fn remove(parent: &Path, name: &str) {
    let Some(stem) = stem(name) else {
        return;
    };
    for group in children(parent) {
        let other = group.file_name().and_then(OsStr::to_str);
        // A group that cannot be removed stays.
        if other.and_then(self::stem) == Some(stem) && GroupLock::take(&group).is_ok() {
            let _ = remove_whole(&group);
        }
    }
}

fn remove_whole(group: &Path) -> io::Result<()> {
    // Not by `members`: a process of another pid namespace reads 0.
    let is_empty = |group: &Path| {
        let members = files::text(&group.join("cgroup.procs"));
        matches!(members, Ok(Some(text)) if text.is_empty())
    };
    if !is_empty(group) || !descendants(group).iter().all(|group| is_empty(group)) {
        return Ok(());
    }
    remove_empty(group, Duration::ZERO, || {})
}

/// The name without its numbers: `memtop` for `memtop-4711-0`.
fn stem(name: &str) -> Option<&str> {
    let mut parts = name.rsplitn(3, '-');
    let is_number = |part: &str| part.parse::<u64>().is_ok();
    let ends_in_numbers = is_number(parts.next()?) && is_number(parts.next()?);
    parts.next().filter(|_| ends_in_numbers)
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn only_names_with_two_numbers_are_groups_of_runs() {
        assert_eq!(stem("memtop-4711-0"), Some("memtop"));
        assert_eq!(stem("memtop-test-4711-12"), Some("memtop-test"));
        for other in [
            "memtop",
            "memtop-1",
            "memtop-1-0-memtop",
            "memtop-a-0",
            "1-0",
            "memtop--0",
        ] {
            assert_eq!(stem(other), None, "{other}");
        }
    }
}
