//! A run, as JavaScript holds it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use memtop_proc::KillFailure;
use memtop_spawn::streams::{Remote, Stream, StreamsUse, Tap, View};
use memtop_spawn::{
    Command, End, GroupRecord, GuardRecord, Options, OutOfMemory, Outcome, Place, Reason, Run,
    Size, Stopped, Traced,
};
use napi::Env;
use napi::bindgen_prelude::{Buffer, Either, FnArgs, Function, Object};
use napi_derive::napi;

use crate::alarm::AlarmRecord;
use crate::deferred::Deferred;
use crate::error::{self, Code, Result};
use crate::events::{Listener, Reader};
use crate::found::{FoundRecord, FoundTaskState, Places, tree_and_found};
use crate::options;
use crate::record::{LivingProcessRecord, SamplingRecord, TreeRecord, millis, whole};
use crate::session::SessionOptions;
use crate::snapshot::SnapshotRecord;

/// How long those that are told to end may take, when nothing else is asked for.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// What to run and how.
#[napi(object, object_to_js = false)]
pub struct RunOptions {
    pub command: CommandOptions,
    pub session: SessionOptions,
    /// A file that is there, which gets a row of CSV for each sample: milliseconds, and bytes.
    pub samples_file: Option<String>,
}

/// A command, alone or one of several.
#[napi(object, object_to_js = false)]
pub struct CommandOptions {
    /// The program and its arguments; bytes where an argument is not UTF-8.
    pub command: Vec<Either<String, Buffer>>,
    pub cwd: Option<String>,
    /// The whole environment; the process's own when absent.
    pub env: Option<HashMap<String, String>>,
    /// What the command's standard streams are: this process's own; pipes, from which this process
    /// gets every byte as well or not; a terminal of its own.
    /// With `view` they are this process's own, with lines of this process below its output where
    /// that goes to the controlling terminal and this process is in front there.
    /// With `remote` it is one that only this process shows and types into.
    #[napi(ts_type = "'inherit' | 'tee' | 'pipe' | 'terminal' | 'view' | 'remote'")]
    pub streams: Option<String>,
    /// How large a terminal of the command's own is; as this process's when absent.
    pub size: Option<ViewSize>,
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
    pub found: Option<FoundRecord>,
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

/// How large a terminal is.
#[napi(object)]
#[derive(Clone, Copy)]
pub struct ViewSize {
    pub rows: u32,
    pub columns: u32,
}

impl ViewSize {
    fn of_terminal(self) -> (u16, u16) {
        let number = |count| u16::try_from(count).unwrap_or(u16::MAX);
        (number(self.rows), number(self.columns))
    }
}

/// A command that has been started and is being sampled.
#[napi]
pub struct NativeRun {
    pub(crate) run: Run,
    pub(crate) end: Deferred<RunEnd>,
    pub(crate) seen: Seen,
}

/// What of the command's terminal is in the hands of this process.
#[derive(Default)]
pub(crate) struct Seen {
    view: Option<Arc<View>>,
    remote: Option<Arc<Remote>>,
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
        let CommandOptions { streams, size, .. } = &options.command;
        let (streams, seen) = self::streams(streams.as_deref(), *size, on_output)?;
        let command = command(options.command);
        let options = Options {
            streams,
            samples_file: options.samples_file.map(Into::into),
            ..options.session.checked()?
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
        Ok(Self { run, end, seen })
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

    /// How the tasks are that were found in it.
    #[napi]
    #[must_use]
    pub fn tasks(&self) -> Vec<FoundTaskState> {
        self.run.tasks().into_iter().map(Into::into).collect()
    }

    /// How it is; nothing when the run is over or not measured.
    #[napi]
    #[must_use]
    pub fn snapshot(&self) -> Option<SnapshotRecord> {
        let snapshot = self.run.snapshot()?;
        Some(SnapshotRecord {
            limit_bytes: self.run.limit_bytes().map(whole),
            ..snapshot.into()
        })
    }

    /// Shows these lines below the command's output, where they can be.
    #[napi]
    pub fn show(&self, lines: Vec<String>) {
        if let Some(view) = &self.seen.view {
            view.show(lines);
        }
    }

    /// How large the terminal is below which they are shown; nothing where none are, or not any
    /// more.
    #[napi]
    #[must_use]
    pub fn view_size(&self) -> Option<ViewSize> {
        let view = self.seen.view.as_ref().filter(|view| view.is_drawn())?;
        let (rows, columns) = view.size()?;
        Some(ViewSize {
            rows: u32::from(rows),
            columns: u32::from(columns),
        })
    }

    /// Says something between the lines of the command. `false` where nothing can be shown: nothing
    /// was said then.
    #[napi]
    #[must_use]
    pub fn say(&self, text: String) -> bool {
        let Some(view) = self.seen.view.as_ref().filter(|view| view.is_drawn()) else {
            return false;
        };
        view.say(text);
        true
    }

    /// Types into the command's terminal, where that is this process's alone.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    pub fn type_in(&self, bytes: Buffer) {
        if let Some(remote) = &self.seen.remote {
            remote.type_in(&bytes);
        }
    }

    /// Makes that terminal so large.
    #[napi]
    pub fn resize(&self, size: ViewSize) {
        if let Some(remote) = &self.seen.remote {
            let (rows, columns) = size.of_terminal();
            remote.resize(rows, columns);
        }
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

pub(crate) fn command(options: CommandOptions) -> Command {
    let environment = options.env.map(|env| {
        let variables = env.into_iter();
        variables
            .map(|(name, value)| (name.into(), value.into()))
            .collect()
    });
    Command {
        arguments: options.command.into_iter().map(argument).collect(),
        cwd: options.cwd.map(Into::into),
        environment,
        descriptors: Vec::new(),
    }
}

/// What is shown below the output goes with the streams that have such a thing.
pub(crate) fn streams(
    name: Option<&str>,
    size: Option<ViewSize>,
    reader: Option<Reader>,
) -> Result<(StreamsUse, Seen)> {
    let tap = reader.map(|reader| -> Tap {
        Box::new(move |stream, bytes| {
            let name = match stream {
                Stream::Stdout => "stdout",
                Stream::Stderr => "stderr",
            };
            reader.give(name, bytes);
        })
    });
    let terminal = |tap, seen: &Seen| StreamsUse::Terminal {
        tap,
        size: size.map(ViewSize::of_terminal),
        remote: seen.remote.clone(),
    };
    let nothing = Seen::default();
    match name {
        None | Some("inherit") => Ok((StreamsUse::Inherited, nothing)),
        Some("tee") => Ok((StreamsUse::Piped { tee: true, tap }, nothing)),
        Some("pipe") => Ok((StreamsUse::Piped { tee: false, tap }, nothing)),
        Some("terminal") => Ok((terminal(tap, &nothing), nothing)),
        Some("view") => {
            let view = View::new().map_err(|error| Code::System.error(error.to_string()))?;
            let view = Arc::new(view);
            let seen = Seen {
                view: Some(Arc::clone(&view)),
                remote: None,
            };
            Ok((StreamsUse::Window { tap, view }, seen))
        }
        Some("remote") => {
            let seen = Seen {
                view: None,
                remote: Some(Arc::default()),
            };
            Ok((terminal(tap, &seen), seen))
        }
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
            Ok(record) => (Some((&record).into()), Some(tree_and_found(record)), None),
            Err(reason) => (None, None, Some(reason)),
        };
        let (tree, found) = tree.unzip();
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
            survivors: outcome
                .survivors
                .iter()
                .map(|survivor| LivingProcessRecord::of(survivor, &Places::default()))
                .collect(),
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
            found,
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
