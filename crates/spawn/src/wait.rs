//! Waiting for the command, and for orphans that have become this process's children.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It exited with this code.
    Exited(i32),
    /// This signal ended it.
    Signaled(i32),
}

/// What the kernel tells of a child or a traced thread that has been waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited {
    pub(crate) pid: i32,
    pub(crate) status: i32,
    /// The most resident memory that it, or a descendant that was waited for, ever had.
    pub(crate) largest_bytes: u64,
}

impl Waited {
    /// How it ended. It must have.
    pub(crate) fn end(&self) -> End {
        if libc::WIFSIGNALED(self.status) {
            End::Signaled(libc::WTERMSIG(self.status))
        } else {
            End::Exited(libc::WEXITSTATUS(self.status))
        }
    }
}

/// A process whose end can be waited for without taking it from whoever reaps it.
#[derive(Debug)]
pub(crate) struct Awaited {
    pidfd: Option<OwnedFd>,
}

impl Awaited {
    pub(crate) fn new(pid: u32) -> io::Result<Self> {
        let pid = i32::try_from(pid).map_err(io::Error::other)?;
        // Without it (before Linux 5.3) the wait is one long one.
        let pidfd = Pid::from_raw(pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        Ok(Self { pidfd })
    }

    /// Waits until the process ends, or for so long.
    pub(crate) fn ends_within(&self, time: Duration) -> bool {
        let Some(pidfd) = &self.pidfd else {
            return true;
        };
        let mut poll = libc::pollfd {
            fd: pidfd.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        let millis = i32::try_from(time.as_millis()).unwrap_or(i32::MAX);
        // SAFETY: one valid pollfd is passed with its count.
        unsafe { libc::poll(&raw mut poll, 1, millis) > 0 }
    }
}

/// Waits for the children of this process that have ended, but for those that somebody else waits
/// for. Whoever calls this must know that nobody else in this process has children.
pub(crate) fn reap_others(is_waited_for: impl Fn(u32) -> bool) -> Vec<Waited> {
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
    // SAFETY: the structure is valid for the call and zeroed, so that the pid is 0 when nobody
    // has ended.
    let pid = unsafe {
        if libc::waitid(libc::P_ALL, 0, info.as_mut_ptr(), options) != 0 {
            return None;
        }
        info.assume_init().si_pid()
    };
    (pid != 0).then_some(pid)
}

pub(crate) fn wait4(pid: i32, options: i32) -> io::Result<Option<Waited>> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both structures are valid for the call; a zeroed rusage is a valid one.
    let (found, usage) = unsafe {
        let found = libc::wait4(pid, &raw mut status, options, usage.as_mut_ptr());
        (found, usage.assume_init())
    };
    match found {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        pid => Ok(Some(Waited {
            pid,
            status,
            largest_bytes: u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024,
        })),
    }
}

/// Makes orphans below this process its children instead of init's.
pub(crate) fn adopt_orphans() -> io::Result<()> {
    // SAFETY: prctl(PR_SET_CHILD_SUBREAPER) takes a number and touches no memory.
    match unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
