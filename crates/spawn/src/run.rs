//! One command from start to end, with its tree sampled.

use std::os::fd::RawFd;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::Builder;
use std::time::Duration;

use memtop_proc::linux::{LinuxObserver, RunEnded};
use memtop_proc::{KillFailure, ProcessId};
use memtop_sampler::{
    Alarm, Interval, LivingProcess, Metric, NamedState, Record, SamplerThread, SharedRules,
    Snapshot, TaskId, Thresholds,
};

use crate::bundle::Place;
use crate::streams::StreamsUse;
use crate::supervisor::{Message, Supervisor};
use crate::{
    Command, CourseReader, End, GroupRecord, GroupUse, GuardOptions, OutOfMemory, StartError,
    SurvivorsUse, TraceUse,
};

/// How a run is made.
pub struct Options {
    /// The time between samples.
    pub interval: Interval,
    /// What the peak is measured in.
    pub metric: Metric,
    /// Whether the run gets a control group of its own.
    pub group: GroupUse,
    /// Whether every process of the run is traced.
    pub trace: TraceUse,
    /// Whether this process is there for the command alone: signals to it are handed on, and
    /// orphans of the command become its children. It must have no other children then.
    pub stands_in: bool,
    /// The signal that this process gets when its parent dies (`PR_GET_PDEATHSIG`).
    pub own_death_signal: Option<i32>,
    /// Descriptors that this process has opened for itself. With `stands_in` all others that it
    /// was started with are passed on to the command.
    pub own_descriptors: Vec<RawFd>,
    /// When the run is ended if it has not ended by then.
    pub timeout: Option<Duration>,
    /// How long those that are told to end may take.
    pub grace: Duration,
    /// What the command's standard streams are.
    pub streams: StreamsUse,
    /// What becomes of those that outlive the command.
    pub survivors: SurvivorsUse,
    /// What ends the run for its memory.
    pub guard: GuardOptions,
    /// By which its tasks are told apart.
    pub rules: Option<SharedRules>,
    /// A file that is there, which gets a row of CSV for each sample: milliseconds, and bytes.
    pub samples_file: Option<PathBuf>,
}

impl Default for Options {
    /// As for a program that starts a command beside others.
    fn default() -> Self {
        Self {
            interval: Interval::Adaptive,
            metric: Metric::Auto,
            group: GroupUse::Auto,
            trace: TraceUse::Auto,
            stands_in: false,
            own_death_signal: None,
            own_descriptors: Vec::new(),
            timeout: None,
            grace: Duration::from_secs(2),
            streams: StreamsUse::Inherited,
            survivors: SurvivorsUse::Leave,
            guard: GuardOptions::default(),
            rules: None,
            samples_file: None,
        }
    }
}

impl Options {
    /// What the command gets when this process dies: what that one would have got when its own
    /// parent dies, or else, if it stands in for the command, a request to end. What is traced ends
    /// with its tracer.
    pub(crate) fn death_signal(&self, is_traced: bool) -> Option<i32> {
        let asks = self.stands_in && !is_traced;
        self.own_death_signal
            .or_else(|| asks.then_some(libc::SIGTERM))
    }
}

/// What is known once the command has ended.
#[derive(Debug)]
pub struct Outcome {
    /// How the command ended; absent when the kernel did not tell, as when the host process reaps
    /// every child itself.
    pub end: Option<End>,
    /// From just before the start until the end.
    pub duration: Duration,
    /// What was measured, or why nothing was.
    pub record: Result<Record, String>,
    /// What one process had at one time by what the kernel told at the end, where that is more
    /// than any sample says. Without what others could have, too.
    pub missed_bytes: Option<u64>,
    /// What the true peak cannot have been higher than, or why that is unknown.
    pub ceiling_bytes: Result<u64, String>,
    /// What the kernel counted in the group of the run, or why there was none.
    pub group: Result<GroupRecord, String>,
    /// How the run was traced, or why it was not.
    pub trace: Result<Traced, String>,
    /// How the run was guarded; absent when it was not.
    pub guard: Option<GuardRecord>,
    /// That memory had run out, and whose.
    pub out_of_memory: Option<OutOfMemory>,
    /// The command while it ran; absent when it ended at once.
    pub process: Option<ProcessId>,
    /// That the run was ended, and by what.
    pub stopped: Option<Stopped>,
    /// Those that outlived the command.
    pub survivors: Vec<LivingProcess>,
    /// What did not work and did not stop the run, in words.
    pub remarks: Vec<String>,
}

/// How a run was traced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traced {
    /// Stops that were handled.
    pub stops: u64,
    /// Processes that were let go, because they stopped too often or trace others themselves.
    pub released: u64,
}

/// Why a run is ended before the command ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It took too long.
    Timeout,
    /// Whoever runs it has asked for it.
    Request,
    /// It has had more memory than it may.
    Guard,
}

/// How a run was guarded.
#[derive(Clone, Debug)]
pub struct GuardRecord {
    /// What it was allowed.
    pub thresholds: Thresholds,
    /// Whether a word was said.
    pub warned: bool,
    /// What it was ended for.
    pub alarm: Option<Alarm>,
}

/// A run that was ended.
#[derive(Clone, Debug)]
pub struct Stopped {
    /// Why.
    pub reason: Reason,
    /// How many processes were ended.
    pub ended: u64,
    /// Those that are still there, with the reason.
    pub failed: Vec<KillFailure>,
    /// From the order to the end of the last process.
    pub took: Duration,
}

impl Stopped {
    pub(crate) fn of(reason: Reason, ended: RunEnded) -> Self {
        Self {
            reason,
            ended: ended.ended,
            failed: ended.failed,
            took: ended.took,
        }
    }
}

/// What is to be said of an end that could not see everything.
pub(crate) fn blindness_remark(ended: &RunEnded) -> Option<String> {
    let error = ended.blindness.as_ref()?;
    Some(format!("some processes may be left: {error}"))
}

/// A command that is running.
#[derive(Debug)]
pub struct Run {
    pid: u32,
    process: Option<ProcessId>,
    messages: Sender<Message>,
    /// It ends with the run, however long somebody keeps this.
    sampling: Option<(Weak<SamplerThread<LinuxObserver>>, TaskId)>,
    limit_bytes: Option<u64>,
}

impl Run {
    /// Starts a command. `on_alarm` hears of what the guard says, and `on_end` is called once, on a
    /// thread of the run's own.
    ///
    /// # Errors
    /// When the command cannot be started; `on_end` is not called then.
    pub fn start(
        command: Command,
        options: Options,
        on_alarm: impl FnMut(&Alarm) + Send + 'static,
        on_end: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<Self, StartError> {
        Self::start_in(None, command, options, on_alarm, on_end)
    }

    /// The same for a command that may be one of several.
    pub(crate) fn start_in(
        place: Option<Place>,
        command: Command,
        options: Options,
        on_alarm: impl FnMut(&Alarm) + Send + 'static,
        on_end: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<Self, StartError> {
        let (started, start) = channel();
        let (messages, inbox): (_, Receiver<Message>) = channel();
        let own_messages = messages.clone();
        Builder::new()
            .name("memtop-run".to_owned())
            .spawn(move || {
                // The caller waits for this answer and cannot have gone away.
                let on_alarm = Box::new(on_alarm);
                match Supervisor::start(place, command, options, on_alarm, &messages, inbox) {
                    Ok(supervisor) => {
                        let sampling = supervisor.sampling();
                        let sampling =
                            sampling.map(|(sampler, task)| (Arc::downgrade(&sampler), task));
                        let run = Self {
                            pid: supervisor.pid(),
                            process: supervisor.process(),
                            messages: own_messages,
                            sampling,
                            limit_bytes: supervisor.limit_bytes(),
                        };
                        let _ = started.send(Ok(run));
                        on_end(supervisor.until_end());
                    }
                    Err(error) => drop(started.send(Err(error))),
                }
            })?;
        start.recv().unwrap_or_else(|_| {
            let error = std::io::Error::other("the supervising thread has ended");
            Err(StartError::System(error))
        })
    }

    /// The command's pid.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The command, told apart from whoever gets its pid later; `None` when it ended at once.
    #[must_use]
    pub fn process(&self) -> Option<ProcessId> {
        self.process
    }

    /// What it is ended at, where it is guarded by a limit.
    #[must_use]
    pub fn limit_bytes(&self) -> Option<u64> {
        self.limit_bytes
    }

    /// What reads the course while the command runs; `None` when it is not measured.
    #[must_use]
    pub fn course(&self) -> Option<CourseReader> {
        let (sampler, task) = self.sampling.as_ref()?;
        Some(CourseReader::of(Weak::clone(sampler), *task))
    }

    /// Ends the whole run: everybody is told to end, and killed after `grace`; the one of the
    /// options when absent. Safe to call again, and after the end.
    pub fn stop(&self, grace: Option<Duration>) {
        // After the end nobody reads it.
        let _ = self.messages.send(Message::Stop { grace });
    }

    /// How the tasks are that were found in it; none when the run is over or not measured.
    #[must_use]
    pub fn tasks(&self) -> Vec<NamedState> {
        let sampling = self.sampling.as_ref();
        let states = sampling.and_then(|(sampler, task)| {
            let sampler = sampler.upgrade()?;
            Some(sampler.named_states(*task))
        });
        states.unwrap_or_default()
    }

    /// How it is; `None` when the run is over or not measured.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        let (sampler, task) = self.sampling.as_ref()?;
        sampler.upgrade()?.snapshot(*task)
    }
}
