//! Queries that run on a thread of Node's pool, without blocking JavaScript.

use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi::{Env, JsError, Task};

use crate::error::Code;

type Answer<T> = Result<T, napi::Error<Code>>;
type Ask<T> = Box<dyn FnOnce() -> Answer<T> + Send>;

/// One query.
pub struct Query<T>(Option<Ask<T>>);

impl<T: ToNapiValue + TypeName + Send + 'static> Query<T> {
    pub(crate) fn ask(ask: impl FnOnce() -> Answer<T> + Send + 'static) -> AsyncTask<Self> {
        AsyncTask::new(Self(Some(Box::new(ask))))
    }
}

impl<T: ToNapiValue + TypeName + Send + 'static> Task for Query<T> {
    type Output = Answer<T>;
    type JsValue = T;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        match self.0.take() {
            Some(ask) => Ok(ask()),
            None => Err(napi::Error::from_reason("it was asked already")),
        }
    }

    /// An error of [`Self::compute`] could not carry a code of memtop's own.
    fn resolve(&mut self, env: Env, output: Self::Output) -> napi::Result<T> {
        output.map_err(|error| napi::Error::from(JsError::from(error).into_unknown(env)))
    }
}
