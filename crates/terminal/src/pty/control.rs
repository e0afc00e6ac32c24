//! What the thread that carries input is told by others.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use rustix::event::{EventfdFlags, eventfd};

/// Readable when there is news: from a signal handler, or of the output's end.
#[derive(Debug)]
pub(crate) struct Control {
    event: OwnedFd,
    over: AtomicBool,
}

impl Control {
    pub(crate) fn new() -> io::Result<Self> {
        let event = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self {
            event,
            over: AtomicBool::new(false),
        })
    }

    /// The output is over, so nobody can see what is typed.
    pub(crate) fn end(&self) {
        self.over.store(true, SeqCst);
        // It fails when it is readable already.
        let _ = rustix::io::write(&self.event, &1_u64.to_ne_bytes());
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(SeqCst)
    }

    /// To be called before the news are looked at, so that none is missed.
    pub(crate) fn clear(&self) {
        // It fails when there is no news.
        let _ = rustix::io::read(&self.event, &mut [0; 8]);
    }
}

impl AsFd for Control {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.event.as_fd()
    }
}
