//! Signals by pidfd: they reach the process that was looked at or nobody.

use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, OwnedFd};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal, test_kill_process};

use super::ProcRoot;
use super::births::read_stat;
use super::pids::pids;
use crate::descent::Kin;
use crate::end_tree::{Order, Power, Refusal};
use crate::{Error, ProcessId};

/// Ends processes of one `/proc`.
#[derive(Debug)]
pub(super) struct Pidfds<'root> {
    pub(super) root: &'root ProcRoot,
}

#[derive(Debug)]
pub(super) struct Held {
    pid: Pid,
    pidfd: OwnedFd,
}

impl Power for Pidfds<'_> {
    type Hold = Held;

    fn table(&self) -> Result<Vec<Kin>, Error> {
        let mut text = Vec::new();
        let mut table = Vec::new();
        for pid in pids(self.root)? {
            if let Some(stat) = read_stat(self.root, pid, &mut text)? {
                table.push(Kin {
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
            Ok(Some(_)) => Ok(Some(Held { pid, pidfd })),
            Ok(None) => Ok(None),
            Err(error) => Err(Refusal::Other(error.to_string())),
        }
    }

    fn may_end(&self, held: &Held) -> Result<(), Refusal> {
        // By pid, since there is no such test by pidfd; it does nothing to whoever is tested.
        unless_gone(test_kill_process(held.pid))
    }

    fn send(&self, held: &Held, order: Order) -> Result<(), Refusal> {
        let send = |signal| unless_gone(pidfd_send_signal(&held.pidfd, signal));
        match order {
            // One that is stopped would never get to it.
            Order::End => send(Signal::TERM).and_then(|()| send(Signal::CONT)),
            Order::Freeze => send(Signal::STOP),
            Order::Kill => send(Signal::KILL),
        }
    }

    fn wait(&self, held: &[&Held], at_most: Duration) -> Vec<bool> {
        let mut polled: Vec<PollFd<'_>> = held
            .iter()
            .map(|held| PollFd::from_borrowed_fd(held.pidfd.as_fd(), PollFlags::IN))
            .collect();
        // A failure leaves no events, and whoever asked will ask again.
        if let Ok(timeout) = Timespec::try_from(at_most) {
            let _ = poll(&mut polled, Some(&timeout));
        }
        // Readable once all threads have ended (pidfd_open(2)), also as a zombie.
        polled
            .iter()
            .map(|polled| polled.revents().contains(PollFlags::IN))
            .collect()
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
        errno => Refusal::Other(errno.to_string()),
    }
}
