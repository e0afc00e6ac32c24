//! A value that a thread delivers once and JavaScript awaits, in any order.

use std::sync::{Arc, Mutex};

use memtop_proc::lock;
use napi::bindgen_prelude::{Object, ToNapiValue};
use napi::{Env, JsDeferred};

type Resolver<T> = Box<dyn FnOnce(Env) -> napi::Result<T>>;

enum State<T: ToNapiValue + 'static> {
    Open,
    Awaited(JsDeferred<T, Resolver<T>>),
    Delivered(T),
    Taken,
}

/// Shared by the thread that delivers the value and the promise.
pub(crate) struct Deferred<T: ToNapiValue + 'static>(Arc<Mutex<State<T>>>);

impl<T: ToNapiValue + 'static> Clone for Deferred<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ToNapiValue + Send + 'static> Deferred<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State::Open)))
    }

    pub(crate) fn deliver(&self, value: T) {
        let mut state = lock(&self.0);
        match std::mem::replace(&mut *state, State::Taken) {
            State::Awaited(deferred) => deferred.resolve(Box::new(move |_| Ok(value))),
            _ => *state = State::Delivered(value),
        }
    }

    /// A promise of the value. Can only be called once.
    pub(crate) fn promise<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let mut state = lock(&self.0);
        let (deferred, promise) = env.create_deferred::<T, Resolver<T>>()?;
        *state = match std::mem::replace(&mut *state, State::Taken) {
            State::Open => State::Awaited(deferred),
            State::Delivered(value) => {
                deferred.resolve(Box::new(move |_| Ok(value)));
                State::Taken
            }
            State::Awaited(first) => {
                *state = State::Awaited(first);
                return Err(napi::Error::from_reason("the end is awaited already"));
            }
            State::Taken => return Err(napi::Error::from_reason("the end was awaited already")),
        };
        Ok(promise)
    }
}
