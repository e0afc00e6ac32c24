//! Ends everything in a group.

use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::{Cgroup, RunCgroup, files};

const PAUSE: Duration = Duration::from_millis(2);

impl RunCgroup {
    /// Kills every process of the run that is in the group, also those that are being started
    /// meanwhile, and waits until they have gone. Gives those that have not after `patience`.
    #[must_use]
    pub fn kill_all(&self, patience: Duration) -> Vec<u32> {
        let spared = [std::process::id()];
        let group = self.cgroup();
        match group.kill_at_once(&spared, patience) {
            Some(left) => left,
            None => group.wait_until_empty(&spared, patience, true),
        }
    }
}

impl Cgroup {
    /// Kills every process in the group without giving one the time to start another, and waits
    /// until they have gone. Gives those that have not after `patience`. `None` where that cannot
    /// be done, as in version 1, or where somebody who is to be `spared` is in the group; nothing
    /// was done then.
    pub(in crate::platform::native) fn kill_at_once(
        &self,
        spared: &[u32],
        patience: Duration,
    ) -> Option<Vec<u32>> {
        let pids = self.pids().ok()?;
        if pids.iter().any(|pid| spared.contains(pid)) {
            return None;
        }
        // One write ends all, since Linux 5.14 and only in version 2.
        if files::write(&self.file("cgroup.kill"), "1").is_ok() {
            return Some(self.wait_until_empty(spared, patience, false));
        }
        // Else nobody may fork away meanwhile; also only in version 2.
        let freezer = self.file("cgroup.freeze");
        files::write(&freezer, "1").ok()?;
        let left = self.wait_until_empty(spared, patience, true);
        // Whoever is left should not be found frozen; a group that has gone needs nothing.
        let _ = files::write(&freezer, "0");
        Some(left)
    }

    fn wait_until_empty(&self, spared: &[u32], patience: Duration, kill: bool) -> Vec<u32> {
        let deadline = Instant::now() + patience;
        loop {
            let mut pids = self.pids().unwrap_or_default();
            pids.retain(|pid| !spared.contains(pid));
            if pids.is_empty() || Instant::now() >= deadline {
                return pids;
            }
            if kill {
                kill_members(self, &pids);
            }
            sleep(PAUSE);
        }
    }
}

/// A pid may belong to another process by the time it is used. One that is still listed after its
/// descriptor was opened belongs to the member, or the descriptor to a process that has ended.
fn kill_members(group: &Cgroup, pids: &[u32]) {
    let opened: Vec<_> = pids.iter().map(|&pid| (pid, open(pid))).collect();
    let still = group.pids().unwrap_or_default();
    for (pid, descriptor) in opened {
        if still.binary_search(&pid).is_err() {
            continue;
        }
        let _ = match (descriptor, to_pid(pid)) {
            (Ok(descriptor), _) => pidfd_send_signal(descriptor, Signal::KILL),
            // Before Linux 5.3 there is nothing better.
            (Err(Errno::NOSYS), Some(pid)) => rustix::process::kill_process(pid, Signal::KILL),
            _ => continue,
        };
    }
}

fn open(pid: u32) -> Result<OwnedFd, Errno> {
    pidfd_open(to_pid(pid).ok_or(Errno::SRCH)?, PidfdFlags::empty())
}

fn to_pid(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}
