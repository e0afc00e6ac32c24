//! The window that a command's output goes through is as large as this process's terminal.

use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};

use super::wait_for_handlers;

const NONE: i32 = -1;
/// There is one set of signal handlers in a process, so there is one of these.
static WINDOW: AtomicI32 = AtomicI32::new(NONE);

/// While this lives, the window follows this process's standard output.
#[derive(Debug)]
pub(crate) struct WindowSize {
    _window: Arc<OwnedFd>,
}

impl WindowSize {
    /// `None` when another window follows.
    pub(crate) fn follow(window: Arc<OwnedFd>) -> Option<Self> {
        let taken = WINDOW.compare_exchange(NONE, window.as_raw_fd(), SeqCst, SeqCst);
        taken.ok().map(|_| Self { _window: window })
    }
}

impl Drop for WindowSize {
    fn drop(&mut self) {
        WINDOW.store(NONE, SeqCst);
        wait_for_handlers();
    }
}

/// Makes the window as large as the terminal has become. The kernel has told those in front of the
/// terminal already; they are told once more, since they may have asked the window too early.
///
/// Nothing but async-signal-safe calls, for handlers.
pub(crate) fn follow_now() {
    let window = WINDOW.load(SeqCst);
    if window == NONE {
        return;
    }
    let (Some(own), Some(former)) = (size_of(libc::STDOUT_FILENO), size_of(window)) else {
        return;
    };
    if (own.ws_row, own.ws_col) == (former.ws_row, former.ws_col) {
        return;
    }
    // SAFETY: both calls take numbers or a structure that outlives them.
    unsafe {
        let mut group: libc::pid_t = 0;
        if libc::ioctl(window, libc::TIOCSWINSZ, &raw const own) == 0
            && libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGPGRP, &raw mut group) == 0
            && group > 0
        {
            libc::kill(-group, libc::SIGWINCH);
        }
    }
}

fn size_of(terminal: i32) -> Option<libc::winsize> {
    let mut size = MaybeUninit::<libc::winsize>::zeroed();
    // SAFETY: the structure is valid for the call, and a zeroed one is a valid value.
    unsafe {
        let asked = libc::ioctl(terminal, libc::TIOCGWINSZ, size.as_mut_ptr());
        (asked == 0).then(|| size.assume_init())
    }
}
