//! Somebody who looks at what the command writes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use memtop_proc::lock;

/// Which of the command's streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output, and all output of a terminal.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Stream {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }
}

/// Gets what the command writes, piece by piece, in order for each stream. It is called on the
/// thread that carries the bytes: what takes long here holds up the command.
pub type Tap = Box<dyn FnMut(Stream, &[u8]) + Send>;

/// One tap for both streams. One that panics is not called again, and the bytes flow on.
#[derive(Clone)]
pub(crate) struct SharedTap(Arc<Mutex<Option<Tap>>>);

impl SharedTap {
    pub(crate) fn new(tap: Option<Tap>) -> Self {
        Self(Arc::new(Mutex::new(tap)))
    }

    /// `false` when the tap has failed just now.
    pub(crate) fn see(&self, stream: Stream, bytes: &[u8]) -> bool {
        // The tap is only ever replaced whole.
        let mut shared = lock(&self.0);
        let Some(tap) = shared.as_mut() else {
            return true;
        };
        // Whatever state it was left in is dropped with it.
        let seen = catch_unwind(AssertUnwindSafe(|| tap(stream, bytes)));
        if seen.is_err() {
            *shared = None;
        }
        seen.is_ok()
    }
}

impl std::fmt::Debug for SharedTap {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SharedTap")
    }
}
