//! A thread that takes samples on time.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use memtop_proc::lock;
use memtop_proc::{Error, GroupCounters, HighWater, Observer, ProcessId, Startup};

use crate::guarded_task::TaskGuard;
use crate::timed_sampler::TimedSampler;
use crate::{
    Event, Interval, LivingProcess, Metric, NamedState, Record, Samples, SharedRules, Snapshot,
    TaskId, TaskRecord, TimelineSegment, Traits,
};

/// With more events than this waiting, they are handled before the next sample.
const MOST_WAITING: usize = 512;
/// A process that ends is worth a sample if it has this share of the peak, and as much as this.
const PART_OF_THE_PEAK: u64 = 64;
const WORTH_A_SAMPLE: u64 = 4 << 20;

/// Why a task could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no process with this pid.
    #[error("there is no process {0}")]
    NoSuchProcess(u32),
    /// The process table cannot be read.
    #[error(transparent)]
    Observer(#[from] Error),
    /// The sampling thread has panicked.
    #[error("the sampling thread has ended")]
    ThreadEnded,
}

/// A sampler and the thread that calls it on time. Other threads call it between two samples, on
/// their own time. Dropping it ends the thread.
pub struct SamplerThread<O: Observer> {
    shared: Arc<Shared<O>>,
    thread: Option<JoinHandle<()>>,
}

struct Shared<O: Observer> {
    timed: Mutex<TimedSampler<O>>,
    /// Notified when there is something to sample, or it is closed.
    changed: Condvar,
    /// Events that were not taken in yet, and when they came.
    events: Mutex<Vec<(Instant, Event)>>,
    /// The task rules, once a task is attributed.
    rules: OnceLock<SharedRules>,
    /// Of the highest tree, and of the largest process.
    peak_bytes: AtomicU64,
    largest_bytes: AtomicU64,
}

impl<O: Observer> fmt::Debug for SamplerThread<O> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SamplerThread")
            .finish_non_exhaustive()
    }
}

impl<O: Observer + Send + 'static> SamplerThread<O> {
    /// Starts a thread that samples while there is something to sample.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(observer: O, interval: Interval, metric: Metric) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            timed: Mutex::new(TimedSampler::new(observer, interval, metric)),
            changed: Condvar::new(),
            events: Mutex::default(),
            rules: OnceLock::new(),
            peak_bytes: AtomicU64::new(0),
            largest_bytes: AtomicU64::new(0),
        });
        let sampling = Arc::clone(&shared);
        let thread = Builder::new()
            .name("memtop-sampler".to_owned())
            .spawn(move || sampling.until_closed())?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// From now on [`Self::notify`] is called for every birth.
    pub fn expect_events(&self) {
        let _ = self.with(|timed| timed.sampler.expect_events());
    }

    /// From now on some births are not reported, so the process table is scanned for all, for good.
    pub fn look_for_births(&self) {
        let _ = self.with(|timed| timed.sampler.look_for_births());
    }

    /// Counts all times from this instant on, before anything was sampled.
    pub fn count_from(&self, start: Instant) {
        let _ = self.with(|timed| timed.started = start);
    }

    /// Starts a task at a process and takes its first sample at once.
    ///
    /// # Errors
    /// When there is no such process or the process table cannot be read.
    pub fn add_task(&self, pid: u32) -> Result<TaskId, StartError> {
        self.start_task(pid, |timed| timed.sampler.add_task(pid, timed.now()))
    }

    /// The same for a process that was started after the observer took note of the processes that
    /// there are. Orphans that become children of `adopter` are of the task as well.
    ///
    /// # Errors
    /// When there is no such process or the process table cannot be read.
    pub fn add_new_task(&self, pid: u32, adopter: Option<u32>) -> Result<TaskId, StartError> {
        self.start_task(pid, |timed| {
            timed.sampler.add_new_task(pid, adopter, timed.now())
        })
    }

    /// From now on the kernel counts what is in a task, and nothing else.
    pub fn set_counters(&self, task: TaskId, counters: Box<dyn GroupCounters>) {
        let _ = self.with(|timed| timed.set_counters(task, counters));
        self.shared.changed.notify_all();
    }

    /// The kernel does not count all of a task any more.
    pub fn remove_counters(&self, task: TaskId) {
        let _ = self.with(|timed| timed.sampler.remove_counters(task));
    }

    /// Adds a task that holds others. Orphans that become children of `adopter`, and are of no task
    /// in it, are of this one. `None` when the thread has panicked.
    #[must_use]
    pub fn add_group(&self, enclosing: Option<TaskId>, adopter: Option<u32>) -> Option<TaskId> {
        self.with(|timed| timed.sampler.add_group(enclosing, adopter))
    }

    /// Starts a task inside another, at a process that was started after the observer took note of
    /// the processes that there are.
    ///
    /// # Errors
    /// When there is no such process or the process table cannot be read.
    pub fn add_new_task_within(&self, enclosing: TaskId, pid: u32) -> Result<TaskId, StartError> {
        self.start_task(pid, |timed| {
            timed
                .sampler
                .add_new_task_within(enclosing, pid, timed.now())
        })
    }

    fn start_task(
        &self,
        pid: u32,
        add: impl FnOnce(&mut TimedSampler<O>) -> Result<Option<TaskId>, Error>,
    ) -> Result<TaskId, StartError> {
        let added = self.with(|timed| {
            let was_idle = !timed.samples();
            if was_idle {
                timed.sampler.resume();
            }
            let added = add(timed)?;
            if added.is_some() {
                timed.tick();
            }
            if was_idle {
                timed.due = Instant::now() + timed.pace.interval();
            }
            Ok(added)
        });
        self.shared.changed.notify_all();
        match added {
            None => Err(StartError::ThreadEnded),
            Some(Ok(None)) => Err(StartError::NoSuchProcess(pid)),
            Some(Ok(Some(task))) => Ok(task),
            Some(Err(error)) => Err(error),
        }
    }

    /// Takes a last sample, ends a task and returns its record.
    #[must_use]
    pub fn remove_task(&self, task: TaskId) -> Option<TaskRecord> {
        self.with(|timed| {
            if timed.samples() {
                timed.tick();
            }
            timed.remove_task(task)
        })
        .flatten()
    }

    /// Closes the last gap, ends a task and returns its last state. `None` when there is no such
    /// task, or the thread has panicked.
    #[must_use]
    pub fn end_task(&self, task: TaskId) -> Option<Snapshot> {
        self.with(|timed| {
            timed.finish();
            let last = timed.snapshot(task);
            timed.remove_task(task).map(|_| last)
        })
        .flatten()
    }

    /// Closes the last gap and returns the record. `None` when the thread has panicked.
    #[must_use]
    pub fn finish(&self, task: TaskId) -> Option<Record> {
        self.with(|timed| {
            timed.finish();
            timed.last_record(task)
        })
    }

    /// What is known so far. `None` when the thread has panicked.
    #[must_use]
    pub fn record(&self, task: TaskId) -> Option<Record> {
        self.with(|timed| timed.record(task))
    }

    /// Guards a task from now on.
    pub fn guard(&self, task: TaskId, guard: TaskGuard) {
        let _ = self.with(|timed| timed.guard(task, guard));
        self.shared.changed.notify_all();
    }

    /// Whether a task still grows although it is being ended for its memory.
    #[must_use]
    pub fn is_urgent(&self, task: TaskId) -> bool {
        self.with(|timed| timed.is_urgent(task)).unwrap_or(false)
    }

    /// The living processes of a task.
    #[must_use]
    pub fn pids(&self, task: TaskId) -> Vec<u32> {
        self.with(|timed| timed.sampler.pids(task).collect())
            .unwrap_or_default()
    }

    /// Takes a sample and returns the processes of a task.
    #[must_use]
    pub fn members(&self, task: TaskId) -> Vec<ProcessId> {
        self.with(|timed| {
            timed.sample();
            timed.sampler.members(task).collect()
        })
        .unwrap_or_default()
    }

    /// Takes a sample and returns the processes that have memory.
    #[must_use]
    pub fn living(&self, task: TaskId) -> Vec<LivingProcess> {
        self.with(|timed| {
            timed.sample();
            timed.sampler.living(task)
        })
        .unwrap_or_default()
    }

    /// A task at the last sample. `None` when the thread has panicked.
    #[must_use]
    pub fn snapshot(&self, task: TaskId) -> Option<Snapshot> {
        self.with(|timed| timed.snapshot(task))
    }

    /// The memory of a task since this was last called, as at most `sums` sums. The first call
    /// begins it. `None` when the task has ended.
    #[must_use]
    pub fn take_timeline_segment(&self, task: TaskId, sums: usize) -> Option<TimelineSegment> {
        self.with(|timed| {
            Some(TimelineSegment {
                at: timed.now(),
                sums: timed.sampler.take_timeline_segment(task, sums)?,
                living: timed.sampler.living(task),
            })
        })
        .flatten()
    }

    /// A reader of every sample of a task from now on, and of those before as far as they are kept.
    /// `None` when the task has ended.
    #[must_use]
    pub fn samples(&self, task: TaskId) -> Option<Samples> {
        self.with(|timed| timed.sampler.samples(task)).flatten()
    }

    /// The present time, as all times are counted here.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.with(|timed| timed.now()).unwrap_or_default()
    }

    /// Takes a sample now.
    pub fn sample_now(&self) {
        let _ = self.with(|timed| {
            if timed.samples() {
                timed.tick();
            }
        });
    }

    /// Takes an event between two samples. It is handled with the next one.
    pub fn notify(&self, event: Event) {
        let waiting = {
            let mut events = self.shared.events();
            events.push((Instant::now(), event));
            events.len()
        };
        if waiting >= MOST_WAITING {
            let _ = self.with(|_| ());
        }
    }

    /// Attributes the processes of a task to found tasks from now on, by rules that are the same
    /// for all tasks of this sampler. `before` is what its first process has from outside.
    pub fn attribute(&self, task: TaskId, rules: &SharedRules, before: &Traits) {
        let rules = Arc::clone(self.shared.rules.get_or_init(|| Arc::clone(rules)));
        let _ = self.with(|timed| timed.attribute(task, rules, before));
    }

    /// Attributes a process to a task by name; see
    /// [`Sampler::tell_task`](crate::Sampler::tell_task).
    #[must_use]
    pub fn tell_task(&self, root: TaskId, pid: u32, runner: &str, name: &str) -> bool {
        self.with(|timed| timed.tell_task(root, pid, runner, name))
            .unwrap_or(false)
    }

    /// The present states of the tasks that were found in a task.
    #[must_use]
    pub fn named_states(&self, task: TaskId) -> Vec<NamedState> {
        self.with(|timed| timed.sampler.named_states(task))
            .unwrap_or_default()
    }

    /// Reports an exec. The process must not run on before this returns.
    pub fn notify_exec<'a>(
        &self,
        pid: u32,
        startup: impl FnOnce() -> Option<Startup<'a>>,
        directory: impl FnOnce() -> Option<PathBuf>,
    ) {
        let rules = self.shared.rules.get();
        let startup = rules.and_then(|rules| Some((rules, startup()?)));
        let traits = startup.map(|(rules, startup)| Arc::new(rules.look(&startup, directory)));
        self.notify(Event::Execed(pid, traits));
    }

    /// Reports that a process is about to end. It must not run on before this returns: if it is
    /// large enough to matter, a sample is taken while it has its memory.
    pub fn notify_exit(&self, pid: u32, last: HighWater) {
        self.notify(Event::Exiting(pid, last));
        let part = self.shared.peak_bytes.load(Relaxed) / PART_OF_THE_PEAK;
        let matters = last.now_bytes >= part.max(WORTH_A_SAMPLE);
        let is_largest = last.highest_bytes > self.shared.largest_bytes.load(Relaxed);
        if matters || is_largest {
            let _ = self.with(|timed| timed.sample_at_exit(pid));
        }
    }

    /// Calls `act` between two samples; `None` when the thread has panicked.
    fn with<T>(&self, act: impl FnOnce(&mut TimedSampler<O>) -> T) -> Option<T> {
        let mut timed = self.shared.timed.lock().ok()?;
        self.shared.handle_events(&mut timed);
        let answer = act(&mut timed);
        self.shared.note_highest(&timed);
        Some(answer)
    }
}

impl<O: Observer> Drop for SamplerThread<O> {
    fn drop(&mut self) {
        if let Ok(mut timed) = self.shared.timed.lock() {
            timed.is_closed = true;
        }
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic has been printed by the thread itself.
            let _ = thread.join();
        }
    }
}

impl<O: Observer> Shared<O> {
    fn until_closed(&self) {
        // Poisoned by a panic in another thread: there is nothing left to sample with.
        let Ok(mut timed) = self.timed.lock() else {
            return;
        };
        while !timed.is_closed {
            let left = timed.next_turn().saturating_duration_since(Instant::now());
            let waited = if !timed.samples() {
                self.changed.wait(timed)
            } else if left.is_zero() {
                self.handle_events(&mut timed);
                timed.take_turn();
                self.note_highest(&timed);
                continue;
            } else {
                let waited = self.changed.wait_timeout(timed, left);
                waited
                    .map(|(timed, _)| timed)
                    .map_err(|error| PoisonError::new(error.into_inner().0))
            };
            match waited {
                Ok(waited) => timed = waited,
                Err(_) => return,
            }
        }
    }

    fn events(&self) -> MutexGuard<'_, Vec<(Instant, Event)>> {
        lock(&self.events)
    }

    fn handle_events(&self, timed: &mut TimedSampler<O>) {
        let events = std::mem::take(&mut *self.events());
        timed.handle(events);
    }

    fn note_highest(&self, timed: &TimedSampler<O>) {
        let (peak, largest) = timed.sampler.highest();
        self.peak_bytes.store(peak, Relaxed);
        self.largest_bytes.store(largest, Relaxed);
    }
}
