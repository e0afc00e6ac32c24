//! Sends signals by pidfd, so that none reaches a process that has reused a pid.

use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal as UnixSignal, pidfd_open, pidfd_send_signal, test_kill_process,
};

use super::ProcRoot;
use super::births::read_stat;
use super::pids::pids;
use super::watched_process::highest_descriptor;
use crate::descent::ParentLink;
use crate::end_tree::{ProcessControl, Signal, Unreachable};
use crate::{Error, ProcessId};

/// Why no process of a `/proc` can be killed.
pub(super) const OTHER_NAMESPACE: &str =
    "the process table is not that of this process's own namespace";

/// Signals the processes of one `/proc`.
#[derive(Debug)]
pub(super) struct PidfdControl<'root> {
    root: &'root ProcRoot,
    /// The highest descriptor that may be kept open.
    highest: RawFd,
}

#[derive(Debug)]
pub(super) struct PidfdHandle {
    id: ProcessId,
    pid: Pid,
    /// `None` if the limit of open files leaves no descriptor: then one is opened for each use.
    pidfd: Option<OwnedFd>,
}

impl<'root> PidfdControl<'root> {
    pub(super) fn new(root: &'root ProcRoot) -> Self {
        Self {
            root,
            highest: highest_descriptor(),
        }
    }

    /// `None` if the process is gone or its pid was reused.
    fn open_pidfd(&self, id: ProcessId, pid: Pid) -> Result<Option<OwnedFd>, Unreachable> {
        let pidfd = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(pidfd) => pidfd,
            // EINVAL and ENOENT: the pid was reused by a thread.
            Err(Errno::SRCH | Errno::INVAL | Errno::NOENT) => return Ok(None),
            Err(Errno::NOSYS) => {
                return Err(Unreachable::Other(
                    "this kernel has no pidfd_open (Linux 5.3)".to_owned(),
                ));
            }
            Err(errno) => return Err(unreachable(errno)),
        };
        // The descriptor stays bound to its process. If the pid still has the start time of `id`,
        // that is the right one.
        match read_stat(self.root, id.pid, &mut Vec::new()) {
            Ok(Some(stat)) if stat.started != id.started => Ok(None),
            Ok(Some(stat)) if stat.is_kernel => {
                Err(Unreachable::Other("it is a part of the kernel".to_owned()))
            }
            Ok(Some(_)) => Ok(Some(pidfd)),
            Ok(None) => Ok(None),
            Err(Error::System { source, .. }) => Err(match Errno::from_io_error(&source) {
                Some(errno) => unreachable(errno),
                None => Unreachable::Other(source.to_string()),
            }),
            Err(error) => Err(Unreachable::Other(error.to_string())),
        }
    }

    /// `None` if the process is gone.
    fn with_pidfd<T>(
        &self,
        handle: &PidfdHandle,
        act: impl FnOnce(BorrowedFd<'_>) -> T,
    ) -> Result<Option<T>, Unreachable> {
        if let Some(pidfd) = &handle.pidfd {
            return Ok(Some(act(pidfd.as_fd())));
        }
        let pidfd = self.open_pidfd(handle.id, handle.pid)?;
        Ok(pidfd.map(|pidfd| act(pidfd.as_fd())))
    }
}

impl ProcessControl for PidfdControl<'_> {
    type Handle = PidfdHandle;

    fn list(&self) -> Result<Vec<ParentLink>, Error> {
        let mut text = Vec::new();
        let mut table = Vec::new();
        for pid in pids(self.root)? {
            if let Some(stat) = read_stat(self.root, pid, &mut text)? {
                table.push(ParentLink {
                    id: ProcessId {
                        pid: stat.pid,
                        started: stat.started,
                    },
                    parent: stat.parent,
                });
            }
        }
        Ok(table)
    }

    fn open(&self, id: ProcessId) -> Result<Option<PidfdHandle>, Unreachable> {
        let Some(pid) = i32::try_from(id.pid).ok().and_then(Pid::from_raw) else {
            return Ok(None);
        };
        let pidfd = match self.open_pidfd(id, pid) {
            Ok(Some(pidfd)) => Some(pidfd).filter(|pidfd| pidfd.as_raw_fd() <= self.highest),
            Ok(None) => return Ok(None),
            Err(Unreachable::NoDescriptor) => None,
            Err(reason) => return Err(reason),
        };
        Ok(Some(PidfdHandle { id, pid, pidfd }))
    }

    fn check_permission(&self, handle: &PidfdHandle) -> Result<(), Unreachable> {
        // By pid, since rustix has no signal 0 by pidfd. It has no effect, even on a process that
        // has reused the pid.
        unless_gone(test_kill_process(handle.pid))
    }

    fn send(&self, handle: &PidfdHandle, signal: Signal) -> Result<(), Unreachable> {
        let sent = self.with_pidfd(handle, |pidfd| {
            let send = |signal| unless_gone(pidfd_send_signal(pidfd, signal));
            match signal {
                // A stopped process handles the signal once it is continued.
                Signal::Terminate => send(UnixSignal::TERM).and_then(|()| send(UnixSignal::CONT)),
                Signal::Freeze => send(UnixSignal::STOP),
                Signal::Kill => send(UnixSignal::KILL),
            }
        });
        sent?.unwrap_or(Ok(()))
    }

    /// Waits for one process after the other: it returns as soon as the last one has ended, and
    /// wakes up less often than polling thousands of descriptors at once.
    fn wait(&self, handles: &[&PidfdHandle], timeout: Duration) -> Vec<bool> {
        let start = Instant::now();
        let ended = handles.iter().map(|handle| {
            let left = timeout.saturating_sub(start.elapsed());
            let has_ended = self.with_pidfd(handle, |pidfd| has_ended(pidfd, left));
            has_ended.map_or_else(
                // The caller will try again.
                |_| {
                    sleep(left);
                    false
                },
                |ended| ended.unwrap_or(true),
            )
        });
        ended.collect()
    }
}

/// Waits for one process to end, for at most `timeout`.
fn has_ended(pidfd: BorrowedFd<'_>, timeout: Duration) -> bool {
    let start = Instant::now();
    loop {
        let left = timeout.saturating_sub(start.elapsed());
        let poll_timeout = Timespec::try_from(left).unwrap_or_default();
        // Readable once all threads have ended (pidfd_open(2)), even as a zombie.
        let mut polled = [PollFd::from_borrowed_fd(pidfd, PollFlags::IN)];
        match poll(&mut polled, Some(&poll_timeout)) {
            Ok(_) => return polled[0].revents().contains(PollFlags::IN),
            Err(Errno::INTR) if !left.is_zero() => {}
            Err(_) => {
                sleep(left);
                return false;
            }
        }
    }
}

fn unless_gone(result: rustix::io::Result<()>) -> Result<(), Unreachable> {
    match result {
        Ok(()) | Err(Errno::SRCH) => Ok(()),
        Err(errno) => Err(unreachable(errno)),
    }
}

fn unreachable(errno: Errno) -> Unreachable {
    match errno {
        Errno::PERM | Errno::ACCESS => Unreachable::PermissionDenied,
        Errno::MFILE | Errno::NFILE => Unreachable::NoDescriptor,
        errno => Unreachable::Other(errno.to_string()),
    }
}
