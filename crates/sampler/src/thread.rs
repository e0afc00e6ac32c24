//! A thread that samples on time and waits for nobody.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use memtop_proc::{Error, Observer};
use rustix::time::{ClockId, clock_gettime};

use crate::{Record, Sampler, TaskId, TaskRecord};

/// This many failed samples in a row end the sampling.
const FAILURES_TO_GIVE_UP: u32 = 10;

/// Why a task could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no process with this pid.
    #[error("there is no process {0}")]
    NoSuchProcess(u32),
    /// The process table cannot be read.
    #[error(transparent)]
    Observer(#[from] Error),
    /// The sampling thread has ended by a fault of its own.
    #[error("the sampling thread has ended")]
    ThreadEnded,
}

enum Request {
    AddTask {
        pid: u32,
        reply: Sender<Result<TaskId, StartError>>,
    },
    RemoveTask {
        task: TaskId,
        reply: Sender<Option<TaskRecord>>,
    },
    Record {
        task: TaskId,
        reply: Sender<Record>,
    },
}

/// The handle of a sampling thread. Dropping it ends the thread.
#[derive(Debug)]
pub struct SamplerThread {
    requests: Option<Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl SamplerThread {
    /// Starts a thread that samples every `interval`.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start<O>(observer: O, interval: Duration) -> std::io::Result<Self>
    where
        O: Observer + Send + 'static,
    {
        let (requests, inbox) = channel();
        let thread = Builder::new()
            .name("memtop-sampler".to_owned())
            .spawn(move || {
                Work::new(observer, interval).until_closed(&inbox);
            })?;
        Ok(Self {
            requests: Some(requests),
            thread: Some(thread),
        })
    }

    /// Starts a task at a process and takes its first sample at once.
    ///
    /// # Errors
    /// When there is no such process or the process table cannot be read.
    pub fn add_task(&self, pid: u32) -> Result<TaskId, StartError> {
        self.ask(|reply| Request::AddTask { pid, reply })
            .unwrap_or(Err(StartError::ThreadEnded))
    }

    /// Takes a last sample, ends a task and tells what is known of it.
    #[must_use]
    pub fn remove_task(&self, task: TaskId) -> Option<TaskRecord> {
        self.ask(|reply| Request::RemoveTask { task, reply })
            .flatten()
    }

    /// What is known so far. `None` when the thread has ended by a fault of its own.
    #[must_use]
    pub fn record(&self, task: TaskId) -> Option<Record> {
        self.ask(|reply| Request::Record { task, reply })
    }

    fn ask<T>(&self, request: impl FnOnce(Sender<T>) -> Request) -> Option<T> {
        let (reply, answer) = channel();
        self.requests.as_ref()?.send(request(reply)).ok()?;
        answer.recv().ok()
    }
}

impl Drop for SamplerThread {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A panic has been printed by the thread itself; there is nothing to add.
            let _ = thread.join();
        }
    }
}

struct Work<O: Observer> {
    sampler: Sampler<O>,
    interval: Duration,
    started: Instant,
    failures_in_a_row: u32,
}

impl<O: Observer> Work<O> {
    fn new(observer: O, interval: Duration) -> Self {
        Self {
            sampler: Sampler::new(observer),
            interval,
            started: Instant::now(),
            failures_in_a_row: 0,
        }
    }

    fn until_closed(mut self, inbox: &Receiver<Request>) {
        let mut due = self.started;
        loop {
            let request = if self.samples() {
                inbox.recv_timeout(due.saturating_duration_since(Instant::now()))
            } else {
                inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match request {
                Ok(request) => {
                    let idle = !self.samples();
                    self.answer(request);
                    if idle {
                        due = Instant::now() + self.interval;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.tick();
                    due = self.next_after(due);
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn samples(&self) -> bool {
        !self.sampler.is_idle() && !self.gave_up()
    }

    fn gave_up(&self) -> bool {
        self.failures_in_a_row >= FAILURES_TO_GIVE_UP
    }

    /// The next multiple of the interval; those that were missed are left out, not made up for.
    fn next_after(&self, due: Instant) -> Instant {
        let late = Instant::now().saturating_duration_since(due);
        let missed = late.as_nanos() / self.interval.as_nanos().max(1);
        due + self.interval * u32::try_from(missed + 1).unwrap_or(u32::MAX)
    }

    fn tick(&mut self) {
        match self.sampler.tick(self.started.elapsed()) {
            Ok(()) => self.failures_in_a_row = 0,
            Err(_) => self.failures_in_a_row += 1,
        }
    }

    fn answer(&mut self, request: Request) {
        // Whoever asked may have gone away meanwhile; then nobody needs the answer.
        match request {
            Request::AddTask { pid, reply } => {
                let added = match self.sampler.add_task(pid, self.started.elapsed()) {
                    Ok(Some(task)) => Ok(task),
                    Ok(None) => Err(StartError::NoSuchProcess(pid)),
                    Err(error) => Err(error.into()),
                };
                if added.is_ok() {
                    self.tick();
                }
                let _ = reply.send(added);
            }
            Request::RemoveTask { task, reply } => {
                if self.samples() {
                    self.tick();
                }
                let _ = reply.send(self.sampler.remove_task(task));
            }
            Request::Record { task, reply } => {
                let mut record = self.sampler.record(task, self.interval, thread_cpu());
                record.gave_up = self.gave_up();
                let _ = reply.send(record);
            }
        }
    }
}

fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}
