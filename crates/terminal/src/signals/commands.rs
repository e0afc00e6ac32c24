//! The commands that signals are forwarded to, in a table that signal handlers can read.

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use libc::c_int;
use memtop_proc::lock;
use rustix::process::{Signal, pidfd_send_signal};

use super::handler::wait_for_handlers;

/// Signals reach this many commands at a time.
const MAX_COMMANDS: usize = 256;
const NO_PID: i32 = 0;
const NO_FD: i32 = -1;
static COMMANDS: [Slot; MAX_COMMANDS] = [const { Slot::empty() }; MAX_COMMANDS];

struct Slot {
    pid: AtomicI32,
    pidfd: AtomicI32,
}

impl Slot {
    const fn empty() -> Self {
        Self {
            pid: AtomicI32::new(NO_PID),
            pidfd: AtomicI32::new(NO_FD),
        }
    }

    fn fill(&self, pid: i32, pidfd: &OwnedFd) {
        self.pid.store(pid, SeqCst);
        self.pidfd.store(pidfd.as_raw_fd(), SeqCst);
    }

    fn clear(&self) {
        self.pid.store(NO_PID, SeqCst);
        self.pidfd.store(NO_FD, SeqCst);
    }

    /// For handlers, and only as long as they run.
    fn pidfd(&self) -> Option<BorrowedFd<'_>> {
        let pidfd = self.pidfd.load(SeqCst);
        // SAFETY: a descriptor in the table is closed only once it has been removed and the
        // handlers that may have read it have returned.
        (pidfd != NO_FD).then(|| unsafe { BorrowedFd::borrow_raw(pidfd) })
    }
}

pub(super) fn is_empty() -> bool {
    COMMANDS.iter().all(|slot| slot.pidfd().is_none())
}

pub(super) fn contains(pid: i32) -> bool {
    let mut slots = COMMANDS.iter();
    slots.any(|slot| slot.pidfd().is_some() && slot.pid.load(SeqCst) == pid)
}

pub(super) fn send_to_all(signal: c_int) {
    let pidfds = COMMANDS.iter().filter_map(Slot::pidfd);
    pidfds.for_each(|pidfd| send(pidfd, signal));
}

/// Fails once the command has ended, and then it needs no signal.
pub(super) fn send(pidfd: BorrowedFd<'_>, signal: c_int) {
    if let Some(signal) = Signal::from_named_raw(signal) {
        let _ = pidfd_send_signal(pidfd, signal);
    }
}

/// Fills and clears the table, and keeps its descriptors open.
#[derive(Debug, Default)]
pub(super) struct CommandTable {
    /// At the indices of [`COMMANDS`].
    pidfds: Mutex<Vec<Option<Arc<OwnedFd>>>>,
}

impl CommandTable {
    /// `false` when the table is full.
    pub(super) fn add(&self, pid: i32, pidfd: &Arc<OwnedFd>) -> bool {
        let mut pidfds = lock(&self.pidfds);
        let free = pidfds.iter().position(Option::is_none);
        let index = free.unwrap_or(pidfds.len());
        let Some(slot) = COMMANDS.get(index) else {
            return false;
        };
        slot.fill(pid, pidfd);
        let pidfd = Some(Arc::clone(pidfd));
        match pidfds.get_mut(index) {
            Some(free) => *free = pidfd,
            None => pidfds.push(pidfd),
        }
        true
    }

    pub(super) fn remove(&self, pid: i32) {
        let mut pidfds = lock(&self.pidfds);
        for (slot, pidfd) in COMMANDS.iter().zip(pidfds.iter_mut()) {
            if slot.pid.load(SeqCst) == pid {
                slot.clear();
                wait_for_handlers();
                *pidfd = None;
            }
        }
    }

    pub(super) fn continue_all(&self) {
        for pidfd in lock(&self.pidfds).iter().flatten() {
            let _ = pidfd_send_signal(pidfd, Signal::CONT);
        }
    }

    /// Removes all commands.
    pub(super) fn clear(&self) {
        COMMANDS.iter().for_each(Slot::clear);
        wait_for_handlers();
        lock(&self.pidfds).clear();
    }
}
