//! Word of the command's end, for the threads that carry its bytes.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;
use std::time::Duration;

use rustix::event::{EventfdFlags, eventfd};

#[derive(Debug)]
pub(crate) struct End {
    event: OwnedFd,
    patience: OnceLock<Duration>,
}

impl End {
    pub(crate) fn new() -> io::Result<Self> {
        let event = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self {
            event,
            patience: OnceLock::new(),
        })
    }

    /// Makes the event readable for good. Safe to call again; the first patience counts.
    pub(crate) fn announce(&self, patience: Duration) {
        let _ = self.patience.set(patience);
        // The counter of an event descriptor takes more of these than anybody could send.
        let _ = rustix::io::write(&self.event, &1_u64.to_ne_bytes());
    }

    /// How long survivors are listened to; `None` while the command runs.
    pub(crate) fn patience(&self) -> Option<Duration> {
        self.patience.get().copied()
    }
}

impl AsFd for End {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.event.as_fd()
    }
}
