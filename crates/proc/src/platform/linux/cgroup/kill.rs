//! Kills all processes of a group.

use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::{Cgroup, files};

const PAUSE: Duration = Duration::from_millis(2);

impl Cgroup {
    /// Kills all processes in the group before any can fork, and waits until they are gone. Returns
    /// the pids that are left after `timeout`. Returns `None` and does nothing if that is
    /// impossible, as in version 1, or if a `spared` process is in the group.
    pub(in crate::platform::native) fn kill_at_once(
        &self,
        spared: &[u32],
        timeout: Duration,
    ) -> Option<Vec<u32>> {
        let pids = self.pids().ok()?;
        if pids.iter().any(|pid| spared.contains(pid)) {
            return None;
        }
        // Kills the whole group since Linux 5.14, in version 2.
        if files::write(&self.file("cgroup.kill"), "1").is_ok() {
            return Some(self.wait_until_empty(spared, timeout, false));
        }
        // Frozen processes cannot fork; also only in version 2.
        let freezer = self.file("cgroup.freeze");
        files::write(&freezer, "1").ok()?;
        let left = self.wait_until_empty(spared, timeout, true);
        // Do not leave surviving processes frozen. Fails if the group is gone.
        let _ = files::write(&freezer, "0");
        Some(left)
    }

    fn wait_until_empty(&self, spared: &[u32], timeout: Duration, kill: bool) -> Vec<u32> {
        let deadline = Instant::now() + timeout;
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

/// A pid may be reused before it is signalled. If it is still listed after its descriptor was
/// opened, the descriptor belongs to a member or to a process that has ended.
fn kill_members(group: &Cgroup, pids: &[u32]) {
    let opened: Vec<_> = pids.iter().map(|&pid| (pid, open(pid))).collect();
    let still_listed = group.pids().unwrap_or_default();
    for (pid, descriptor) in opened {
        if still_listed.binary_search(&pid).is_err() {
            continue;
        }
        let _ = match (descriptor, to_pid(pid)) {
            (Ok(descriptor), _) => pidfd_send_signal(descriptor, Signal::KILL),
            // Before Linux 5.3 there is no pidfd_open.
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
