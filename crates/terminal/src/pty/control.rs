//! What the thread that carries input is told by others.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use crate::event::Event;

/// Readable when there is news: from a signal handler, or of the output's end.
#[derive(Debug)]
pub(crate) struct Control {
    event: Event,
    over: AtomicBool,
}

impl Control {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            event: Event::new()?,
            over: AtomicBool::new(false),
        })
    }

    /// The output is over, so nobody can see what is typed.
    pub(crate) fn end(&self) {
        self.over.store(true, SeqCst);
        Event::set(&self.event);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(SeqCst)
    }

    /// To be called before the news are looked at, so that none is missed.
    pub(crate) fn clear(&self) {
        self.event.clear();
    }
}

impl AsFd for Control {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.event.as_fd()
    }
}
