//! The window that a command's output goes through is as large as this process's terminal.

use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};

use rustix::process::{Signal, kill_process_group};
use rustix::stdio::stdout;
use rustix::termios::{tcgetpgrp, tcgetwinsize, tcsetwinsize};

use super::handler::wait_for_handlers;

const NONE: i32 = -1;
/// A process has one set of signal handlers, so there is one of these.
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

/// Makes the window as large as the terminal. The kernel has signalled the foreground group; it is
/// signalled once more, for processes that asked the window too early.
///
/// Nothing but system calls, for handlers.
pub(crate) fn follow_now() {
    let window = WINDOW.load(SeqCst);
    if window == NONE {
        return;
    }
    // SAFETY: the window stays open until it was taken out of WINDOW, no handler runs and the
    // painter has ended.
    let window = unsafe { BorrowedFd::borrow_raw(window) };
    let (Ok(wanted), Ok(current)) = (tcgetwinsize(stdout()), tcgetwinsize(window)) else {
        return;
    };
    if (wanted.ws_row, wanted.ws_col) == (current.ws_row, current.ws_col) {
        return;
    }
    if tcsetwinsize(window, wanted).is_ok()
        && let Ok(group) = tcgetpgrp(stdout())
    {
        let _ = kill_process_group(group, Signal::WINCH);
    }
}
