//! A command on a terminal of its own, in a session of its own: what the kernel sends to this
//! process's group does not reach it.

use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::SeqCst};

use libc::c_int;

use super::{INTERRUPTS, wait_for_handlers};

/// There is one set of signal handlers in a process, so there is one of these.
static ATTACHED: AtomicBool = AtomicBool::new(false);
static MASTER: AtomicI32 = AtomicI32::new(-1);
static EVENT: AtomicI32 = AtomicI32::new(-1);
static SUSPENDED: AtomicBool = AtomicBool::new(false);
static CONTINUED: AtomicBool = AtomicBool::new(false);
/// Whether the command has been stopped from here.
static IS_SUSPENDED: AtomicBool = AtomicBool::new(false);

/// While this lives, signals are taken for those of a command with a terminal of its own.
#[derive(Debug)]
pub(crate) struct OwnTerminal(());

/// What signals have asked for.
#[derive(Debug)]
pub(crate) struct News {
    /// The command is to be suspended.
    pub(crate) suspended: bool,
    /// This process has been continued.
    pub(crate) continued: bool,
}

impl OwnTerminal {
    /// Becomes the one that `event` tells of news. Both descriptors must stay open until
    /// [`Self::detach`]. `None` when another run in this process is that.
    pub(crate) fn attach(master: BorrowedFd<'_>, event: BorrowedFd<'_>) -> Option<Self> {
        if ATTACHED.swap(true, SeqCst) {
            return None;
        }
        SUSPENDED.store(false, SeqCst);
        CONTINUED.store(false, SeqCst);
        IS_SUSPENDED.store(false, SeqCst);
        MASTER.store(master.as_raw_fd(), SeqCst);
        EVENT.store(event.as_raw_fd(), SeqCst);
        Some(Self(()))
    }

    #[allow(clippy::unused_self, reason = "only who is attached may take the news")]
    pub(crate) fn news(&self) -> News {
        News {
            suspended: SUSPENDED.swap(false, SeqCst),
            continued: CONTINUED.swap(false, SeqCst),
        }
    }

    /// Notes that the command is being stopped from here, or has been continued.
    #[allow(clippy::unused_self, reason = "only who is attached may note it")]
    pub(crate) fn set_suspended(&self, is_suspended: bool) {
        IS_SUSPENDED.store(is_suspended, SeqCst);
    }

    /// Counts interrupts that were typed, which are no signals to this process.
    #[allow(clippy::unused_self, reason = "only who is attached may count")]
    pub(crate) fn count_interrupts(&self, count: u32) {
        INTERRUPTS.fetch_add(count, SeqCst);
    }

    /// Lets go of the descriptors; no handler uses them any more when this returns. Safe to call
    /// again.
    #[allow(clippy::unused_self, reason = "only who is attached may let go")]
    pub(crate) fn detach(&self) {
        MASTER.store(-1, SeqCst);
        EVENT.store(-1, SeqCst);
        wait_for_handlers();
    }
}

impl Drop for OwnTerminal {
    fn drop(&mut self) {
        self.detach();
        ATTACHED.store(false, SeqCst);
    }
}

pub(crate) fn is_attached() -> bool {
    ATTACHED.load(SeqCst)
}

/// Whether the command has been stopped from here.
pub(crate) fn is_suspended() -> bool {
    IS_SUSPENDED.load(SeqCst)
}

/// The window of this process's terminal has changed.
pub(crate) fn tell_resized() {
    wake(EVENT.load(SeqCst));
}

/// `false` when nobody is there to be told.
pub(crate) fn tell_suspended() -> bool {
    tell(&SUSPENDED)
}

/// `false` when nobody is there to be told.
pub(crate) fn tell_continued() -> bool {
    tell(&CONTINUED)
}

fn tell(flag: &AtomicBool) -> bool {
    let event = EVENT.load(SeqCst);
    if event >= 0 {
        flag.store(true, SeqCst);
        wake(event);
    }
    event >= 0
}

fn wake(event: RawFd) {
    if event >= 0 {
        let one = 1_u64;
        // SAFETY: write is async-signal-safe and gets a valid buffer. It fails when the event is
        // readable already.
        unsafe { libc::write(event, (&raw const one).cast(), size_of::<u64>()) };
    }
}

/// Does to the group in the foreground what the key would have done. `false` when that cannot be.
pub(crate) fn press(signal: c_int) -> bool {
    let master = MASTER.load(SeqCst);
    // SAFETY: TIOCSIG takes a number, touches no memory and is a plain system call.
    matches!(signal, libc::SIGINT | libc::SIGQUIT)
        && master >= 0
        && unsafe { libc::ioctl(master, libc::TIOCSIG, signal) == 0 }
}
