//! Stays with a command until it and what it leaves behind have ended or been left alone.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use memtop_proc::linux::cgroup::{Cgroups, Entrance, Limit};
use memtop_proc::linux::{
    CAP_SYS_PTRACE, OomWatch, ProcRoot, RoomFinder, RunEnd, RunEnded, end_run, has_effective,
    high_water, identify,
};
use memtop_proc::{Error, KillFailure, Observer, ProcessId, Room};
use memtop_sampler::{Alarm, Level, LivingProcess, TaskId};

use rustix::process::{Signal, pidfd_send_signal};

use crate::birth::Preparation;
use crate::bounds::{ceiling, missed_bytes};
use crate::bundle::{Place, Totals};
use crate::cause::{Findings, HeapMessage};
use crate::group::Group;
use crate::guard;
use crate::inherited::{inherited_descriptors, parents_open_files};
use crate::run::{GuardRecord, Options, Outcome, Reason, Stopped, Traced, blindness_remark};
use crate::sample_file::{SampleFile, missing_remark};
use crate::sampling::start_sampler;
use crate::streams::{Rest, Stream, StreamsUse, Tap, Wiring};
use crate::trace::{Assignment, Followed, Follower, NotStarted, Started, TraceRecord, Tracing};
use crate::wait::{Waited, adopt_orphans, reap_others};
use crate::{Command, Forwarding, GroupUse, SharedSampler, StartError, SurvivorsUse, TraceUse};

/// Between two looks at what nobody tells: orphans that have ended, the group of the run.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long those that end together with the command may take to be gone.
const LAST_TO_GO: Duration = Duration::from_millis(30);
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// How long those that outlive the command may keep silent before nobody listens any more.
pub(crate) const LAST_WORDS: Duration = Duration::from_millis(100);
/// How long it may take until everybody who was traced is let go.
const LETTING_GO: Duration = Duration::from_secs(2);

/// What reaches the supervising thread.
#[derive(Debug)]
pub(crate) enum Message {
    Followed(Followed),
    Stop { grace: Option<Duration> },
    Alarm(Box<Alarm>),
}

type OnAlarm = Box<dyn FnMut(&Alarm) + Send>;

pub(crate) struct Supervisor {
    options: Options,
    /// Where it is one of several commands, what it shares with the others.
    place: Option<Place>,
    inbox: Receiver<Message>,
    follower: Follower,
    started: Started,
    sampler: Result<SharedSampler, String>,
    sample_file: Option<SampleFile>,
    group: Result<Group, String>,
    forwarding: Option<Forwarding>,
    adopts_orphans: bool,
    /// The most memory that this process had when the command was started.
    own_highest_bytes: Option<u64>,
    /// The most memory of any process that has been waited for.
    largest_bytes: u64,
    trace: Option<TraceRecord>,
    guard: Option<GuardRecord>,
    on_alarm: OnAlarm,
    oom: OomWatch,
    memory_bytes: u64,
    node_options: Option<String>,
    /// Whether V8's words for a full heap were in the command's output.
    heap_message: Arc<AtomicBool>,
    process: Option<ProcessId>,
    stopped: Option<Stopped>,
    /// Messages that came while something else was waited for.
    backlog: RefCell<VecDeque<Message>>,
    remarks: Vec<String>,
}

impl Supervisor {
    pub(crate) fn start(
        place: Option<Place>,
        mut command: Command,
        mut options: Options,
        on_alarm: OnAlarm,
        outbox: &Sender<Message>,
        inbox: Receiver<Message>,
    ) -> Result<Self, StartError> {
        if let Some(place) = &place {
            command.descriptors.extend(place.descriptors());
        } else if options.stands_in {
            let inherited = inherited_descriptors(&options.own_descriptors);
            command.descriptors.extend(inherited);
        }
        let image = command.image()?;
        let mut remarks = Vec::new();
        let cgroups = Cgroups::system().map(Arc::new);
        let (sampler, group, entrance) = match &place {
            Some(place) => {
                let of_all = "it is that of all tasks".to_owned();
                (place.sampler(), Err(of_all), place.entrance())
            }
            None => own_means(&options, &cgroups)?,
        };
        let tracing = tracing(options.trace);
        // What is traced is known by its birth, whoever gets it as an orphan.
        let adopts_orphans = place.is_none()
            && options.stands_in
            && matches!(tracing, Tracing::No(_))
            && adopt_orphans()
                .inspect_err(|error| remarks.push(format!("orphans may be missed: {error}")))
                .is_ok();
        let own_highest_bytes = own_highest_bytes();
        let takes_signals = place.is_none() && options.stands_in;
        let forwarding = takes_signals.then(Forwarding::begin).flatten();
        let cwd = command.c_cwd()?;
        let heap_message = Arc::new(AtomicBool::new(false));
        let streams = std::mem::take(&mut options.streams);
        let wiring = Wiring::new(listened_to(streams, &heap_message))?;
        let assignment = Assignment {
            preparation: Preparation {
                image,
                cwd,
                entrance,
                wiring,
                descriptors: command.descriptors.clone(),
                open_files: match &place {
                    Some(place) => place.open_files(),
                    None => options.stands_in.then(parents_open_files).flatten(),
                },
                on_parents_death: options.death_signal(!matches!(tracing, Tracing::No(_))),
                waits: !matches!(tracing, Tracing::No(_)),
            },
            sampler: sampler.clone(),
            adopter: adopts_orphans.then(process::id),
            rules: options.rules.clone(),
            tracing,
            dies_with_tracer: options.stands_in,
            place: place.clone(),
        };
        let oom = watch_oom(&cgroups, &group, place.as_ref());
        let following = outbox.clone();
        let follower = Follower::start(assignment, move |followed| {
            // Once nobody listens, nobody needs to know.
            let _ = following.send(Message::Followed(followed));
        })?;
        let started = wait_for_start(&inbox, &command)?;
        if let Some(place) = &place {
            remarks.extend(place.come(started.pid, started.pidfd.clone(), follower.clone()));
        }
        if let Some(forwarding) = &forwarding
            && !forwarding.aim_at(started.pid, started.pidfd.clone())
        {
            remarks.push(
                "signals to memtop do not reach the command: this kernel has no pidfd_open"
                    .to_owned(),
            );
        }
        let proc = ProcRoot::system().ok();
        let mut finder = RoomFinder::at(proc.as_ref(), cgroups.as_deref().ok());
        let room = finder.look();
        let mut run = Self {
            memory_bytes: room.as_ref().map_or(0, |room| room.total_bytes),
            node_options: command.variable("NODE_OPTIONS"),
            heap_message,
            process: identity(started.pid),
            guard: None,
            on_alarm,
            oom,
            options,
            place,
            inbox,
            follower,
            started,
            sampler,
            sample_file: None,
            group,
            forwarding,
            adopts_orphans,
            own_highest_bytes,
            largest_bytes: 0,
            trace: None,
            stopped: None,
            backlog: RefCell::default(),
            remarks,
        };
        run.post_guard(room.as_ref(), finder, outbox.clone());
        run.write_samples();
        Ok(run)
    }

    fn post_guard(&mut self, room: Option<&Room>, finder: RoomFinder, outbox: Sender<Message>) {
        let Some((sampler, task)) = self.sampling().filter(|_| self.options.guard.is_on) else {
            return;
        };
        let thresholds = self.options.guard.thresholds(room);
        self.guard = Some(GuardRecord {
            thresholds,
            warned: false,
            alarm: None,
        });
        let on_alarm = move |alarm| {
            // Once nobody listens, there is nothing to guard.
            let _ = outbox.send(Message::Alarm(Box::new(alarm)));
        };
        sampler.guard(task, guard::post(thresholds, finder, on_alarm));
    }

    fn write_samples(&mut self) {
        let Some(path) = self.options.samples_file.take() else {
            return;
        };
        let samples = self
            .sampling()
            .and_then(|(sampler, task)| sampler.samples(task));
        match samples.map(|samples| SampleFile::start(&path, samples)) {
            Some(Ok(file)) => self.sample_file = Some(file),
            Some(Err(error)) => self.remarks.push(missing_remark(&error)),
            None => {}
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.started.pid
    }

    pub(crate) fn process(&self) -> Option<ProcessId> {
        self.process
    }

    pub(crate) fn limit_bytes(&self) -> Option<u64> {
        self.guard.as_ref()?.thresholds.limit_bytes
    }

    pub(crate) fn sampling(&self) -> Option<(SharedSampler, TaskId)> {
        let sampler = self.sampler.as_ref().ok()?;
        let task = self.started.task.as_ref().ok()?;
        Some((Arc::clone(sampler), *task))
    }

    pub(crate) fn until_end(mut self) -> Outcome {
        let waited = self.until_command_ends();
        let duration = self.started.at.elapsed();
        if let Some(place) = &self.place {
            place.go(self.started.pid);
        }
        let survivors = self.survivors();
        if self.options.survivors == SurvivorsUse::Wait {
            self.until_all_end();
        }
        let rest = self.started.pumps.take().and_then(|pumps| {
            let carried = pumps.finish(LAST_WORDS);
            self.remarks.extend(carried.remarks);
            carried.rest
        });
        let end = match waited {
            Ok(waited) => {
                self.largest_bytes = self.largest_bytes.max(waited.largest_bytes);
                Some(waited.end())
            }
            Err(error) => {
                self.remarks
                    .push(format!("how the command ended is unknown: {error}"));
                None
            }
        };
        self.end_following(&survivors);
        let mut outcome = self.outcome(end, duration, survivors);
        outcome.remarks.extend(rest.and_then(left_behind));
        outcome
    }

    fn until_command_ends(&mut self) -> std::io::Result<Waited> {
        loop {
            if let Some(Followed::Ended(waited)) = self.attend() {
                return waited;
            }
        }
    }

    /// Somebody who wants memtop to end has waited long enough.
    fn until_all_end(&mut self) {
        let interrupts = self.interrupts();
        while !self.living().is_empty() && self.interrupts() == interrupts {
            self.attend();
        }
    }

    fn interrupts(&self) -> u32 {
        if let Some(place) = &self.place {
            return place.interrupts();
        }
        self.forwarding.as_ref().map_or(0, Forwarding::interrupts)
    }

    /// Waits a while for what happens, and does what is due.
    fn attend(&mut self) -> Option<Followed> {
        let mut news = None;
        match self.next_message(LOOK_EVERY) {
            Some(Message::Followed(Followed::Over(record))) => self.trace = Some(record),
            Some(Message::Followed(Followed::Stopped)) => {
                if let Some(place) = &self.place {
                    place.stop_with_commands();
                }
                if let Some(forwarding) = &self.forwarding {
                    // It must not stay under the shell's prompt.
                    self.hide_view(true);
                    forwarding.stop_with_command(|| self.follower.is_command_stopped());
                    self.hide_view(false);
                }
            }
            Some(Message::Followed(followed)) => news = Some(followed),
            Some(Message::Stop { grace }) => self.stop(Reason::Request, grace),
            Some(Message::Alarm(alarm)) => self.heed(*alarm),
            None => {}
        }
        self.look();
        if news.is_none() && self.time_left() == Some(Duration::ZERO) {
            self.stop(Reason::Timeout, None);
        }
        news
    }

    fn hide_view(&self, is_hidden: bool) {
        if let Some(pumps) = &self.started.pumps {
            pumps.hide_view(is_hidden);
        }
    }

    fn heed(&mut self, alarm: Alarm) {
        (self.on_alarm)(&alarm);
        let Some(guard) = &mut self.guard else {
            return;
        };
        match alarm.level {
            Level::Warn => guard.warned = true,
            Level::Limit => {
                guard.alarm = Some(alarm);
                self.stop(Reason::Guard, None);
            }
        }
    }

    /// Until the timeout, while it matters.
    fn time_left(&self) -> Option<Duration> {
        let timeout = self.options.timeout.filter(|_| self.stopped.is_none())?;
        Some(timeout.saturating_sub(self.started.at.elapsed()))
    }

    /// `None` when something else is due.
    fn next_message(&self, at_most: Duration) -> Option<Message> {
        if let Some(message) = self.backlog.borrow_mut().pop_front() {
            return Some(message);
        }
        let wait = self.time_left().map_or(at_most, |left| left.min(at_most));
        match self.inbox.recv_timeout(wait) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                let error = std::io::Error::other("the following thread has ended");
                Some(Message::Followed(Followed::Ended(Err(error))))
            }
        }
    }

    fn look(&mut self) {
        if self.adopts_orphans {
            for waited in reap_others(|pid| pid == self.started.pid) {
                self.largest_bytes = self.largest_bytes.max(waited.largest_bytes);
            }
        }
        let sampling = self.sampling();
        if let (Ok(group), Some((sampler, task))) = (&mut self.group, sampling) {
            group.look(|| sampler.pids(task));
        }
    }

    /// Ends the whole run, once.
    fn stop(&mut self, reason: Reason, grace: Option<Duration>) {
        if self.stopped.is_some() {
            return;
        }
        let ended = self.end_all(grace.unwrap_or(self.options.grace));
        self.stopped = Some(Stopped::of(reason, ended));
    }

    /// Asks all to end and kills those that have not after a while. Being asked once more is a
    /// reason to hurry.
    fn end_all(&mut self, grace: Duration) -> RunEnded {
        let ended = match ProcRoot::system() {
            Ok(proc) => self.end_members(&proc, grace),
            Err(error) => self.end_command_alone(error),
        };
        self.remarks.extend(blindness_remark(&ended));
        ended
    }

    fn end_members(&self, proc: &ProcRoot, grace: Duration) -> RunEnded {
        let sampling = self.sampling();
        let process = self.process;
        let interrupts = self.interrupts();
        let mut members = || match &sampling {
            Some((sampler, task)) => sampler.members(*task),
            None => process.into_iter().collect(),
        };
        let hurry = || {
            let mut backlog = self.backlog.borrow_mut();
            backlog.extend(self.inbox.try_iter());
            let is_stop = |message: &Message| matches!(message, Message::Stop { .. });
            let is_impatient = self.interrupts() > interrupts;
            let is_urgent = sampling
                .as_ref()
                .is_some_and(|(sampler, task)| sampler.is_urgent(*task));
            is_impatient || is_urgent || backlog.iter().any(is_stop)
        };
        let options = RunEnd {
            grace,
            hurry: &hurry,
        };
        let group = self.group.as_ref().ok().map(Group::made);
        end_run(proc, &mut members, group, &options)
    }

    /// Without `/proc` nobody else is known.
    fn end_command_alone(&self, error: Error) -> RunEnded {
        let pidfd = self.started.pidfd.as_ref();
        let told = pidfd.map(|pidfd| pidfd_send_signal(pidfd, Signal::KILL));
        RunEnded {
            ended: u64::from(told == Some(Ok(()))),
            failed: Vec::new(),
            blindness: Some(error),
            took: Duration::ZERO,
        }
    }

    /// Those that outlive the command, once they have been given a moment to end with it.
    fn survivors(&mut self) -> Vec<LivingProcess> {
        let start = Instant::now();
        while start.elapsed() < LAST_TO_GO && !self.living().is_empty() {
            std::thread::sleep(LOOK_AGAIN);
            self.look();
        }
        self.living()
    }

    fn end_following(&mut self, survivors: &[LivingProcess]) {
        if self.options.survivors == SurvivorsUse::Kill && !survivors.is_empty() {
            for KillFailure { pid, reason } in self.end_all(self.options.grace).failed {
                self.remarks
                    .push(format!("process {pid} is still there: {reason}"));
            }
        }
        if !self.is_over_within(if survivors.is_empty() {
            LAST_TO_GO
        } else {
            Duration::ZERO
        }) {
            if let (Some(_), Ok(sampler)) = (&self.place, &self.sampler) {
                // The run goes on with them, and nobody tells any more whom they start.
                sampler.look_for_births();
            }
            self.follower.let_all_go(LETTING_GO);
            self.is_over_within(LETTING_GO);
        }
    }

    /// Whether nobody is followed any more.
    fn is_over_within(&mut self, time: Duration) -> bool {
        let start = Instant::now();
        while self.trace.is_none() {
            let left = time.saturating_sub(start.elapsed());
            let earlier = self.backlog.borrow_mut().pop_front();
            match earlier.map_or_else(|| self.inbox.recv_timeout(left), Ok) {
                Ok(Message::Followed(Followed::Over(record))) => self.trace = Some(record),
                Ok(_) => {}
                Err(_) => return false,
            }
        }
        true
    }

    fn living(&self) -> Vec<LivingProcess> {
        match self.sampling() {
            Some((sampler, task)) => sampler.living(task),
            None => Vec::new(),
        }
    }

    fn outcome(
        mut self,
        end: Option<crate::End>,
        duration: Duration,
        survivors: Vec<LivingProcess>,
    ) -> Outcome {
        let task = self.sampling().map(|(_, task)| task);
        if let Some(place) = &self.place {
            self.stopped = self.stopped.or_else(|| place.stopped());
        }
        let record = self.sampler.and_then(|sampler| {
            let task = self.started.task?;
            sampler
                .finish(task)
                .ok_or_else(|| "the sampling thread has ended".to_owned())
        });
        self.remarks
            .extend(self.sample_file.and_then(SampleFile::finish));
        let oom = self.oom.since();
        let own_group = self.group.as_ref().ok().map(Group::made);
        let own_group = own_group.map(|group| group.cgroup().directory().to_owned());
        let limit = limit_around(self.group.as_ref().ok());
        let group = self.group.map(|group| {
            let (record, remark) = group.finish();
            self.remarks.extend(remark);
            record
        });
        // A child starts as a copy of this process, and the kernel counts that as its own.
        let tells = self
            .own_highest_bytes
            .is_some_and(|own| self.largest_bytes > own);
        let largest_bytes = if tells { self.largest_bytes } else { 0 };
        let missed_bytes = record
            .as_ref()
            .ok()
            .and_then(|record| missed_bytes(&record.task, largest_bytes));
        let ceiling_bytes = record.as_ref().map_err(Clone::clone).and_then(|record| {
            ceiling(&record.task, self.largest_bytes, group.as_ref().ok())
                .ok_or_else(|| "not one sample was taken".to_owned())
        });
        if self.options.stands_in {
            // A signal may be on its way still, and would end this process before it has said how
            // the command ended.
            std::mem::forget(self.forwarding);
        }
        let trace = self.trace.unwrap_or_default();
        let findings = Findings {
            end,
            deaths: &trace.deaths,
            record: record.as_ref().ok(),
            oom: &oom,
            own_group: own_group.as_deref(),
            limit: limit.as_ref(),
            memory_bytes: self.memory_bytes,
            node_options: self.node_options.as_deref(),
            heap_message_seen: self.heap_message.load(Ordering::Relaxed),
        };
        // Whoever was ended by memtop was not ended by anything else.
        let out_of_memory = match self.stopped {
            None => findings.out_of_memory(),
            Some(_) => None,
        };
        self.remarks.extend(trace.remarks);
        let traced = Traced {
            stops: trace.stops,
            released: trace.released,
        };
        if let Some(place) = &self.place {
            let totals = Totals {
                largest_bytes: self.largest_bytes,
                told_bytes: largest_bytes,
                traced,
                untraced_because: self.started.untraced_because.clone(),
            };
            place.count(task, &totals);
        }
        Outcome {
            end,
            duration,
            record,
            missed_bytes,
            ceiling_bytes,
            group,
            trace: match self.started.untraced_because {
                Some(reason) => Err(reason),
                None => Ok(traced),
            },
            guard: self.guard,
            out_of_memory,
            process: self.process,
            stopped: self.stopped,
            survivors,
            remarks: self.remarks,
        }
    }
}

/// Has what survivors write carried on; what does not work, in words.
pub(crate) fn left_behind(rest: Rest) -> Option<String> {
    let error = rest.leave_behind().err()?;
    Some(format!(
        "what outlives the command can write no more: {error}"
    ))
}

type Means = (
    Result<SharedSampler, String>,
    Result<Group, String>,
    Option<Arc<Entrance>>,
);

/// What measures a command that is a run of its own.
fn own_means(
    options: &Options,
    cgroups: &Result<Arc<Cgroups>, Error>,
) -> Result<Means, StartError> {
    let sampler = start_sampler(options.interval, options.metric, Observer::note_present);
    let sampler = sampler.map_err(|error| error.to_string());
    Ok(match make_group(options.group, cgroups)? {
        Ok((group, entrance)) => (sampler, Ok(group), Some(Arc::new(entrance))),
        Err(reason) => (sampler, Err(reason), None),
    })
}

fn watch_oom(
    cgroups: &Result<Arc<Cgroups>, Error>,
    group: &Result<Group, String>,
    place: Option<&Place>,
) -> OomWatch {
    let mut oom = OomWatch::start_at(ProcRoot::system().ok(), cgroups.as_deref().ok());
    if let Ok(group) = group {
        oom.add(group.made().cgroup().clone());
    }
    if let Some(place) = place {
        place.watch_group(&mut oom);
    }
    oom
}

/// The smallest limit that the run was under.
fn limit_around(group: Option<&Group>) -> Option<Limit> {
    let limits = match group {
        Some(group) => group.made().cgroup().limits(),
        None => Cgroups::system().ok()?.own().ok()?.limits(),
    };
    limits.ok()?.max
}

/// Has V8's words for a full heap looked for in what goes through this process.
fn listened_to(streams: StreamsUse, seen: &Arc<AtomicBool>) -> StreamsUse {
    let listening = |tap: Option<Tap>| -> Option<Tap> {
        let seen = Arc::clone(seen);
        let mut tap = tap;
        let mut messages = [HeapMessage::default(), HeapMessage::default()];
        Some(Box::new(move |stream, bytes| {
            let message = &mut messages[usize::from(stream == Stream::Stderr)];
            message.feed(bytes);
            if message.was_seen() {
                seen.store(true, Ordering::Relaxed);
            }
            if let Some(tap) = &mut tap {
                tap(stream, bytes);
            }
        }))
    };
    match streams {
        StreamsUse::Inherited => StreamsUse::Inherited,
        StreamsUse::Piped { tee, tap } => StreamsUse::Piped {
            tee,
            tap: listening(tap),
        },
        StreamsUse::Terminal { tap, size, remote } => StreamsUse::Terminal {
            tap: listening(tap),
            size,
            remote,
        },
        StreamsUse::Window { tap, view } => StreamsUse::Window {
            tap: listening(tap),
            view,
        },
        StreamsUse::Shared(window) => StreamsUse::Shared(window),
    }
}

fn wait_for_start(inbox: &Receiver<Message>, command: &Command) -> Result<Started, StartError> {
    loop {
        match inbox.recv() {
            Ok(Message::Followed(Followed::Started(started))) => return Ok(started),
            Ok(Message::Followed(Followed::NotStarted(why))) => {
                return Err(match why {
                    NotStarted::Exec(error) => command.explain(error),
                    NotStarted::NoTracing(reason) => StartError::NoTracing(reason),
                    NotStarted::Fork(error) => StartError::System(error),
                });
            }
            // Nobody has a run to stop yet.
            Ok(_) => {}
            Err(_) => {
                let error = std::io::Error::other("the following thread has ended");
                return Err(StartError::System(error));
            }
        }
    }
}

pub(crate) fn tracing(wanted: TraceUse) -> Tracing {
    match wanted {
        TraceUse::Off => Tracing::No("it was not asked for".to_owned()),
        TraceUse::On => Tracing::Required,
        TraceUse::Auto => {
            let is_harmless = ProcRoot::system()
                .is_ok_and(|proc| has_effective(&proc, CAP_SYS_PTRACE) == Some(true));
            if is_harmless {
                Tracing::Wanted
            } else {
                Tracing::No(
                    "without CAP_SYS_PTRACE it would take privileges from programs such as sudo"
                        .to_owned(),
                )
            }
        }
    }
}

/// One process may have several runs at a time.
static RUNS: AtomicU64 = AtomicU64::new(0);

pub(crate) type MadeGroup = Result<(Group, Entrance), String>;

pub(crate) fn make_group(
    group: GroupUse,
    cgroups: &Result<Arc<Cgroups>, Error>,
) -> Result<MadeGroup, StartError> {
    if group == GroupUse::Off {
        return Ok(Err("it was not asked for".to_owned()));
    }
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let created = match cgroups {
        Ok(cgroups) => Group::create(cgroups, &format!("memtop-{}-{run}", process::id())),
        Err(reason) => Err(reason.to_string()),
    };
    match created {
        Err(reason) if group == GroupUse::On => Err(StartError::NoGroup(reason)),
        made => Ok(made),
    }
}

fn identity(pid: u32) -> Option<ProcessId> {
    let proc = ProcRoot::system().ok()?;
    Some(identify(&proc, pid, &mut Vec::new()).ok()??.id)
}

fn own_highest_bytes() -> Option<u64> {
    let proc = ProcRoot::system().ok()?;
    Some(high_water(&proc, process::id(), &mut Vec::new())?.highest_bytes)
}
