//! Calls into JavaScript from other threads, for what happens seldom and matters at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use napi::Status;
use napi::bindgen_prelude::{Buffer, FnArgs, Function, JsValuesTupleIntoVec};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

use crate::error::{Code, Result};

/// A listener in JavaScript. It does not keep the program alive.
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

    /// Does not wait. Once JavaScript has ended nobody listens.
    pub(crate) fn tell(&self, what: T) {
        self.0.call(what, ThreadsafeFunctionCallMode::NonBlocking);
    }
}

type Piece = FnArgs<(String, Buffer)>;

/// Pieces that JavaScript has not taken yet. With more, whoever brings them waits.
const MOST_PIECES: usize = 64;

/// A reader of output in JavaScript. Who is slow to read holds up the command, as with any pipe.
pub(crate) struct Reader {
    function: ThreadsafeFunction<Piece, (), Piece, Status, false, true, MOST_PIECES>,
    given: Arc<AtomicU64>,
}

impl Reader {
    pub(crate) fn new(function: &Function<'_, Piece, ()>) -> Result<Self> {
        let function = function
            .build_threadsafe_function()
            .weak::<true>()
            .max_queue_size::<MOST_PIECES>()
            .build();
        let function = function.map_err(|error| Code::System.error(error.reason))?;
        Ok(Self {
            function,
            given: Arc::default(),
        })
    }

    /// How many pieces have been given so far.
    pub(crate) fn given(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.given)
    }

    pub(crate) fn give(&self, stream: &str, bytes: &[u8]) {
        let piece = (stream.to_owned(), Buffer::from(bytes));
        let mode = ThreadsafeFunctionCallMode::Blocking;
        if self.function.call(piece.into(), mode) == Status::Ok {
            self.given.fetch_add(1, Ordering::Relaxed);
        }
    }
}
