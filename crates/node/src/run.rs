//! A run, as JavaScript holds it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use memtop_proc::KillFailure;
use memtop_spawn::streams::{Stream, StreamsUse, Tap};
use memtop_spawn::{
    Command, End, GroupRecord, GuardOptions, GuardRecord, Options, OutOfMemory, Outcome, Place,
    Reason, Run, Size, Stopped, Traced,
};
use napi::Env;
use napi::bindgen_prelude::{Buffer, Either, FnArgs, Function, Object};
use napi_derive::napi;

use crate::alarm::AlarmRecord;
use crate::deferred::Deferred;
use crate::error::{self, Code, Result};
use crate::events::{Listener, Reader};
use crate::options;
use crate::record::{LivingProcessRecord, SamplingRecord, TreeRecord, millis, whole};
use crate::snapshot::SnapshotRecord;

/// How long those that are told to end may take, when nothing else is asked for.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

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
    /// What ends the run for its memory: false for nothing.
    pub guard: Option<bool>,
    pub warn: Option<SizeOption>,
    pub limit: Option<SizeOption>,
    /// What the command's standard streams are: this process's own; pipes, from which this process
    /// gets every byte as well or not; a terminal of its own.
    #[napi(ts_type = "'inherit' | 'tee' | 'pipe' | 'terminal'")]
    pub streams: Option<String>,
    /// Whether this process is there for the command alone, and has no other children: signals to
    /// it are handed on, and orphans of the command become its children.
    pub stands_in: bool,
    /// Descriptors that this process has opened for itself. With `standsIn` all others that it was
    /// started with are passed on to the command.
    pub own_descriptors: Vec<i32>,
}

/// An amount of memory: one of the two.
#[napi(object, object_to_js = false)]
pub struct SizeOption {
    pub bytes: Option<i64>,
    /// Of what the run can have.
    pub percent: Option<f64>,
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
    /// How the run was guarded.
    pub guard: Option<GuardEnd>,
    pub out_of_memory: Option<OutOfMemoryEnd>,
    /// The command while it ran.
    pub process: Option<ProcessIdentity>,
    /// That the run was ended, and by what.
    pub stopped: Option<StoppedEnd>,
    /// Pieces of output that were given to who reads it. They may be heard of after the end.
    pub pieces: i64,
    pub remarks: Vec<String>,
}

/// How a run was traced.
#[napi(object, object_from_js = false)]
pub struct TracedEnd {
    pub stops: i64,
    /// Processes that were let go.
    pub released: i64,
}

/// A process and its start time, in clock ticks since the machine's start.
#[napi(object, object_from_js = false)]
pub struct ProcessIdentity {
    pub pid: u32,
    pub start_ticks: i64,
}

/// How a run was guarded.
#[napi(object, object_from_js = false)]
pub struct GuardEnd {
    pub warned: bool,
    pub warn_bytes: Option<i64>,
    pub limit_bytes: Option<i64>,
    /// What the run was ended for.
    pub alarm: Option<AlarmRecord>,
}

/// Memory had run out.
#[napi(object, object_from_js = false)]
pub struct OutOfMemoryEnd {
    #[napi(ts_type = "'kernel' | 'heap'")]
    pub kind: String,
    #[napi(ts_type = "'group' | 'machine' | 'enclosing-group' | 'v8'")]
    pub by: String,
    pub group: Option<String>,
    pub limit_bytes: Option<i64>,
    pub heap_limit_bytes: Option<i64>,
    pub victim: Option<VictimRecord>,
    pub is_exact: bool,
}

/// A process that was ended for want of memory.
#[napi(object, object_from_js = false)]
pub struct VictimRecord {
    pub pid: u32,
    pub name: String,
    pub command: Vec<String>,
    pub bytes: Option<i64>,
}

/// A run that was ended.
#[napi(object, object_from_js = false)]
pub struct StoppedEnd {
    #[napi(ts_type = "'timeout' | 'request' | 'guard'")]
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
    run: Run,
    end: Deferred<RunEnd>,
}

#[napi]
impl NativeRun {
    /// # Errors
    /// When the command cannot be started.
    // Node-API makes a function of its own for each call.
    #[allow(clippy::needless_pass_by_value)]
    #[napi(constructor)]
    pub fn new(
        options: RunOptions,
        on_alarm: Function<'_, FnArgs<(AlarmRecord,)>, ()>,
        on_output: Option<Function<'_, FnArgs<(String, Buffer)>, ()>>,
    ) -> Result<Self> {
        let on_alarm = Listener::new(&on_alarm)?;
        let on_output = on_output.as_ref().map(Reader::new).transpose()?;
        let given = on_output.as_ref().map(Reader::given).unwrap_or_default();
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
            guard: GuardOptions {
                is_on: options.guard.unwrap_or(true),
                warn: options.warn.as_ref().and_then(size),
                limit: options.limit.as_ref().and_then(size),
            },
            streams: streams(options.streams.as_deref(), on_output)?,
            own_death_signal: memtop_spawn::own_death_signal().filter(|_| options.stands_in),
            stands_in: options.stands_in,
            own_descriptors: options.own_descriptors,
        };
        let end = Deferred::new();
        let delivery = end.clone();
        let run = Run::start(
            command,
            options,
            move |alarm| on_alarm.tell((alarm.into(),).into()),
            move |outcome| {
                delivery.deliver(RunEnd {
                    pieces: whole(given.load(Ordering::Relaxed)),
                    ..outcome.into()
                });
            },
        )
        .map_err(|error| error::of_spawn(&error))?;
        Ok(Self { run, end })
    }

    #[napi(getter)]
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.run.pid()
    }

    /// Ends the whole run; everybody may take so long to end by themselves. Safe to call again.
    ///
    /// # Errors
    /// When the time is none.
    #[napi]
    pub fn stop(&self, grace_ms: Option<f64>) -> Result<()> {
        self.run.stop(options::duration(grace_ms)?);
        Ok(())
    }

    /// How it is; nothing when the run is over or not measured.
    #[napi]
    #[must_use]
    pub fn snapshot(&self) -> Option<SnapshotRecord> {
        self.run.snapshot().map(Into::into)
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

fn streams(name: Option<&str>, reader: Option<Reader>) -> Result<StreamsUse> {
    let tap = reader.map(|reader| -> Tap {
        Box::new(move |stream, bytes| {
            let name = match stream {
                Stream::Stdout => "stdout",
                Stream::Stderr => "stderr",
            };
            reader.give(name, bytes);
        })
    });
    match name {
        None | Some("inherit") => Ok(StreamsUse::Inherited),
        Some("tee") => Ok(StreamsUse::Piped { tee: true, tap }),
        Some("pipe") => Ok(StreamsUse::Piped { tee: false, tap }),
        Some("terminal") => Ok(StreamsUse::Terminal { tap, size: None }),
        Some(other) => Err(Code::InvalidOption.error(format!("{other} are no streams"))),
    }
}

pub(crate) fn size(size: &SizeOption) -> Option<Size> {
    let bytes = size.bytes.and_then(|bytes| u64::try_from(bytes).ok());
    bytes
        .map(Size::Bytes)
        .or_else(|| size.percent.map(Size::Percent))
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
            guard: outcome.guard.map(Into::into),
            out_of_memory: outcome.out_of_memory.map(Into::into),
            process: outcome.process.map(|process| ProcessIdentity {
                pid: process.pid,
                start_ticks: whole(process.started),
            }),
            stopped: outcome.stopped.map(Into::into),
            code,
            signal,
            duration_ms: millis(outcome.duration),
            tree,
            sampling,
            unmeasured_because,
            pieces: 0,
            remarks: outcome.remarks,
        }
    }
}

impl From<GuardRecord> for GuardEnd {
    fn from(guard: GuardRecord) -> Self {
        Self {
            warned: guard.warned,
            warn_bytes: guard.thresholds.warn_bytes.map(whole),
            limit_bytes: guard.thresholds.limit_bytes.map(whole),
            alarm: guard.alarm.as_ref().map(Into::into),
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
                Reason::Guard => "guard",
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

impl From<OutOfMemory> for OutOfMemoryEnd {
    fn from(oom: OutOfMemory) -> Self {
        let (kind, by, group, limit, heap_limit) = match oom.place {
            Place::Group {
                is_own,
                path,
                limit_bytes,
            } => {
                let by = if is_own { "group" } else { "enclosing-group" };
                let path = path.to_string_lossy().into_owned();
                ("kernel", by, Some(path), limit_bytes, None)
            }
            Place::Machine => ("kernel", "machine", None, None, None),
            Place::Heap { limit_bytes } => ("heap", "v8", None, None, Some(limit_bytes)),
        };
        Self {
            kind: kind.to_owned(),
            by: by.to_owned(),
            group,
            limit_bytes: limit.map(whole),
            heap_limit_bytes: heap_limit.map(whole),
            victim: oom.victim.map(|victim| VictimRecord {
                pid: victim.pid,
                name: victim.name,
                command: victim.command,
                bytes: victim.bytes.map(whole),
            }),
            is_exact: oom.is_exact,
        }
    }
}
