//! Calls JavaScript listeners and readers from other threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use napi::Status;
use napi::bindgen_prelude::{Buffer, FnArgs, Function, JsValuesTupleIntoVec};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

use crate::error::{Code, Result};

/// A listener in JavaScript. Does not keep the event loop alive.
pub(crate) struct Listener<T: 'static + JsValuesTupleIntoVec>(
    ThreadsafeFunction<T, (), T, Status, false, true>,
);

impl<T: 'static + Send + JsValuesTupleIntoVec> Listener<T> {
    pub(crate) fn new(function: &Function<'_, T, ()>) -> Result<Self> {
        let function = function.build_threadsafe_function().weak::<true>().build();
        function
            .map(Self)
            .map_err(|error| Code::System.error(error.reason))
    }

    /// Calls the listener without waiting. Does nothing once JavaScript has ended.
    pub(crate) fn call(&self, event: T) {
        self.0.call(event, ThreadsafeFunctionCallMode::NonBlocking);
    }
}

type Piece = FnArgs<(String, Buffer)>;

/// The most queued pieces. A full queue blocks the sender.
const MAX_PIECES: usize = 64;

/// A reader of output in JavaScript. A slow reader blocks the command, as with any pipe.
pub(crate) struct Reader {
    function: ThreadsafeFunction<Piece, (), Piece, Status, false, true, MAX_PIECES>,
    sent: Arc<AtomicU64>,
}

impl Reader {
    pub(crate) fn new(function: &Function<'_, Piece, ()>) -> Result<Self> {
        let function = function
            .build_threadsafe_function()
            .weak::<true>()
            .max_queue_size::<MAX_PIECES>()
            .build();
        let function = function.map_err(|error| Code::System.error(error.reason))?;
        Ok(Self {
            function,
            sent: Arc::default(),
        })
    }

    /// The number of pieces sent so far.
    pub(crate) fn count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.sent)
    }

    /// Sends a piece, and waits while the queue is full.
    pub(crate) fn send(&self, stream: &str, bytes: &[u8]) {
        let piece = (stream.to_owned(), Buffer::from(bytes));
        let mode = ThreadsafeFunctionCallMode::Blocking;
        if self.function.call(piece.into(), mode) == Status::Ok {
            self.sent.fetch_add(1, Ordering::Relaxed);
        }
    }
}
