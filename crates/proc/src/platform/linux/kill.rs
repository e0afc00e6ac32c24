//! Signals by pidfd: they reach the process that was looked at or nobody.

use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal, test_kill_process};

use super::ProcRoot;
use super::births::read_stat;
use super::pids::pids;
use super::watched::highest_descriptor;
use crate::descent::ParentLink;
use crate::end_tree::{Order, Power, Refusal};
use crate::{Error, ProcessId};

/// Why nobody of a `/proc` can be ended.
pub(super) const OF_ANOTHER_NAMESPACE: &str =
    "the process table is not that of this process's own namespace";

/// Ends processes of one `/proc`.
#[derive(Debug)]
pub(super) struct Pidfds<'root> {
    root: &'root ProcRoot,
    /// The highest descriptor that may be kept.
    highest: RawFd,
}

#[derive(Debug)]
pub(super) struct Held {
    id: ProcessId,
    pid: Pid,
    /// `None` where the limit of open files does not leave one: it is opened for each use then.
    kept: Option<OwnedFd>,
}

impl<'root> Pidfds<'root> {
    pub(super) fn new(root: &'root ProcRoot) -> Self {
        Self {
            root,
            highest: highest_descriptor(),
        }
    }

    /// `None` when it is gone or its pid belongs to another.
    fn open(&self, id: ProcessId, pid: Pid) -> Result<Option<OwnedFd>, Refusal> {
        let pidfd = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(pidfd) => pidfd,
            // The latter two: the pid has been given to a thread meanwhile.
            Err(Errno::SRCH | Errno::INVAL | Errno::NOENT) => return Ok(None),
            Err(Errno::NOSYS) => {
                return Err(Refusal::Other(
                    "this kernel has no pidfd_open (Linux 5.3)".to_owned(),
                ));
            }
            Err(errno) => return Err(refusal(errno)),
        };
        // The descriptor is bound from here on; if the pid still has the same start time now, it
        // was opened for the right process.
        match read_stat(self.root, id.pid, &mut Vec::new()) {
            Ok(Some(stat)) if stat.started != id.started => Ok(None),
            Ok(Some(stat)) if stat.is_kernel => {
                Err(Refusal::Other("it is a part of the kernel".to_owned()))
            }
            Ok(Some(_)) => Ok(Some(pidfd)),
            Ok(None) => Ok(None),
            Err(Error::System { source, .. }) => Err(match Errno::from_io_error(&source) {
                Some(errno) => refusal(errno),
                None => Refusal::Other(source.to_string()),
            }),
            Err(error) => Err(Refusal::Other(error.to_string())),
        }
    }

    /// `None` when it is gone.
    fn with<T>(
        &self,
        held: &Held,
        act: impl FnOnce(BorrowedFd<'_>) -> T,
    ) -> Result<Option<T>, Refusal> {
        if let Some(pidfd) = &held.kept {
            return Ok(Some(act(pidfd.as_fd())));
        }
        let pidfd = self.open(held.id, held.pid)?;
        Ok(pidfd.map(|pidfd| act(pidfd.as_fd())))
    }
}

impl Power for Pidfds<'_> {
    type Hold = Held;

    fn table(&self) -> Result<Vec<ParentLink>, Error> {
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

    fn hold(&self, id: ProcessId) -> Result<Option<Held>, Refusal> {
        let Some(pid) = i32::try_from(id.pid).ok().and_then(Pid::from_raw) else {
            return Ok(None);
        };
        let kept = match self.open(id, pid) {
            Ok(Some(pidfd)) => Some(pidfd).filter(|pidfd| pidfd.as_raw_fd() <= self.highest),
            Ok(None) => return Ok(None),
            Err(Refusal::NoDescriptor) => None,
            Err(refusal) => return Err(refusal),
        };
        Ok(Some(Held { id, pid, kept }))
    }

    fn may_end(&self, held: &Held) -> Result<(), Refusal> {
        // By pid, since there is no such test by pidfd; it does nothing to whoever is tested.
        unless_gone(test_kill_process(held.pid))
    }

    fn send(&self, held: &Held, order: Order) -> Result<(), Refusal> {
        let sent = self.with(held, |pidfd| {
            let send = |signal| unless_gone(pidfd_send_signal(pidfd, signal));
            match order {
                // One that is stopped would never get to it.
                Order::End => send(Signal::TERM).and_then(|()| send(Signal::CONT)),
                Order::Freeze => send(Signal::STOP),
                Order::Kill => send(Signal::KILL),
            }
        });
        sent?.unwrap_or(Ok(()))
    }

    /// One after the other, which is enough to notice at once that the last one has ended, and
    /// cheaper than to be woken by each of thousands.
    fn wait(&self, held: &[&Held], at_most: Duration) -> Vec<bool> {
        let start = Instant::now();
        let ended = held.iter().map(|held| {
            let left = at_most.saturating_sub(start.elapsed());
            let has_ended = self.with(held, |pidfd| has_ended(pidfd, left));
            has_ended.map_or_else(
                // Whoever asked will ask again.
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

/// Waits for the end of one process, though not long.
fn has_ended(pidfd: BorrowedFd<'_>, at_most: Duration) -> bool {
    let start = Instant::now();
    loop {
        let left = at_most.saturating_sub(start.elapsed());
        let timeout = Timespec::try_from(left).unwrap_or_default();
        // Readable once all threads have ended (pidfd_open(2)), also as a zombie.
        let mut polled = [PollFd::from_borrowed_fd(pidfd, PollFlags::IN)];
        match poll(&mut polled, Some(&timeout)) {
            Ok(_) => return polled[0].revents().contains(PollFlags::IN),
            Err(Errno::INTR) if !left.is_zero() => {}
            Err(_) => {
                sleep(left);
                return false;
            }
        }
    }
}

fn unless_gone(result: rustix::io::Result<()>) -> Result<(), Refusal> {
    match result {
        Ok(()) | Err(Errno::SRCH) => Ok(()),
        Err(errno) => Err(refusal(errno)),
    }
}

fn refusal(errno: Errno) -> Refusal {
    match errno {
        Errno::PERM | Errno::ACCESS => Refusal::Denied,
        Errno::MFILE | Errno::NFILE => Refusal::NoDescriptor,
        errno => Refusal::Other(errno.to_string()),
    }
}
