//! One command from start to end, with its tree sampled.

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::{Duration, Instant};

use memtop_proc::linux::{LinuxObserver, ProcRoot};
use memtop_sampler::{Record, SamplerThread, TaskId};

use crate::{Command, Forwarding, StartError};

/// How a run is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The time between samples.
    pub interval: Duration,
    /// Whether signals to this process are handed on to the command.
    pub forward_signals: bool,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It exited with this code.
    Exited(i32),
    /// This signal ended it.
    Signaled(i32),
}

/// What is known once the command has ended.
#[derive(Debug)]
pub struct Outcome {
    /// How the command ended.
    pub end: End,
    /// From just before the start until the end.
    pub duration: Duration,
    /// What was measured, or why nothing was.
    pub record: Result<Record, String>,
    /// What did not work and did not stop the run, in words.
    pub remarks: Vec<String>,
}

/// A command that is running.
#[derive(Debug)]
pub struct Run {
    pid: u32,
}

impl Run {
    /// Starts a command. `on_end` is called once, on a thread of the run's own.
    ///
    /// # Errors
    /// When the command cannot be started; `on_end` is not called then.
    pub fn start(
        command: Command,
        options: Options,
        on_end: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<Self, StartError> {
        let (started, start) = channel();
        Builder::new()
            .name("memtop-run".to_owned())
            .spawn(move || {
                let run = Supervised::start(&command, &options);
                // The caller waits for this answer and cannot have gone away.
                match run {
                    Ok(run) => {
                        let _ = started.send(Ok(run.child.id()));
                        on_end(run.until_end());
                    }
                    Err(error) => drop(started.send(Err(error))),
                }
            })?;
        let pid = start.recv().unwrap_or_else(|_| {
            Err(StartError::System(std::io::Error::other(
                "the supervising thread has ended",
            )))
        })?;
        Ok(Self { pid })
    }

    /// The command's pid.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }
}

/// What the supervising thread holds while the command runs.
struct Supervised {
    child: Child,
    started: Instant,
    sampling: Result<(SamplerThread, TaskId), String>,
    forwarding: Option<Forwarding>,
    remarks: Vec<String>,
}

impl Supervised {
    fn start(command: &Command, options: &Options) -> Result<Self, StartError> {
        let mut remarks = Vec::new();
        let sampler = start_sampler(options.interval);
        let mut forwarding = options.forward_signals.then(Forwarding::begin).flatten();
        let started = Instant::now();
        let child = command.start()?;
        if let Some(forwarding) = &mut forwarding
            && let Err(error) = forwarding.aim_at(child.id())
        {
            remarks.push(format!(
                "signals to memtop do not reach the command: {error}"
            ));
        }
        let sampling = sampler.and_then(|sampler| match sampler.add_task(child.id()) {
            Ok(task) => Ok((sampler, task)),
            Err(error) => Err(error.to_string()),
        });
        Ok(Self {
            child,
            started,
            sampling,
            forwarding,
            remarks,
        })
    }

    fn until_end(mut self) -> Outcome {
        let status = self.child.wait();
        let duration = self.started.elapsed();
        drop(self.forwarding);
        let record = self.sampling.and_then(|(sampler, task)| {
            sampler
                .record(task)
                .ok_or_else(|| "the sampling thread has ended".to_owned())
        });
        let end = match status {
            Ok(status) => end_of(status),
            Err(error) => {
                self.remarks
                    .push(format!("how the command ended is unknown: {error}"));
                End::Exited(UNKNOWN_EXIT_CODE)
            }
        };
        Outcome {
            end,
            duration,
            record,
            remarks: self.remarks,
        }
    }
}

/// For an end that the kernel did not tell, as when the host process reaps every child itself.
const UNKNOWN_EXIT_CODE: i32 = 125;

fn start_sampler(interval: Duration) -> Result<SamplerThread, String> {
    let observer = ProcRoot::system()
        .and_then(LinuxObserver::new)
        .map_err(|error| error.to_string())?;
    SamplerThread::start(observer, interval).map_err(|error| error.to_string())
}

fn end_of(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(code),
        (None, Some(signal)) => End::Signaled(signal),
        // wait(2) without WUNTRACED tells of nothing but these two.
        (None, None) => End::Exited(UNKNOWN_EXIT_CODE),
    }
}
