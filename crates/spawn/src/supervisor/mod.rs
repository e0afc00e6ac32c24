//! Stays with a command until it and what it leaves behind have ended or been left alone.

mod ending;
mod heap_words;
mod outcome;
mod start;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use memtop_proc::ProcessId;
use memtop_proc::native::{OomWatch, Waited};
use memtop_sampler::{Alarm, Level, TaskId};
use memtop_terminal::{DRAIN_IDLE_TIMEOUT, Forwarding, SurvivorOutput};
use memtop_trace::TraceRecord;

use crate::bundle::place::Place;
use crate::follower::{Followed, Follower, Started};
use crate::group::Group;
use crate::options::Options;
use crate::outcome::{GuardRecord, Outcome, Reason, Stopped};
use crate::sample_file::SampleFile;
use crate::wait::{End, reap_others};
use crate::{SharedSampler, SurvivorsUse};

/// Between two looks at what nobody tells: orphans that have ended, the group of the run.
const LOOK_EVERY: Duration = Duration::from_millis(100);

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
            place.command_ended(self.started.pid);
        }
        let survivors = self.survivors();
        if self.options.survivors == SurvivorsUse::Wait {
            self.until_all_end();
        }
        let rest = self.started.pumps.take().and_then(|pumps| {
            let carried = pumps.finish(DRAIN_IDLE_TIMEOUT);
            self.remarks.extend(carried.remarks);
            carried.survivor_output
        });
        let end = match waited {
            Ok(waited) => {
                self.largest_bytes = self.largest_bytes.max(waited.largest_bytes);
                Some(End::of(&waited))
            }
            Err(error) => {
                self.remarks
                    .push(format!("how the command ended is unknown: {error}"));
                None
            }
        };
        self.end_following(&survivors);
        let mut outcome = self.outcome(end, duration, survivors);
        outcome
            .remarks
            .extend(rest.and_then(SurvivorOutput::pass_on_in_background));
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
            Some(Message::Followed(Followed::Stopped)) => self.stop_with_command(),
            Some(Message::Followed(followed)) => news = Some(followed),
            Some(Message::Stop { grace }) => self.stop(Reason::Request, grace),
            Some(Message::Alarm(alarm)) => self.handle_alarm(*alarm),
            None => {}
        }
        self.look();
        if news.is_none() && self.time_left() == Some(Duration::ZERO) {
            self.stop(Reason::Timeout, None);
        }
        news
    }

    fn is_being_ended(&self) -> bool {
        let with_others = self.place.as_ref().and_then(Place::stopped);
        self.stopped.is_some() || with_others.is_some()
    }

    /// The command has been stopped: a shell is to see that of its job. One that is being ended is
    /// frozen before, by memtop itself.
    fn stop_with_command(&self) {
        if self.is_being_ended() {
            return;
        }
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

    fn hide_view(&self, is_hidden: bool) {
        if let Some(pumps) = &self.started.pumps {
            pumps.hide_view(is_hidden);
        }
    }

    fn handle_alarm(&mut self, alarm: Alarm) {
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
            group.look(&sampler, task);
        }
    }
}
