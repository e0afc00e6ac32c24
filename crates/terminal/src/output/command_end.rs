//! The command's end, announced to the threads that carry its bytes.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::OnceLock;
use std::time::Duration;

use crate::event::Event;

#[derive(Debug)]
pub(crate) struct CommandEnd {
    event: Event,
    idle_timeout: OnceLock<Duration>,
}

impl CommandEnd {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            event: Event::new()?,
            idle_timeout: OnceLock::new(),
        })
    }

    /// Makes the event readable for good. Safe to call again; the first timeout counts.
    pub(crate) fn announce(&self, idle_timeout: Duration) {
        let _ = self.idle_timeout.set(idle_timeout);
        Event::set(&self.event);
    }

    pub(crate) fn is_announced(&self) -> bool {
        self.idle_timeout().is_some()
    }

    /// How long the output may be silent before it is no longer read; `None` while the command
    /// runs.
    pub(crate) fn idle_timeout(&self) -> Option<Duration> {
        self.idle_timeout.get().copied()
    }
}

impl AsFd for CommandEnd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.event.as_fd()
    }
}
