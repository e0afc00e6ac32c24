//! One command from start to end, with its tree sampled.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::Duration;

use memtop_proc::ProcessId;
use memtop_sampler::{Alarm, FoundTaskState, Snapshot, TaskHandle, WeakTask};
use memtop_terminal::StreamsUse;

use crate::options::Options;
use crate::outcome::{Outcome, Reason};
use crate::running::RunningCommand;
use crate::session::placement::Placement;
use crate::supervision::Supervision;
use crate::{Command, StartError};

/// A command that is running.
#[derive(Debug)]
pub struct Run {
    pid: u32,
    process: Option<ProcessId>,
    supervision: Arc<Supervision>,
    grace: Duration,
    task: Option<WeakTask>,
}

impl Run {
    /// Starts a command with these standard streams. `on_alarm` is called with each alarm of the
    /// guard, on the sampling thread; it must not wait for anything. `on_end` is called once, on a
    /// thread of the run's own.
    ///
    /// # Errors
    /// When the command cannot be started; `on_end` is not called then.
    pub fn start(
        command: Command,
        streams: StreamsUse,
        mut options: Options,
        on_alarm: impl FnMut(&Alarm) + Send + 'static,
        on_end: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<Self, StartError> {
        let samples_file = options.samples_file.take();
        let begin = move || {
            let image = command.image()?;
            let placement = Placement::alone(options)?;
            let mut running = RunningCommand::start(placement, &command, image, streams)?;
            running.placement().session.guard_whole(on_alarm);
            if let Some(path) = samples_file {
                running.write_samples(&path);
            }
            Ok(running)
        };
        Self::begin(begin, on_end)
    }

    /// Starts one of the commands of a task.
    pub(crate) fn start_in(
        placement: Placement,
        command: Command,
        streams: StreamsUse,
        on_end: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<Self, StartError> {
        let begin = move || {
            let image = command.image()?;
            RunningCommand::start(placement, &command, image, streams)
        };
        Self::begin(begin, on_end)
    }

    fn begin(
        begin: impl FnOnce() -> Result<RunningCommand, StartError> + Send + 'static,
        on_end: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<Self, StartError> {
        let (started, start) = channel();
        Builder::new()
            .name("memtop-run".to_owned())
            .spawn(move || {
                // The caller waits for this answer, so the channel is open.
                match begin() {
                    Ok(running) => {
                        let _ = started.send(Ok(Self::of(&running)));
                        on_end(running.until_end());
                    }
                    Err(error) => drop(started.send(Err(error))),
                }
            })?;
        start.recv().unwrap_or_else(|_| {
            let error = std::io::Error::other("the supervising thread has ended");
            Err(StartError::System(error))
        })
    }

    fn of(running: &RunningCommand) -> Self {
        Self {
            pid: running.pid(),
            process: running.process(),
            supervision: Arc::clone(running.supervision()),
            grace: running.placement().session.options.grace,
            task: running.task().map(TaskHandle::downgrade),
        }
    }

    /// The command's pid.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The identity of the command, which no later process has; `None` where it cannot be read.
    #[must_use]
    pub fn process(&self) -> Option<ProcessId> {
        self.process
    }

    /// The limit that it is ended at, if any.
    #[must_use]
    pub fn limit_bytes(&self) -> Option<u64> {
        self.supervision.limit_bytes()
    }

    /// What the sampler knows it as; `None` when it is not measured.
    #[must_use]
    pub fn task(&self) -> Option<&WeakTask> {
        self.task.as_ref()
    }

    /// Ends the whole run: all processes are asked to end, and killed after `grace`; that of the
    /// options when absent. A second call without any grace cuts that short. After the end nothing
    /// happens.
    pub fn stop(&self, grace: Option<Duration>) {
        let grace = grace.unwrap_or(self.grace);
        self.supervision.end(Reason::Request, grace);
    }

    /// Ends it for the reason that its task is being ended for.
    pub(crate) fn stop_with_task(&self, reason: Reason) {
        self.supervision.end_alone(reason, Duration::ZERO);
    }

    /// The states of the tasks found in it; none when the run is over or not measured.
    #[must_use]
    pub fn tasks(&self) -> Vec<FoundTaskState> {
        let task = self.task.as_ref();
        task.map(WeakTask::found_task_states).unwrap_or_default()
    }

    /// Its state; `None` when the run is over or not measured.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.task.as_ref()?.snapshot()
    }
}
