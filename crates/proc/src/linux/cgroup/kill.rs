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
        let group = self.cgroup();
        // One write ends all at once, since Linux 5.14 and only in version 2.
        let at_once = files::write(&group.file("cgroup.kill"), "1").is_ok();
        // Else nobody may fork away meanwhile; also only in version 2.
        let frozen = !at_once && files::write(&group.file("cgroup.freeze"), "1").is_ok();
        let deadline = Instant::now() + patience;
        let left = loop {
            let pids = members_but_this(group);
            if pids.is_empty() || Instant::now() >= deadline {
                break pids;
            }
            if !at_once {
                kill_members(group, &pids);
            }
            sleep(PAUSE);
        };
        if frozen {
            let _ = files::write(&group.file("cgroup.freeze"), "0");
        }
        left
    }
}

fn members_but_this(group: &Cgroup) -> Vec<u32> {
    let mut pids = group.pids().unwrap_or_default();
    pids.retain(|&pid| pid != std::process::id());
    pids
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
