//! Several commands as one run: sampled together, so that the peak is that of all at one time, in
//! one control group, and each task of them with figures and a guard of its own.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use memtop_sampler::{Alarm, Snapshot, WeakTask};
use memtop_terminal::StreamsUse;

use crate::options::Options;
use crate::outcome::{Outcome, Reason};
use crate::running::LOOK_EVERY;
use crate::session::Session;
use crate::session::placement::Placement;
use crate::session::run_part::RunPart;
use crate::{Command, GuardOptions, Run, StartError};

type OnEnd = Box<dyn FnOnce(Outcome) + Send>;

/// A run of several commands.
pub struct Bundle {
    session: Arc<Session>,
    /// Ends the bundle; `None` when it is dropped.
    finish: Sender<Option<OnEnd>>,
}

/// A task of a bundle.
pub struct BundleTask {
    session: Arc<Session>,
    part: Arc<RunPart>,
    began: Instant,
}

impl Bundle {
    /// Makes everything ready for commands. Times count from here. Of `streams` only a window
    /// counts: commands whose streams are those of this process write to it. `on_alarm` is called
    /// on the sampling thread; it must not wait for anything.
    ///
    /// # Errors
    /// When the operating system gives no thread, or no control group where one must be.
    pub fn start(
        options: Options,
        streams: StreamsUse,
        on_alarm: impl FnMut(&Alarm) + Send + 'static,
    ) -> Result<Self, StartError> {
        let began = Instant::now();
        let session = Arc::new(Session::start(options, streams)?);
        session.begin(began);
        session.add_group();
        session.guard_whole(on_alarm);
        let (finish, is_finished) = channel();
        let supervised = Arc::clone(&session);
        Builder::new()
            .name("memtop-tasks".to_owned())
            .spawn(move || supervise(&supervised, began, &is_finished))?;
        Ok(Self { session, finish })
    }

    /// Opens a task for commands to be in.
    pub fn add_task(
        &self,
        guard: GuardOptions,
        on_alarm: impl FnMut(&Alarm) + Send + 'static,
    ) -> BundleTask {
        let part = self.session.add_part();
        self.session.guard_part(&part, guard, on_alarm);
        BundleTask {
            session: Arc::clone(&self.session),
            part,
            began: Instant::now(),
        }
    }

    /// Ends all processes: they are asked to end, and killed after `grace`; that of the options
    /// when absent. A second call without any grace cuts that short.
    pub fn stop(&self, grace: Option<Duration>) {
        end(&self.session, &self.session.whole, grace);
    }

    /// Its state; `None` when it is not measured.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.task()?.snapshot()
    }

    /// The limit that all processes are ended at, if any.
    #[must_use]
    pub fn limit_bytes(&self) -> Option<u64> {
        self.session.whole.supervision.limit_bytes()
    }

    /// Writes between the lines of the commands, in the window that they write to. `false` where
    /// there is none, or not any more: nothing was written then.
    #[must_use]
    pub fn write(&self, bytes: &[u8]) -> bool {
        let window = self.session.window.as_ref();
        window.is_some_and(|window| window.write(bytes))
    }

    /// What the sampler knows all commands together as; `None` when they are not measured.
    #[must_use]
    pub fn task(&self) -> Option<WeakTask> {
        self.session.whole.supervision.weak_task()
    }

    /// How often a signal to this process has asked the commands to end.
    #[must_use]
    pub fn interrupts(&self) -> u32 {
        self.session.interrupts()
    }

    /// Ends the measuring, once all commands have ended. `on_end` is called once, on another
    /// thread; not when this has been called before.
    pub fn finish(&self, on_end: impl FnOnce(Outcome) + Send + 'static) {
        // After the end the receiver is gone.
        let _ = self.finish.send(Some(Box::new(on_end)));
    }
}

impl Drop for Bundle {
    fn drop(&mut self) {
        let _ = self.finish.send(None);
    }
}

impl BundleTask {
    /// Starts a command. `on_end` is called once, on a thread of the command's own, with what
    /// became of that command alone.
    ///
    /// # Errors
    /// When it cannot be started, as while its task is being ended; `on_end` is not called then.
    pub fn run(
        &self,
        command: Command,
        streams: StreamsUse,
        on_end: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<Run, StartError> {
        if self.part.supervision.ending().is_some() {
            let error = std::io::Error::other("the task is being ended");
            return Err(StartError::System(error));
        }
        let streams = match (streams, &self.session.window) {
            (StreamsUse::Inherited, Some(window)) => StreamsUse::Shared(Arc::clone(window)),
            (streams, _) => streams,
        };
        let placement = Placement::in_task(Arc::clone(&self.session), Arc::clone(&self.part));
        let run = Run::start_in(placement, command, streams, on_end)?;
        // The last scan for processes to end may have been before this command started.
        if let Some(reason) = self.part.supervision.ending() {
            run.stop_with_task(reason);
        }
        Ok(run)
    }

    /// The state of the task; `None` when it is not measured.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.part.supervision.weak_task()?.snapshot()
    }

    /// Ends all processes of the task; see [`Bundle::stop`].
    pub fn stop(&self, grace: Option<Duration>) {
        end(&self.session, &self.part, grace);
    }

    /// Closes the task, once its commands have ended, and calls `on_end` on another thread.
    /// Processes that outlive them count for the whole run only from then on.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn finish(&self, on_end: impl FnOnce(Outcome) + Send + 'static) -> std::io::Result<()> {
        let (session, part, began) = (
            Arc::clone(&self.session),
            Arc::clone(&self.part),
            self.began,
        );
        Builder::new()
            .name("memtop-task".to_owned())
            .spawn(move || on_end(session.outcome_of(&part, began)))?;
        Ok(())
    }
}

fn end(session: &Session, part: &RunPart, grace: Option<Duration>) {
    let grace = grace.unwrap_or(session.options.grace);
    part.supervision.end(Reason::Request, grace);
}

fn supervise(session: &Session, began: Instant, is_finished: &Receiver<Option<OnEnd>>) {
    loop {
        let time_left = session.time_left();
        let wait = time_left.map_or(LOOK_EVERY, |left| left.min(LOOK_EVERY));
        match is_finished.recv_timeout(wait) {
            Ok(on_end) => {
                let mut outcome = session.outcome_of(&session.whole, began);
                outcome.remarks.extend(session.close_window());
                if let Some(on_end) = on_end {
                    on_end(outcome);
                }
                return;
            }
            Err(RecvTimeoutError::Timeout) => session.do_periodic_work(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Bundle")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BundleTask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BundleTask")
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}
