//! One command, from its start to its outcome.

mod heap_message;
mod outcome;
mod start;
mod survivors;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::sleep;
use std::time::Duration;

use memtop_proc::ProcessId;
use memtop_proc::native::{OomWatch, Waited};
use memtop_sampler::TaskHandle;
use memtop_terminal::{DRAIN_IDLE_TIMEOUT, SurvivorOutput};
use memtop_trace::TraceRecord;

use crate::SurvivorsUse;
use crate::follower::{CommandEvent, Follower, Started};
use crate::outcome::Outcome;
use crate::sample_file::SampleFile;
use crate::session::placement::Placement;
use crate::supervision::Supervision;
use crate::wait::End;

/// How often orphans are reaped and the control group is read: neither is an event.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(crate) struct RunningCommand {
    placement: Placement,
    supervision: Arc<Supervision>,
    events: Receiver<CommandEvent>,
    follower: Follower,
    started: Started,
    sample_file: Option<SampleFile>,
    /// The most memory that this process had when the command was started.
    own_highest_bytes: Option<u64>,
    trace: Option<TraceRecord>,
    oom: OomWatch,
    node_options: Option<String>,
    /// Whether V8's message about a full heap was in the command's output.
    heap_message: Arc<AtomicBool>,
    remarks: Vec<String>,
}

impl RunningCommand {
    pub(crate) fn pid(&self) -> u32 {
        self.started.pid
    }

    pub(crate) fn process(&self) -> Option<ProcessId> {
        self.started.process
    }

    pub(crate) fn placement(&self) -> &Placement {
        &self.placement
    }

    pub(crate) fn supervision(&self) -> &Arc<Supervision> {
        &self.supervision
    }

    pub(crate) fn task(&self) -> Option<&TaskHandle> {
        self.started.task.as_ref().ok()
    }

    pub(crate) fn until_end(mut self) -> Outcome {
        let waited = self.until_command_ends();
        let duration = self.started.at.elapsed();
        self.placement.command_ended(self.started.pid);
        let survivors = self.survivors();
        if self.placement.session.options.survivors == SurvivorsUse::Wait {
            self.until_all_end();
        }
        let survivor_output = self.started.pumps.take().and_then(|pumps| {
            let drained = pumps.finish(DRAIN_IDLE_TIMEOUT);
            self.remarks.extend(drained.remarks);
            drained.survivor_output
        });
        let (end, largest_bytes) = match waited {
            Ok(waited) => (Some(End::of(&waited)), waited.largest_bytes),
            Err(error) => {
                self.remarks
                    .push(format!("how the command ended is unknown: {error}"));
                (None, 0)
            }
        };
        self.end_following(&survivors);
        let mut outcome = self.outcome(end, duration, largest_bytes, survivors);
        outcome
            .remarks
            .extend(survivor_output.and_then(SurvivorOutput::pass_on_in_background));
        outcome
    }

    fn until_command_ends(&mut self) -> std::io::Result<Waited> {
        loop {
            if let Some(waited) = self.wait_for_event() {
                return waited;
            }
        }
    }

    /// Waits for all descendants, or for a signal that asks memtop to end.
    fn until_all_end(&mut self) {
        let interrupts = self.placement.session.interrupts();
        while !self.living().is_empty() && self.placement.session.interrupts() == interrupts {
            self.wait_for_event();
        }
    }

    /// Waits for an event of the command, but not for long, and does what is due. Returns the
    /// command's wait status, once it has ended.
    fn wait_for_event(&mut self) -> Option<std::io::Result<Waited>> {
        let mut ended = None;
        match self.next_event() {
            Some(CommandEvent::Over(record)) => self.trace = Some(record),
            Some(CommandEvent::Stopped) => self.stop_with_command(),
            Some(CommandEvent::Ended(waited)) => ended = Some(waited),
            Some(CommandEvent::Started(_) | CommandEvent::NotStarted(_)) | None => {}
        }
        self.placement.do_periodic_work();
        ended
    }

    /// `None` when something else is due.
    fn next_event(&self) -> Option<CommandEvent> {
        let time_left = self.placement.session.time_left();
        let wait = time_left.map_or(LOOK_EVERY, |left| left.min(LOOK_EVERY));
        if self.trace.is_some() {
            // It was the last event.
            sleep(wait);
            return None;
        }
        match self.events.recv_timeout(wait) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                let error = std::io::Error::other("the following thread has ended");
                Some(CommandEvent::Ended(Err(error)))
            }
        }
    }

    /// Stops this process with the command, for a shell to see its job stopped. While the command
    /// is being ended, it is memtop itself that has frozen it.
    fn stop_with_command(&self) {
        if self.supervision.ending().is_none() {
            self.placement.session.stop_with_commands(|is_hidden| {
                if let Some(pumps) = &self.started.pumps {
                    pumps.hide_view(is_hidden);
                }
            });
        }
    }
}
