//! A group for one run: the kernel's own count of it, from 0 on.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use rustix::fd::OwnedFd;

use super::carried::{NotCarried, carry};
use super::control::{descendants, members, remove_empty};
use super::home::Lease;
use super::left_over::{self, Claim, identity};
use super::{Cgroup, Cgroups, NoGroup, files};
use crate::Error;

/// How long the end of a group is waited for when nobody asks how it went.
const PATIENCE_ON_DROP: Duration = Duration::from_millis(500);
/// Between two looks at one that seems to be elsewhere.
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// A group that was made for a run, and that ends with this value.
///
/// Its readers are those of the [`Cgroup`] that it is: nothing was charged to it before the run, so
/// `peak` and `oom_events` are the run's alone.
#[derive(Debug)]
pub struct RunCgroup {
    cgroup: Cgroup,
    identity: (u64, u64),
    _claim: Option<Claim>,
    removed: bool,
    // Ends after the group itself, and then what was rearranged for it is put back.
    lease: Lease,
}

/// The way into a group for a process that is about to exec.
#[derive(Debug)]
pub struct Entrance(OwnedFd);

impl Entrance {
    /// Moves the calling process, with all its threads, into the group.
    ///
    /// Async-signal-safe: one `write(2)` to a descriptor that is open already, without allocation.
    ///
    /// # Errors
    /// When the kernel refuses; the process stays where it was.
    pub fn enter(&self) -> io::Result<()> {
        rustix::io::write(&self.0, b"0")?;
        Ok(())
    }
}

impl RunCgroup {
    /// Makes a group under the one that this process is in, with the same limits. Those that killed processes have left
    /// there, with the same name but for two numbers at its end, are removed.
    ///
    /// In version 2 this process may be moved into a leaf for that, and only when it is alone in
    /// its group; when the last group of its runs has gone it is moved back.
    ///
    /// # Errors
    /// When there can be none; nothing is changed then. The run should go on without.
    pub fn create(cgroups: &Cgroups, name: &str) -> Result<Self, NoGroup> {
        // The kernel's own files are told from groups by the dot in their names.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_plain) {
            return Err(NoGroup::Name(name.to_owned()));
        }
        let lease = Lease::take(cgroups, name)?;
        let cgroup = Cgroup {
            directory: lease.group.file(name),
            path: lease.group.path.join(name),
            ..lease.group.clone()
        };
        left_over::remove(&lease.group.directory, name);
        let made = left_over::make(&cgroup.directory)
            .and_then(|claim| Ok((claim, cgroup.directory.metadata()?)));
        let (claim, about) = made.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => NoGroup::Exists(cgroup.directory.clone()),
            _ => NoGroup::of(&lease.group, error),
        })?;
        let run = Self {
            cgroup,
            identity: identity(&about),
            _claim: claim,
            removed: false,
            lease,
        };
        // Without the controller the group would be there and count nothing.
        let around = &run.lease.group;
        if run.cgroup.current()?.is_none() {
            return Err(NoGroup::NotGiven(around.directory.clone()));
        }
        match carry(around, &run.cgroup.directory) {
            Ok(()) => Ok(run),
            Err(NotCarried::Read(error)) => Err(error.into()),
            Err(NotCarried::Write(error)) => Err(NoGroup::of(around, error)),
        }
    }

    /// The group itself, with all its readers.
    #[must_use]
    pub fn cgroup(&self) -> &Cgroup {
        &self.cgroup
    }

    /// Opens the way in, to be used between fork and exec.
    ///
    /// # Errors
    /// When the group has been removed or may not be entered.
    pub fn entrance(&self) -> Result<Entrance, Error> {
        let path = self.cgroup.file("cgroup.procs");
        match OpenOptions::new().write(true).open(&path) {
            Ok(file) => Ok(Entrance(file.into())),
            Err(error) => Err(Error::system(path, error)),
        }
    }

    /// Moves a process into the group. What it has used so far stays charged where it was.
    ///
    /// # Errors
    /// When it has ended, or the kernel refuses.
    pub fn add(&self, pid: u32) -> io::Result<()> {
        files::write(&self.cgroup.file("cgroup.procs"), &pid.to_string())
    }

    /// The most that was charged to the group, page cache included, in bytes. `None` where the
    /// kernel does not keep it: in version 2 before Linux 5.19.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn peak(&self) -> Result<Option<u64>, Error> {
        self.cgroup.peak()
    }

    /// How many processes of the run the OOM killer has ended.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn oom_kills(&self) -> Result<Option<u64>, Error> {
        Ok(self.cgroup.oom_events()?.map(|events| events.kills))
    }

    /// Those of `pids` that are alive and not in the group: what they use is not counted in it.
    ///
    /// # Errors
    /// When the members of the group cannot be read.
    pub fn escaped(&self, cgroups: &Cgroups, pids: &[u32]) -> Result<Vec<u32>, Error> {
        let inside = self.cgroup.pids()?;
        // Only where the list does not settle it is the process itself asked: it may have been
        // born since.
        let suspects: Vec<(u32, u64)> = pids
            .iter()
            .filter(|pid| inside.binary_search(pid).is_err())
            .filter_map(|&pid| Some((pid, self.outside_since(cgroups, pid)?)))
            .collect();
        if suspects.is_empty() {
            return Ok(Vec::new());
        }
        // In the midst of its birth a process shows the topmost group, before it has that of its
        // parent (`cgroup_post_fork` in kernel/cgroup/cgroup.c).
        sleep(BETWEEN_LOOKS);
        let is_still = |pid, since| self.outside_since(cgroups, pid) == Some(since);
        let escaped = suspects
            .into_iter()
            .filter_map(|(pid, since)| is_still(pid, since).then_some(pid));
        Ok(escaped.collect())
    }

    /// When a process has started that is outside of the group. One that is ending shows the topmost
    /// group of version 1, whichever it was in (`proc_cgroup_show`, also there).
    fn outside_since(&self, cgroups: &Cgroups, pid: u32) -> Option<u64> {
        let is_outside = match cgroups.of(pid) {
            Ok(group) => !self.cgroup.contains(&group),
            // A group that is not in sight is not this one, which is.
            Err(super::NoCgroup::OutOfSight(_)) => true,
            Err(_) => false,
        };
        if !is_outside {
            return None;
        }
        // Read after the group: one that is not ending now was not then.
        let stat = cgroups.stat_of(pid)?;
        (!stat.is_ending).then_some(stat.started)
    }

    /// Removes the group and those that the run has made in it. Processes that are still in it
    /// live on where this one is. Safe to call again.
    ///
    /// # Errors
    /// When it is still in use after `patience`.
    pub fn remove(&mut self, patience: Duration) -> Result<(), Error> {
        if self.removed {
            return Ok(());
        }
        let directory = &self.cgroup.directory;
        let is_same = |about: fs::Metadata| identity(&about) == self.identity;
        if directory.metadata().is_ok_and(is_same) {
            let refuge = self.lease.refuge.join("cgroup.procs");
            remove_empty(directory, patience, || move_members(directory, &refuge))
                .map_err(|error| Error::system(directory, error))?;
        }
        self.removed = true;
        Ok(())
    }
}

impl Drop for RunCgroup {
    fn drop(&mut self) {
        // What cannot be removed now stays behind; there is nobody to tell.
        let _ = self.remove(PATIENCE_ON_DROP);
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
