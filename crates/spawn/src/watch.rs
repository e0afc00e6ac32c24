//! A tree that somebody else started, sampled until it ends or somebody has seen enough.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;
use std::time::{Duration, Instant};

use memtop_proc::linux::{LinuxObserver, ProcRoot};
use memtop_sampler::{Interval, Metric, Record, SamplerThread, StartError};

use crate::wait::Awaited;

/// How soon a stop is noticed.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What is known when watching ends.
#[derive(Debug)]
pub struct Watched {
    /// Whether the process has ended; else watching was stopped.
    pub ended: bool,
    /// From the start of watching.
    pub duration: Duration,
    /// What was measured.
    pub record: Record,
}

/// A tree that is being watched. Dropping it does not stop that.
#[derive(Debug)]
pub struct Watch {
    stop: Arc<AtomicBool>,
}

impl Watch {
    /// Starts to watch. `on_end` is called once, on a thread of its own; with `None` when the
    /// sampling has ended by a fault of its own.
    ///
    /// # Errors
    /// When there is no such process or it cannot be watched.
    pub fn start(
        pid: u32,
        interval: Interval,
        metric: Metric,
        on_end: impl FnOnce(Option<Watched>) + Send + 'static,
    ) -> Result<Self, StartError> {
        let observer = ProcRoot::system().and_then(LinuxObserver::new)?;
        let failed = |error: io::Error| {
            StartError::Observer(memtop_proc::Error::System {
                path: "/proc".into(),
                source: error,
            })
        };
        let process = Awaited::new(pid).map_err(failed)?;
        let sampler = SamplerThread::start(observer, interval, metric).map_err(failed)?;
        let task = sampler.add_task(pid)?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let started = Instant::now();
        Builder::new()
            .name("memtop-watch".to_owned())
            .spawn(move || {
                let mut ended = false;
                while !ended && !stopped.load(Ordering::Relaxed) {
                    ended = process.ends_within(LOOK_EVERY);
                }
                let duration = started.elapsed();
                let record = sampler.finish(task);
                on_end(record.map(|record| Watched {
                    ended,
                    duration,
                    record,
                }));
            })
            .map_err(failed)?;
        Ok(Self { stop })
    }

    /// Ends watching; `on_end` is called soon. Safe to call again.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
