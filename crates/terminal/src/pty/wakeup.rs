//! Wakes the thread that carries input.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use crate::event::Event;

/// Readable when a signal has left a request, or the output has ended.
#[derive(Debug)]
pub(crate) struct InputWakeup {
    event: Event,
    has_output_ended: AtomicBool,
}

impl InputWakeup {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            event: Event::new()?,
            has_output_ended: AtomicBool::new(false),
        })
    }

    /// Input without output serves no purpose: what is typed would not be shown.
    pub(crate) fn end_output(&self) {
        self.has_output_ended.store(true, SeqCst);
        Event::set(&self.event);
    }

    pub(crate) fn has_output_ended(&self) -> bool {
        self.has_output_ended.load(SeqCst)
    }

    /// To be called before requests are looked for, so that none is missed.
    pub(crate) fn clear(&self) {
        self.event.clear();
    }
}

impl AsFd for InputWakeup {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.event.as_fd()
    }
}
