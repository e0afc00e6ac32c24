//! A run, as JavaScript holds it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use memtop_spawn::{Command, End, Options, Outcome, Run};
use napi::Env;
use napi::bindgen_prelude::{Buffer, Either, Object};
use napi_derive::napi;

use crate::deferred::Deferred;
use crate::error::{self, Code, Result};
use crate::record::{SamplingRecord, TreeRecord, millis};

/// What to run and how.
#[napi(object, object_to_js = false)]
pub struct RunOptions {
    /// The program and its arguments; bytes where an argument is not UTF-8.
    pub command: Vec<Either<String, Buffer>>,
    pub cwd: Option<String>,
    /// The whole environment; the process's own when absent.
    pub env: Option<HashMap<String, String>>,
    pub interval_ms: f64,
    pub forward_signals: bool,
}

/// What is known once the command has ended. Either `code` or `signal` is there.
#[napi(object, object_from_js = false)]
pub struct RunEnd {
    pub code: Option<i32>,
    /// The number of the signal that ended the command.
    pub signal: Option<i32>,
    pub duration_ms: f64,
    pub tree: Option<TreeRecord>,
    pub sampling: Option<SamplingRecord>,
    /// Why there is neither tree nor sampling.
    pub unmeasured_because: Option<String>,
    pub remarks: Vec<String>,
}

/// A command that has been started and is being sampled.
#[napi]
pub struct NativeRun {
    pid: u32,
    end: Deferred<RunEnd>,
}

#[napi]
impl NativeRun {
    /// # Errors
    /// When the command cannot be started.
    #[napi(constructor)]
    pub fn new(options: RunOptions) -> Result<Self> {
        let command = Command {
            arguments: options.command.into_iter().map(argument).collect(),
            cwd: options.cwd.map(Into::into),
            environment: options.env.map(|env| {
                env.into_iter()
                    .map(|(name, value)| (name.into(), value.into()))
                    .collect()
            }),
        };
        let options = Options {
            interval: interval(options.interval_ms)?,
            forward_signals: options.forward_signals,
        };
        let end = Deferred::new();
        let delivery = end.clone();
        let run = Run::start(command, options, move |outcome| {
            delivery.deliver(outcome.into());
        })
        .map_err(|error| error::of_spawn(&error))?;
        Ok(Self {
            pid: run.pid(),
            end,
        })
    }

    #[napi(getter)]
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Resolves when the command has ended. It can be asked for once.
    ///
    /// # Errors
    /// When it has been asked for already.
    #[napi(ts_return_type = "Promise<RunEnd>")]
    pub fn ended<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.end.promise(env)
    }
}

fn argument(argument: Either<String, Buffer>) -> OsString {
    match argument {
        Either::A(text) => text.into(),
        Either::B(bytes) => OsString::from_vec(bytes.to_vec()),
    }
}

pub(crate) fn interval(millis: f64) -> Result<Duration> {
    match Duration::try_from_secs_f64(millis / 1e3) {
        Ok(interval) if !interval.is_zero() => Ok(interval),
        _ => Err(Code::InvalidOption.error(format!("{millis} ms is no interval"))),
    }
}

impl From<Outcome> for RunEnd {
    fn from(outcome: Outcome) -> Self {
        let (code, signal) = match outcome.end {
            End::Exited(code) => (Some(code), None),
            End::Signaled(signal) => (None, Some(signal)),
        };
        let (sampling, tree, unmeasured_because) = match outcome.record {
            Ok(record) => (Some((&record).into()), Some(record.task.into()), None),
            Err(reason) => (None, None, Some(reason)),
        };
        Self {
            code,
            signal,
            duration_ms: millis(outcome.duration),
            tree,
            sampling,
            unmeasured_because,
            remarks: outcome.remarks,
        }
    }
}
