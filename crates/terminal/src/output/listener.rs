//! Listeners on the command's output.

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

/// Gets the command's output, chunk by chunk, in order for each stream. It is called on the thread
/// that carries the bytes: a slow listener holds up the command.
pub type OutputListener = Box<dyn FnMut(Stream, &[u8]) + Send>;

/// One listener for both streams. One that panics is not called again; the output flows on.
#[derive(Clone)]
pub(crate) struct SharedListener(Arc<Mutex<Option<OutputListener>>>);

impl SharedListener {
    pub(crate) fn new(listener: Option<OutputListener>) -> Self {
        Self(Arc::new(Mutex::new(listener)))
    }

    /// `false` when the listener panics.
    pub(crate) fn notify(&self, stream: Stream, bytes: &[u8]) -> bool {
        let mut shared = lock(&self.0);
        let Some(listener) = shared.as_mut() else {
            return true;
        };
        // A state that the panic left half-changed is dropped with it.
        let result = catch_unwind(AssertUnwindSafe(|| listener(stream, bytes)));
        if result.is_err() {
            *shared = None;
        }
        result.is_ok()
    }
}

impl std::fmt::Debug for SharedListener {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SharedListener")
    }
}
