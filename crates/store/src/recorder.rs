//! The thread that records one run. Nobody waits for it but, for a bounded time, the very end.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use memtop_proc::lock;
use memtop_proc::native::own_identity;

use crate::{Error, Here, Look, NewRun, Pace, RunEnd, RunWriter, Store};

/// Looks at first, when a run may be over soon: 50 ms after the start, then twice as late each time.
const FIRST_LOOK: Duration = Duration::from_millis(50);

/// Why a run is not recorded, or not as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What is missing: the run, or only its course.
    pub is_whole_run: bool,
    /// Why, in words.
    pub reason: String,
}

/// Records one run.
#[derive(Debug)]
pub struct Recorder {
    ends: Option<Sender<Box<RunEnd>>>,
    state: Arc<Outcome>,
}

#[derive(Debug, Default)]
struct Outcome {
    done: Mutex<Option<Result<(), Trouble>>>,
    changed: Condvar,
}

impl Recorder {
    /// Starts to record on a thread of its own; nothing is waited for. `look` is asked for what the
    /// run has had since it was asked before, as so many sums at most, and answers `None` once the
    /// run is over.
    #[must_use]
    pub fn start(
        file: PathBuf,
        run: NewRun,
        look: impl FnMut(usize) -> Option<Look> + Send + 'static,
    ) -> Self {
        let (ends, inbox) = channel();
        let state = Arc::new(Outcome::default());
        let told = Arc::clone(&state);
        let began = Instant::now();
        let thread = Builder::new()
            .name("memtop-store".to_owned())
            // SQLite needs some tens of KB.
            .stack_size(256 * 1024)
            .spawn(move || told.tell(record(&file, run, began, look, &inbox)));
        if let Err(error) = thread {
            state.tell(Err(Trouble {
                is_whole_run: true,
                reason: error.to_string(),
            }));
        }
        Self {
            ends: Some(ends),
            state,
        }
    }

    /// Hands over how the run has ended. Safe to call again, to no effect.
    pub fn finish(&mut self, end: RunEnd) {
        if let Some(ends) = self.ends.take() {
            // A thread that has given up has said why.
            let _ = ends.send(Box::new(end));
        }
    }

    /// Waits until everything is written, but not for longer than that.
    ///
    /// # Errors
    /// What is not recorded.
    pub fn wait(&self, at_most: Duration) -> Result<(), Trouble> {
        let done = self.state.done();
        let (done, _) = self
            .state
            .changed
            .wait_timeout_while(done, at_most, |done| done.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        done.clone().unwrap_or_else(|| {
            Err(Trouble {
                is_whole_run: true,
                reason: format!("the store has not answered for {} s", at_most.as_secs()),
            })
        })
    }
}

impl Outcome {
    fn done(&self) -> std::sync::MutexGuard<'_, Option<Result<(), Trouble>>> {
        lock(&self.done)
    }

    fn tell(&self, outcome: Result<(), Trouble>) {
        *self.done() = Some(outcome);
        self.changed.notify_all();
    }
}

fn record(
    file: &Path,
    mut run: NewRun,
    began: Instant,
    look: impl FnMut(usize) -> Option<Look>,
    ends: &Receiver<Box<RunEnd>>,
) -> Result<(), Trouble> {
    let nothing = |error: Error| Trouble {
        is_whole_run: true,
        reason: error.to_string(),
    };
    run.memtop = own_identity();
    run.here = Here::at(Path::new("/proc"));
    let mut store = Store::open(file).map_err(nothing)?;
    let (end, trouble) = match RunWriter::begin(&mut store, &run) {
        Ok(mut writer) => {
            let (end, trouble) = follow(&mut writer, began, look, ends);
            // Without an end the record says what is known.
            let Some(end) = end else { return Ok(()) };
            (writer.end(&end), trouble)
        }
        Err(error) => {
            let Ok(end) = ends.recv() else { return Ok(()) };
            // What was impossible at the start may be possible now.
            let writer = RunWriter::begin(&mut store, &run);
            (writer.and_then(|mut writer| writer.end(&end)), Some(error))
        }
    };
    end.map_err(nothing)?;
    trouble.map_or(Ok(()), |error| {
        Err(Trouble {
            is_whole_run: false,
            reason: error.to_string(),
        })
    })
}

/// Writes look after look until the end comes; none when nobody is left who could tell of it. Also
/// why the looking ended early.
fn follow(
    writer: &mut RunWriter<'_>,
    began: Instant,
    mut look: impl FnMut(usize) -> Option<Look>,
    ends: &Receiver<Box<RunEnd>>,
) -> (Option<Box<RunEnd>>, Option<Error>) {
    let mut due = FIRST_LOOK;
    // The first call has the looking begin.
    let mut looks_on = look(Pace::at(Duration::ZERO).sums).is_some();
    let mut trouble = None;
    while looks_on {
        match ends.recv_timeout(due.saturating_sub(began.elapsed())) {
            Ok(end) => return (Some(end), None),
            Err(RecvTimeoutError::Disconnected) => return (None, None),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let age = began.elapsed();
        let pace = Pace::at(age);
        due = age + pace.every.min(age.max(FIRST_LOOK));
        match look(pace.sums).map(|look| writer.add(&look)) {
            Some(Ok(())) => {}
            Some(Err(error)) => {
                // A course with holes would not be one.
                trouble = Some(error);
                looks_on = false;
            }
            None => looks_on = false,
        }
    }
    (ends.recv().ok(), trouble)
}
