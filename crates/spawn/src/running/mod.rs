//! One command, from its start until it and what it leaves behind have ended or been left alone.

mod heap_words;
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
use memtop_terminal::{LAST_WORDS, Rest};
use memtop_trace::TraceRecord;

use crate::SurvivorsUse;
use crate::follower::{Followed, Follower, Started};
use crate::outcome::Outcome;
use crate::sample_file::SampleFile;
use crate::session::place::Place;
use crate::supervision::Supervision;
use crate::wait::End;

/// Between two looks at what nobody tells: orphans that have ended, the group of the run.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(crate) struct RunningCommand {
    place: Place,
    supervision: Arc<Supervision>,
    news: Receiver<Followed>,
    follower: Follower,
    started: Started,
    sample_file: Option<SampleFile>,
    /// The most memory that this process had when the command was started.
    own_highest_bytes: Option<u64>,
    trace: Option<TraceRecord>,
    oom: OomWatch,
    node_options: Option<String>,
    /// Whether V8's words for a full heap were in the command's output.
    heap_message: Arc<AtomicBool>,
    process: Option<ProcessId>,
    remarks: Vec<String>,
}

impl RunningCommand {
    pub(crate) fn pid(&self) -> u32 {
        self.started.pid
    }

    pub(crate) fn process(&self) -> Option<ProcessId> {
        self.process
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
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
        self.place.command_ended(self.started.pid);
        let survivors = self.survivors();
        if self.place.session.options.survivors == SurvivorsUse::Wait {
            self.until_all_end();
        }
        let rest = self.started.pumps.take().and_then(|pumps| {
            let carried = pumps.finish(LAST_WORDS);
            self.remarks.extend(carried.remarks);
            carried.rest
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
        outcome.remarks.extend(rest.and_then(Rest::leave_behind));
        outcome
    }

    fn until_command_ends(&mut self) -> std::io::Result<Waited> {
        loop {
            if let Some(waited) = self.attend() {
                return waited;
            }
        }
    }

    /// Somebody who wants memtop to end has waited long enough.
    fn until_all_end(&mut self) {
        let interrupts = self.place.session.interrupts();
        while !self.living().is_empty() && self.place.session.interrupts() == interrupts {
            self.attend();
        }
    }

    /// Waits a while for news of the command, and does what is due. How the command has ended, if
    /// it has.
    fn attend(&mut self) -> Option<std::io::Result<Waited>> {
        let mut ended = None;
        match self.next_news() {
            Some(Followed::Over(record)) => self.trace = Some(record),
            Some(Followed::Stopped) => self.stop_with_command(),
            Some(Followed::Ended(waited)) => ended = Some(waited),
            Some(Followed::Started(_) | Followed::NotStarted(_)) | None => {}
        }
        self.place.look();
        ended
    }

    /// `None` when something else is due.
    fn next_news(&self) -> Option<Followed> {
        let time_left = self.place.session.time_left();
        let wait = time_left.map_or(LOOK_EVERY, |left| left.min(LOOK_EVERY));
        if self.trace.is_some() {
            // There is no news after that.
            sleep(wait);
            return None;
        }
        match self.news.recv_timeout(wait) {
            Ok(news) => Some(news),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                let error = std::io::Error::other("the following thread has ended");
                Some(Followed::Ended(Err(error)))
            }
        }
    }

    /// The command has been stopped: a shell is to see that of its job. One that is being ended is
    /// frozen before, by memtop itself.
    fn stop_with_command(&self) {
        if self.supervision.ending().is_none() {
            self.place.session.stop_with_commands(|is_hidden| {
                if let Some(pumps) = &self.started.pumps {
                    pumps.hide_view(is_hidden);
                }
            });
        }
    }
}
