//! Waiting for processes, and reaping orphans that have become this process's children.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::thread::sleep;
use std::time::Duration;

use memtop_proc::native::{ProcRoot, Waited, has_ended, identify, wait4};
use memtop_proc::{Error, ProcessId};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, getpid, pidfd_open, set_child_subreaper, test_kill_process,
};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It exited with this code.
    Exited(i32),
    /// This signal ended it.
    Signaled(i32),
}

impl End {
    /// Of one that has ended and been waited for.
    pub(crate) fn of(waited: &Waited) -> Self {
        if libc::WIFSIGNALED(waited.status) {
            Self::Signaled(libc::WTERMSIG(waited.status))
        } else {
            Self::Exited(libc::WEXITSTATUS(waited.status))
        }
    }
}

/// Waits for the end of a process without reaping it.
#[derive(Debug)]
pub(crate) enum ExitWaiter {
    Descriptor(OwnedFd),
    /// There is no pidfd for it: before Linux 5.3, under seccomp, or because this process has
    /// reached its limit of descriptors.
    Identity(Option<ProcessId>),
    /// Its identity could not be read either.
    OnlyPid(u32),
}

impl ExitWaiter {
    pub(crate) fn new(pid: u32) -> Self {
        let descriptor = i32::try_from(pid)
            .ok()
            .and_then(Pid::from_raw)
            .and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        match descriptor {
            Some(descriptor) => Self::Descriptor(descriptor),
            None => Self::without_descriptor(pid, read_identity(pid)),
        }
    }

    fn without_descriptor(pid: u32, identity: Result<Option<ProcessId>, Error>) -> Self {
        identity.map_or(Self::OnlyPid(pid), Self::Identity)
    }

    /// Waits until the process ends, or until `time` has passed.
    pub(crate) fn ends_within(&self, time: Duration) -> bool {
        match self {
            Self::Descriptor(pidfd) => {
                let mut descriptor = [PollFd::new(pidfd, PollFlags::IN)];
                let timeout = Timespec::try_from(time).ok();
                poll(&mut descriptor, timeout.as_ref()).is_ok_and(|ended| ended > 0)
            }
            Self::Identity(None) => true,
            Self::Identity(Some(id)) => {
                sleep(time);
                has_process_ended(*id)
            }
            Self::OnlyPid(pid) => {
                sleep(time);
                match read_identity(*pid) {
                    Ok(identity) => identity.is_none_or(has_process_ended),
                    Err(_) => is_unused(*pid),
                }
            }
        }
    }
}

/// The process that has this pid now, if there is one and it can be read.
pub(crate) fn identity(pid: u32) -> Option<ProcessId> {
    read_identity(pid).ok()?
}

/// `None` if no process has this pid.
fn read_identity(pid: u32) -> Result<Option<ProcessId>, Error> {
    let proc = ProcRoot::system()?;
    let found = identify(&proc, pid, &mut Vec::new())?;
    Ok(found.map(|found| found.id))
}

fn has_process_ended(id: ProcessId) -> bool {
    let proc = ProcRoot::system();
    proc.and_then(|proc| has_ended(&proc, id, &mut Vec::new()))
        .unwrap_or(false)
}

/// Whether no process has this pid, which can be found out without a descriptor.
fn is_unused(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_none_or(|pid| test_kill_process(pid) == Err(Errno::SRCH))
}

/// Reaps the children of this process that have ended, except those that another thread waits for.
/// The caller must know that no other part of this process has children.
pub(crate) fn reap_orphans(is_waited_for: impl Fn(u32) -> bool) -> Vec<Waited> {
    let mut reaped = Vec::new();
    while let Some(pid) = an_ended_child().filter(|&pid| !is_waited_for(pid.cast_unsigned())) {
        let Ok(Some(waited)) = wait4(pid, libc::WNOHANG) else {
            break;
        };
        reaped.push(waited);
    }
    reaped
}

fn an_ended_child() -> Option<i32> {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the structure is valid for the call and zeroed, so that the pid is 0 when no child
    // has ended.
    let pid = unsafe {
        if libc::waitid(libc::P_ALL, 0, info.as_mut_ptr(), options) != 0 {
            return None;
        }
        info.assume_init().si_pid()
    };
    (pid != 0).then_some(pid)
}

/// Makes this process the parent of orphaned descendants, instead of init.
pub(crate) fn become_subreaper() -> io::Result<()> {
    // Which pid it is does not matter.
    Ok(set_child_subreaper(Some(getpid()))?)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::process::Command;
    use std::time::{Duration, Instant};

    use memtop_proc::Error;

    use super::{ExitWaiter, is_unused, read_identity};

    #[test]
    fn without_a_descriptor_a_process_is_waited_for_by_its_identity() {
        assert_waits_for_end(|pid| ExitWaiter::without_descriptor(pid, read_identity(pid)));
    }

    #[test]
    fn a_process_whose_identity_cannot_be_read_has_not_ended_for_that() {
        assert_waits_for_end(|pid| {
            let (path, source) = ("/proc".into(), io::Error::from_raw_os_error(libc::EMFILE));
            ExitWaiter::without_descriptor(pid, Err(Error::System { path, source }))
        });
    }

    fn assert_waits_for_end(waiter_of: impl Fn(u32) -> ExitWaiter) {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let waiter = waiter_of(child.id());
        assert!(!waiter.ends_within(Duration::from_millis(5)));
        child.kill().unwrap();
        // It is a zombie.
        let patience = Instant::now() + Duration::from_secs(30);
        while !waiter.ends_within(Duration::from_millis(5)) {
            assert!(Instant::now() < patience);
        }
        child.wait().unwrap();
        assert!(waiter.ends_within(Duration::from_millis(5)));
    }

    #[test]
    fn a_pid_is_unused_once_its_process_is_reaped() {
        let mut child = Command::new("true").spawn().unwrap();
        assert!(!is_unused(child.id()));
        child.wait().unwrap();
        assert!(is_unused(child.id()));
    }
}
