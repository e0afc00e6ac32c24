//! A run, as JavaScript holds it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use memtop_proc::KillFailure;
use memtop_spawn::{Command, End, GroupRecord, Options, Outcome, Reason, Run, Stopped, Traced};
use napi::Env;
use napi::bindgen_prelude::{Buffer, Either, Object};
use napi_derive::napi;

use crate::deferred::Deferred;
use crate::error::{self, Result};
use crate::options;
use crate::record::{LivingProcessRecord, SamplingRecord, TreeRecord, millis, whole};

/// How long those that are told to end may take, when nothing else is asked for.
const GRACE: Duration = Duration::from_secs(5);

/// What to run and how.
#[napi(object, object_to_js = false)]
pub struct RunOptions {
    /// The program and its arguments; bytes where an argument is not UTF-8.
    pub command: Vec<Either<String, Buffer>>,
    pub cwd: Option<String>,
    /// The whole environment; the process's own when absent.
    pub env: Option<HashMap<String, String>>,
    /// The sampler's own choice when absent.
    pub interval_ms: Option<f64>,
    #[napi(ts_type = "'auto' | 'rss' | 'pss'")]
    pub metric: Option<String>,
    #[napi(ts_type = "'auto' | 'on' | 'off'")]
    pub cgroup: Option<String>,
    #[napi(ts_type = "'auto' | 'on' | 'off'")]
    pub trace: Option<String>,
    /// When the run is ended if it has not ended by then.
    pub timeout_ms: Option<f64>,
    /// How long those that are told to end may take.
    pub grace_ms: Option<f64>,
    /// What becomes of those that outlive the command.
    #[napi(ts_type = "'leave' | 'wait' | 'kill'")]
    pub survivors: Option<String>,
    /// Whether this process is there for the command alone, and has no other children: signals to
    /// it are handed on, and orphans of the command become its children.
    pub stands_in: bool,
    /// Descriptors that this process has opened for itself. With `standsIn` all others that it was
    /// started with are passed on to the command.
    pub own_descriptors: Vec<i32>,
}

/// What the kernel counted in the group of a run.
#[napi(object, object_from_js = false)]
pub struct GroupEnd {
    pub version: u32,
    pub path: String,
    pub peak_bytes: Option<i64>,
    /// Of processes alone, and of files, at the highest look.
    pub anon_bytes: Option<i64>,
    pub file_bytes: Option<i64>,
    pub oom_kills: Option<i64>,
    pub escaped: i64,
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
    /// What one process had by what the kernel told at the end, where no sample says as much.
    pub missed_bytes: Option<i64>,
    /// What the true peak cannot have been higher than.
    pub ceiling_bytes: Option<i64>,
    pub group: Option<GroupEnd>,
    /// Why there is no group.
    pub no_group_because: Option<String>,
    /// How the run was traced.
    pub traced: Option<TracedEnd>,
    /// Why it was not.
    pub untraced_because: Option<String>,
    /// Those that outlived the command.
    pub survivors: Vec<LivingProcessRecord>,
    /// That the run was ended, and by what.
    pub stopped: Option<StoppedEnd>,
    pub remarks: Vec<String>,
}

/// How a run was traced.
#[napi(object, object_from_js = false)]
pub struct TracedEnd {
    pub stops: i64,
    /// Processes that were let go.
    pub released: i64,
}

/// A run that was ended.
#[napi(object, object_from_js = false)]
pub struct StoppedEnd {
    #[napi(ts_type = "'timeout' | 'request'")]
    pub reason: String,
    /// Processes that were ended.
    pub ended: i64,
    pub failed: Vec<LeftProcess>,
    pub took_ms: f64,
}

/// A process that could not be ended.
#[napi(object, object_from_js = false)]
pub struct LeftProcess {
    pub pid: u32,
    pub reason: String,
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
            descriptors: Vec::new(),
        };
        let options = Options {
            interval: options::interval(options.interval_ms)?,
            metric: options::metric(options.metric.as_deref())?,
            group: options::group_use(options.cgroup.as_deref())?,
            trace: options::trace_use(options.trace.as_deref())?,
            timeout: options::duration(options.timeout_ms)?,
            grace: options::duration(options.grace_ms)?.unwrap_or(GRACE),
            survivors: options::survivors_use(options.survivors.as_deref())?,
            stands_in: options.stands_in,
            own_descriptors: options.own_descriptors,
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

impl From<Outcome> for RunEnd {
    fn from(outcome: Outcome) -> Self {
        let (code, signal) = match outcome.end {
            Some(End::Exited(code)) => (Some(code), None),
            Some(End::Signaled(signal)) => (None, Some(signal)),
            None => (None, None),
        };
        let (traced, untraced_because) = match outcome.trace {
            Ok(traced) => (Some(traced.into()), None),
            Err(reason) => (None, Some(reason)),
        };
        let (sampling, tree, unmeasured_because) = match outcome.record {
            Ok(record) => (Some((&record).into()), Some(record.task.into()), None),
            Err(reason) => (None, None, Some(reason)),
        };
        let (group, no_group_because) = match outcome.group {
            Ok(group) => (Some(group.into()), None),
            Err(reason) => (None, Some(reason)),
        };
        Self {
            missed_bytes: outcome.missed_bytes.map(whole),
            ceiling_bytes: outcome.ceiling_bytes.ok().map(whole),
            group,
            no_group_because,
            traced,
            untraced_because,
            survivors: outcome.survivors.into_iter().map(Into::into).collect(),
            stopped: outcome.stopped.map(Into::into),
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

impl From<GroupRecord> for GroupEnd {
    fn from(group: GroupRecord) -> Self {
        Self {
            version: group.version,
            path: group.path.to_string_lossy().into_owned(),
            peak_bytes: group.peak_bytes.map(whole),
            anon_bytes: group.at_highest_look.map(|look| whole(look.anon)),
            file_bytes: group.at_highest_look.map(|look| whole(look.file)),
            oom_kills: group.oom_kills.map(whole),
            escaped: whole(group.escaped),
        }
    }
}

impl From<Traced> for TracedEnd {
    fn from(traced: Traced) -> Self {
        Self {
            stops: whole(traced.stops),
            released: whole(traced.released),
        }
    }
}

impl From<Stopped> for StoppedEnd {
    fn from(stopped: Stopped) -> Self {
        let failed = stopped.failed.into_iter();
        Self {
            reason: match stopped.reason {
                Reason::Timeout => "timeout",
                Reason::Request => "request",
            }
            .to_owned(),
            ended: whole(stopped.ended),
            failed: failed
                .map(|KillFailure { pid, reason }| LeftProcess { pid, reason })
                .collect(),
            took_ms: millis(stopped.took),
        }
    }
}
