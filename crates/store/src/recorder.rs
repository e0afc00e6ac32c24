//! The thread that records one run. Only the end of memtop waits for it, for a limited time.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use memtop_proc::lock;
use memtop_proc::native::own_identity;

use crate::{Error, NewRun, Pace, PidScope, RunEnd, RunWriter, Store, TimelineSegment};

/// The first segment ends this long after the start, each later one at twice the age at first, so
/// that short runs are recorded as well.
const FIRST_SEGMENT: Duration = Duration::from_millis(50);

/// Why a run is not recorded, or only in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingFailure {
    /// Whether the whole run is missing, or only its memory over time.
    pub is_whole_run: bool,
    /// The reason as a message.
    pub reason: String,
}

/// Records one run.
#[derive(Debug)]
pub struct Recorder {
    ends: Option<Sender<Box<RunEnd>>>,
    outcome: Arc<Outcome>,
}

#[derive(Debug, Default)]
struct Outcome {
    done: Mutex<Option<Result<(), RecordingFailure>>>,
    changed: Condvar,
}

impl Recorder {
    /// Starts a recording thread, without waiting for it. The thread calls `measure` for the data
    /// since the previous call, with the maximum number of sums; `measure` returns `None` once the
    /// run is over.
    #[must_use]
    pub fn start(
        file: PathBuf,
        run: NewRun,
        measure: impl FnMut(usize) -> Option<TimelineSegment> + Send + 'static,
    ) -> Self {
        let (ends, inbox) = channel();
        let outcome = Arc::new(Outcome::default());
        let thread_outcome = Arc::clone(&outcome);
        let began = Instant::now();
        let thread = Builder::new()
            .name("memtop-store".to_owned())
            // SQLite needs tens of KB.
            .stack_size(256 * 1024)
            .spawn(move || thread_outcome.set(record(&file, run, began, measure, &inbox)));
        if let Err(error) = thread {
            outcome.set(Err(RecordingFailure {
                is_whole_run: true,
                reason: error.to_string(),
            }));
        }
        Self {
            ends: Some(ends),
            outcome,
        }
    }

    /// Passes on how the run has ended. Later calls have no effect.
    pub fn finish(&mut self, end: RunEnd) {
        if let Some(ends) = self.ends.take() {
            // Fails if the thread has given up, which its outcome explains.
            let _ = ends.send(Box::new(end));
        }
    }

    /// Waits until everything is written, for at most `timeout`.
    ///
    /// # Errors
    /// If the run is not recorded, or only in part.
    pub fn wait(&self, timeout: Duration) -> Result<(), RecordingFailure> {
        let done = self.outcome.done();
        let (done, _) = self
            .outcome
            .changed
            .wait_timeout_while(done, timeout, |done| done.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        done.clone().unwrap_or_else(|| {
            Err(RecordingFailure {
                is_whole_run: true,
                reason: format!("the store has not answered for {} s", timeout.as_secs()),
            })
        })
    }
}

impl Outcome {
    fn done(&self) -> std::sync::MutexGuard<'_, Option<Result<(), RecordingFailure>>> {
        lock(&self.done)
    }

    fn set(&self, outcome: Result<(), RecordingFailure>) {
        *self.done() = Some(outcome);
        self.changed.notify_all();
    }
}

fn record(
    file: &Path,
    mut run: NewRun,
    began: Instant,
    measure: impl FnMut(usize) -> Option<TimelineSegment>,
    ends: &Receiver<Box<RunEnd>>,
) -> Result<(), RecordingFailure> {
    let nothing = |error: Error| RecordingFailure {
        is_whole_run: true,
        reason: error.to_string(),
    };
    run.memtop = own_identity();
    run.pid_scope = PidScope::at(Path::new("/proc"));
    let mut store = Store::open(file).map_err(nothing)?;
    let (end, failure) = match RunWriter::begin(&mut store, &run) {
        Ok(mut writer) => {
            let (end, failure) = follow(&mut writer, began, measure, ends);
            // Without an end, the record stays as it is.
            let Some(end) = end else { return Ok(()) };
            (writer.end(&end), failure)
        }
        Err(error) => {
            let Ok(end) = ends.recv() else { return Ok(()) };
            // Try again: it may work now.
            let writer = RunWriter::begin(&mut store, &run);
            (writer.and_then(|mut writer| writer.end(&end)), Some(error))
        }
    };
    end.map_err(nothing)?;
    failure.map_or(Ok(()), |error| {
        Err(RecordingFailure {
            is_whole_run: false,
            reason: error.to_string(),
        })
    })
}

/// Writes segments until the end of the run, which it returns; `None` if the recorder was dropped.
/// Also returns the error that stopped the timeline early, if any.
fn follow(
    writer: &mut RunWriter<'_>,
    began: Instant,
    mut measure: impl FnMut(usize) -> Option<TimelineSegment>,
    ends: &Receiver<Box<RunEnd>>,
) -> (Option<Box<RunEnd>>, Option<Error>) {
    let mut due = FIRST_SEGMENT;
    // The first call starts the collection of sums.
    let mut is_measured = measure(Pace::at(Duration::ZERO).sums).is_some();
    let mut failure = None;
    while is_measured {
        match ends.recv_timeout(due.saturating_sub(began.elapsed())) {
            Ok(end) => return (Some(end), None),
            Err(RecvTimeoutError::Disconnected) => return (None, None),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let age = began.elapsed();
        let pace = Pace::at(age);
        due = age + pace.every.min(age.max(FIRST_SEGMENT));
        match measure(pace.sums).map(|segment| writer.add(&segment)) {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                // Stop: the data would have gaps.
                failure = Some(error);
                is_measured = false;
            }
            None => is_measured = false,
        }
    }
    (ends.recv().ok(), failure)
}
