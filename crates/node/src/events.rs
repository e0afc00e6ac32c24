//! Calls into JavaScript from other threads, for what happens seldom and matters at once.

use napi::Status;
use napi::bindgen_prelude::{Function, JsValuesTupleIntoVec};
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
