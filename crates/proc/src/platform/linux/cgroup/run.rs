//! A group for one run, which the kernel accounts for from 0 on.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use rustix::fd::OwnedFd;

use super::control::{descendants, members, remove_empty};
use super::left_over::{self, GroupLock, identity};
use super::parent_group::Lease;
use super::settings::{CopyError, copy_settings};
use super::{Cgroup, Cgroups, RunCgroupError, files};
use crate::Error;

/// How long removing a group may take on drop.
const DROP_TIMEOUT: Duration = Duration::from_millis(500);
/// Time between two readings of a process that seems to be outside.
const RECHECK_AFTER: Duration = Duration::from_millis(2);

/// A group that was created for a run, and that is removed on drop.
///
/// Nothing was charged to it before the run, so the `peak` and `oom_events` of its [`Cgroup`] are
/// those of the run alone.
#[derive(Debug)]
pub struct RunCgroup {
    cgroup: Cgroup,
    identity: (u64, u64),
    _lock: Option<GroupLock>,
    removed: bool,
    // Dropped after the group is removed; restores what was rearranged for it.
    lease: Lease,
}

/// Moves a child into a group before its exec.
#[derive(Debug)]
pub struct Entrance(OwnedFd);

impl Entrance {
    /// Moves the calling process, with all its threads, into the group.
    ///
    /// Async-signal-safe: a single `write(2)` to an open descriptor, without allocation.
    ///
    /// # Errors
    /// If the kernel refuses; the process stays in its group.
    pub fn enter(&self) -> io::Result<()> {
        rustix::io::write(&self.0, b"0")?;
        Ok(())
    }
}

impl RunCgroup {
    /// Creates a child of the group that this process is in, with the same limits. Removes groups
    /// that killed memtops have left there, which have the same name up to the two numbers at its
    /// end.
    ///
    /// In version 2, if this process is alone in its group, it may be moved to a leaf, until the
    /// last group of its runs is removed.
    ///
    /// # Errors
    /// If it cannot be created; nothing is changed then. The run should go on without it.
    pub fn create(cgroups: &Cgroups, name: &str) -> Result<Self, RunCgroupError> {
        // Without dots, which distinguish the kernel's files from groups.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_plain) {
            return Err(RunCgroupError::Name(name.to_owned()));
        }
        let lease = Lease::take(cgroups, name)?;
        let cgroup = Cgroup {
            directory: lease.group.file(name),
            path: lease.group.path.join(name),
            ..lease.group.clone()
        };
        left_over::remove(&lease.group.directory, name);
        let created = left_over::create(&cgroup.directory)
            .and_then(|lock| Ok((lock, cgroup.directory.metadata()?)));
        let (lock, metadata) = created.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => RunCgroupError::Exists(cgroup.directory.clone()),
            _ => RunCgroupError::of(&lease.group, error),
        })?;
        let run = Self {
            cgroup,
            identity: identity(&metadata),
            _lock: lock,
            removed: false,
            lease,
        };
        // Without the controller the group would exist, but not account for anything.
        let parent = &run.lease.group;
        if run.cgroup.current()?.is_none() {
            return Err(RunCgroupError::NotGiven(parent.directory.clone()));
        }
        match copy_settings(parent, &run.cgroup.directory) {
            Ok(()) => Ok(run),
            Err(CopyError::Read(error)) => Err(error.into()),
            Err(CopyError::Write(error)) => Err(RunCgroupError::of(parent, error)),
        }
    }

    /// The group itself.
    #[must_use]
    pub fn cgroup(&self) -> &Cgroup {
        &self.cgroup
    }

    /// Opens the group for a child to enter between fork and exec.
    ///
    /// # Errors
    /// If the group has been removed or may not be entered.
    pub fn entrance(&self) -> Result<Entrance, Error> {
        let path = self.cgroup.file("cgroup.procs");
        match OpenOptions::new().write(true).open(&path) {
            Ok(file) => Ok(Entrance(file.into())),
            Err(error) => Err(Error::system(path, error)),
        }
    }

    /// Moves a process into the group. Its memory so far stays charged to its former group.
    ///
    /// # Errors
    /// If it has ended, or the kernel refuses.
    pub fn add(&self, pid: u32) -> io::Result<()> {
        files::write(&self.cgroup.file("cgroup.procs"), &pid.to_string())
    }

    /// The highest usage of the group, including page cache, in bytes. `None` if the kernel does
    /// not record it: in version 2 before Linux 5.19.
    ///
    /// # Errors
    /// If the file exists and cannot be read.
    pub fn peak(&self) -> Result<Option<u64>, Error> {
        self.cgroup.peak()
    }

    /// How many processes of the run the OOM killer has ended.
    ///
    /// # Errors
    /// If the file exists and cannot be read.
    pub fn oom_kills(&self) -> Result<Option<u64>, Error> {
        Ok(self.cgroup.oom_events()?.map(|events| events.kills))
    }

    /// The living processes among `pids` that are outside the group, so that it does not account
    /// for them.
    ///
    /// # Errors
    /// If the members of the group cannot be read.
    pub fn escaped(&self, cgroups: &Cgroups, pids: &[u32]) -> Result<Vec<u32>, Error> {
        let inside = self.cgroup.pids()?;
        // A process that is not listed may have started since, so its own group is read.
        let suspects: Vec<(u32, u64)> = pids
            .iter()
            .filter(|pid| inside.binary_search(pid).is_err())
            .filter_map(|&pid| Some((pid, self.outside_since(cgroups, pid)?)))
            .collect();
        if suspects.is_empty() {
            return Ok(Vec::new());
        }
        // During fork a process briefly shows the root group, before it has that of its parent
        // (`cgroup_post_fork` in kernel/cgroup/cgroup.c).
        sleep(RECHECK_AFTER);
        let is_still = |pid, since| self.outside_since(cgroups, pid) == Some(since);
        let escaped = suspects
            .into_iter()
            .filter_map(|(pid, since)| is_still(pid, since).then_some(pid));
        Ok(escaped.collect())
    }

    /// The start time of a process that is outside the group. `None` for an exiting process, which
    /// shows the root group in version 1 whatever group it was in (`proc_cgroup_show`, ibid.).
    fn outside_since(&self, cgroups: &Cgroups, pid: u32) -> Option<u64> {
        let is_outside = match cgroups.of(pid) {
            Ok(group) => !self.cgroup.contains(&group),
            // This group is visible, so a group that is not visible is another one.
            Err(super::CgroupLookupError::OutOfSight(_)) => true,
            Err(_) => false,
        };
        if !is_outside {
            return None;
        }
        // Read after the group: a process that is not exiting now was not exiting then.
        let stat = cgroups.stat_of(pid)?;
        (!stat.is_ending).then_some(stat.started)
    }

    /// Removes the group and its descendants. Moves remaining processes to the group of this
    /// process. Idempotent.
    ///
    /// # Errors
    /// If it is still in use after `timeout`.
    pub fn remove(&mut self, timeout: Duration) -> Result<(), Error> {
        if self.removed {
            return Ok(());
        }
        let directory = &self.cgroup.directory;
        let is_same = |metadata: fs::Metadata| identity(&metadata) == self.identity;
        if directory.metadata().is_ok_and(is_same) {
            let refuge = self.lease.refuge.join("cgroup.procs");
            remove_empty(directory, timeout, || move_members(directory, &refuge))
                .map_err(|error| Error::system(directory, error))?;
        }
        self.removed = true;
        Ok(())
    }
}

impl Drop for RunCgroup {
    fn drop(&mut self) {
        // A failure cannot be reported here; it leaves the group behind.
        let _ = self.remove(DROP_TIMEOUT);
    }
}

fn move_members(directory: &Path, refuge: &Path) {
    let below = descendants(directory);
    for group in below.iter().map(|group| &**group).chain([directory]) {
        for pid in members(group).unwrap_or_default() {
            let _ = files::write(refuge, &pid.to_string());
        }
    }
}
