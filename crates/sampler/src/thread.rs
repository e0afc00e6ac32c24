//! A thread that samples on time and waits for nobody.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use memtop_proc::{Error, Observer};
use rustix::time::{ClockId, clock_gettime};

use crate::pace::Pace;
use crate::{Event, Interval, Metric, Record, Sampler, TaskId, TaskRecord};

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

/// Where the root of a task comes from.
#[derive(Clone, Copy)]
enum Arrival {
    /// It may have been there for long.
    Any,
    /// It was started after the observer took note of who is there, by a process that may get the
    /// orphans below it.
    New { adopter: Option<u32> },
}

enum Request {
    AddTask {
        arrival: Arrival,
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
    Pids {
        task: TaskId,
        reply: Sender<Vec<u32>>,
    },
    SampleNow {
        reply: Sender<()>,
    },
    Finish {
        reply: Sender<()>,
    },
    Event(Event),
}

/// The handle of a sampling thread. Dropping it ends the thread.
#[derive(Debug)]
pub struct SamplerThread {
    requests: Option<Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl SamplerThread {
    /// Starts a thread that samples while there is something to sample.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start<O>(observer: O, interval: Interval, metric: Metric) -> std::io::Result<Self>
    where
        O: Observer + Send + 'static,
    {
        let (requests, inbox) = channel();
        let thread = Builder::new()
            .name("memtop-sampler".to_owned())
            .spawn(move || {
                Work::new(observer, interval, metric).until_closed(&inbox);
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
        self.ask(|reply| Request::AddTask {
            pid,
            arrival: Arrival::Any,
            reply,
        })
        .unwrap_or(Err(StartError::ThreadEnded))
    }

    /// The same for a process that was started after the observer took note of who is there. Orphans
    /// that become children of `adopter` are of the task as well.
    ///
    /// # Errors
    /// When there is no such process or the process table cannot be read.
    pub fn add_new_task(&self, pid: u32, adopter: Option<u32>) -> Result<TaskId, StartError> {
        self.ask(|reply| Request::AddTask {
            pid,
            arrival: Arrival::New { adopter },
            reply,
        })
        .unwrap_or(Err(StartError::ThreadEnded))
    }

    /// Takes a last sample, ends a task and tells what is known of it.
    #[must_use]
    pub fn remove_task(&self, task: TaskId) -> Option<TaskRecord> {
        self.ask(|reply| Request::RemoveTask { task, reply })
            .flatten()
    }

    /// Closes the last gap and tells what is known. `None` when the thread has ended by a fault of
    /// its own.
    #[must_use]
    pub fn finish(&self, task: TaskId) -> Option<Record> {
        self.ask(|reply| Request::Finish { reply })?;
        self.record(task)
    }

    /// What is known so far. `None` when the thread has ended by a fault of its own.
    #[must_use]
    pub fn record(&self, task: TaskId) -> Option<Record> {
        self.ask(|reply| Request::Record { task, reply })
    }

    /// The living processes of a task.
    #[must_use]
    pub fn pids(&self, task: TaskId) -> Vec<u32> {
        self.ask(|reply| Request::Pids { task, reply })
            .unwrap_or_default()
    }

    /// Takes a sample now and returns when it has been taken.
    pub fn sample_now(&self) {
        // Without an answer the thread has ended, and there is nothing to sample with.
        let _ = self.ask(|reply| Request::SampleNow { reply });
    }

    /// Hands on what happened between two samples, without waiting.
    pub fn notify(&self, event: Event) {
        self.tell(Request::Event(event));
    }

    fn tell(&self, request: Request) {
        if let Some(requests) = &self.requests {
            // As above.
            let _ = requests.send(request);
        }
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
    pace: Pace,
    started: Instant,
}

impl<O: Observer> Work<O> {
    fn new(observer: O, interval: Interval, metric: Metric) -> Self {
        Self {
            sampler: Sampler::new(observer, metric),
            pace: Pace::new(interval),
            started: Instant::now(),
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
                        due = Instant::now() + self.pace.interval();
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
        !self.sampler.is_idle() && !self.pace.ended()
    }

    /// The next multiple of the interval; those that were missed are left out, not made up for.
    fn next_after(&self, due: Instant) -> Instant {
        let interval = self.pace.interval();
        let late = Instant::now().saturating_duration_since(due);
        let missed = late.as_nanos() / interval.as_nanos().max(1);
        due + interval * u32::try_from(missed + 1).unwrap_or(u32::MAX)
    }

    fn tick(&mut self) {
        let (cpu, reading) = (thread_cpu(), self.sampler.reading_time());
        let failed = self.sampler.tick(self.started.elapsed()).is_err();
        let reading = self.sampler.reading_time().saturating_sub(reading);
        let cost = thread_cpu().saturating_sub(cpu).saturating_sub(reading);
        self.pace.learn(cost, failed);
    }

    fn answer(&mut self, request: Request) {
        // Whoever asked may have gone away meanwhile; then nobody needs the answer.
        match request {
            Request::AddTask {
                pid,
                arrival,
                reply,
            } => {
                let now = self.started.elapsed();
                let added = match arrival {
                    Arrival::New { adopter } => self.sampler.add_new_task(pid, adopter, now),
                    Arrival::Any => self.sampler.add_task(pid, now),
                };
                let added = match added {
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
                let record = Record {
                    interval: self.pace.interval(),
                    cpu: thread_cpu(),
                    slowed_down: self.pace.slowed_down(),
                    gave_up: self.pace.ended(),
                    ..self.sampler.record(task)
                };
                let _ = reply.send(record);
            }
            Request::Pids { task, reply } => {
                let _ = reply.send(self.sampler.pids(task).collect());
            }
            Request::SampleNow { reply } => {
                if self.samples() {
                    self.tick();
                }
                let _ = reply.send(());
            }
            Request::Finish { reply } => {
                if !self.pace.ended() {
                    // A failure now is no reason to slow down any more.
                    let _ = self.sampler.finish(self.started.elapsed());
                }
                let _ = reply.send(());
            }
            Request::Event(event) => {
                if self.sampler.handle(event, self.started.elapsed()).is_err() {
                    self.pace.learn(Duration::ZERO, true);
                }
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
