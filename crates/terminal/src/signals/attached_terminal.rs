//! A command on a terminal of its own, in a session of its own: what the kernel sends to this
//! process's group does not reach it.

use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::SeqCst};

use libc::c_int;

use super::handler::wait_for_handlers;
use super::interrupts;
use super::job::{self, JobEvent};
use crate::event::Event;

const NONE: i32 = -1;
/// A process has one set of signal handlers, so there is one of these.
static ATTACHED: AtomicBool = AtomicBool::new(false);
static MASTER: AtomicI32 = AtomicI32::new(NONE);
static EVENT: AtomicI32 = AtomicI32::new(NONE);

/// While this lives, signals are handled for a command with a terminal of its own.
#[derive(Debug)]
pub(crate) struct AttachedTerminal(());

impl AttachedTerminal {
    /// Has signals set `event`. Both descriptors must stay open until [`Self::detach`]. `None` when
    /// another run in this process has attached its terminal.
    pub(crate) fn attach(master: BorrowedFd<'_>, event: BorrowedFd<'_>) -> Option<Self> {
        if ATTACHED.swap(true, SeqCst) {
            return None;
        }
        job::apply(JobEvent::AttachTerminal);
        MASTER.store(master.as_raw_fd(), SeqCst);
        EVENT.store(event.as_raw_fd(), SeqCst);
        Some(Self(()))
    }

    /// Counts interrupts that were typed, which are no signals to this process.
    #[allow(clippy::unused_self, reason = "only the attached terminal may")]
    pub(crate) fn count_interrupts(&self, count: u32) {
        interrupts::add(count);
    }

    /// Lets go of the descriptors: no handler uses them once this returns. Safe to call again.
    #[allow(clippy::unused_self, reason = "only the attached terminal may")]
    pub(crate) fn detach(&self) {
        MASTER.store(NONE, SeqCst);
        EVENT.store(NONE, SeqCst);
        wait_for_handlers();
    }
}

impl Drop for AttachedTerminal {
    fn drop(&mut self) {
        self.detach();
        ATTACHED.store(false, SeqCst);
    }
}

pub(super) fn is_attached() -> bool {
    ATTACHED.load(SeqCst)
}

/// Wakes the thread that carries the terminal's input. `false` when there is none.
pub(super) fn wake() -> bool {
    let event = borrow(&EVENT);
    if let Some(event) = event {
        Event::set(event);
    }
    event.is_some()
}

/// Leaves a request to the thread that carries the terminal's input. `false` when there is none.
pub(super) fn request(event: JobEvent) -> bool {
    if borrow(&EVENT).is_none() {
        return false;
    }
    job::apply(event);
    wake()
}

/// Does to the group in the foreground what the key would have done. `false` where no key does.
pub(super) fn press(signal: c_int) -> bool {
    let Some(master) = borrow(&MASTER) else {
        return false;
    };
    // SAFETY: TIOCSIG takes a number, touches no memory and is a plain system call.
    matches!(signal, libc::SIGINT | libc::SIGQUIT)
        && unsafe { libc::ioctl(master.as_raw_fd(), libc::TIOCSIG, signal) == 0 }
}

/// For handlers, and only as long as they run.
fn borrow(slot: &AtomicI32) -> Option<BorrowedFd<'_>> {
    let fd = slot.load(SeqCst);
    // SAFETY: the descriptor stays open until it was detached, which waits for all handlers.
    (fd != NONE).then(|| unsafe { BorrowedFd::borrow_raw(fd) })
}
