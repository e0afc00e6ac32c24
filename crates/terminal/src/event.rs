//! A flag that one thread sets and others poll for.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{EventfdFlags, eventfd};

/// Readable while it is set.
#[derive(Debug)]
pub(crate) struct Event(OwnedFd);

impl Event {
    pub(crate) fn new() -> io::Result<Self> {
        let fd = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self(fd))
    }

    /// Nothing but a system call, for signal handlers.
    pub(crate) fn set(event: impl AsFd) {
        // It fails only where the counter is full, and then the event is set.
        let _ = rustix::io::write(event, &1_u64.to_ne_bytes());
    }

    /// To be called before the state that the event announces is read, so that no change is missed.
    pub(crate) fn clear(&self) {
        // It fails when the event is not set.
        let _ = rustix::io::read(&self.0, &mut [0; 8]);
    }
}

impl AsFd for Event {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
