//! One command from start to end, with its tree sampled.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::Builder;
use std::time::Duration;

use memtop_proc::ProcessId;
use memtop_proc::native::NativeObserver;
use memtop_sampler::{Alarm, NamedState, SamplerThread, Snapshot, TaskId};

use crate::bundle::place::Place;
use crate::options::Options;
use crate::outcome::Outcome;
use crate::supervisor::{Message, Supervisor};
use crate::{Command, CourseReader, StartError};

/// A command that is running.
#[derive(Debug)]
pub struct Run {
    pid: u32,
    process: Option<ProcessId>,
    messages: Sender<Message>,
    /// It ends with the run, however long somebody keeps this.
    sampling: Option<(Weak<SamplerThread<NativeObserver>>, TaskId)>,
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
