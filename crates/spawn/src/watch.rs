//! A tree that somebody else started, sampled until it ends or somebody has seen enough.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread::Builder;
use std::time::{Duration, Instant};

use memtop_proc::native::NativeObserver;
use memtop_sampler::{Interval, Metric, Record, SamplerThread, Snapshot, StartError, TaskId};
use memtop_trace::{TraceUse, TreeTracer};

use crate::sampling::{no_thread, start_sampler};
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

/// Why a tree cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// It cannot be sampled.
    #[error(transparent)]
    Sampling(#[from] StartError),
    /// It was to be traced and cannot be.
    #[error("it cannot be traced: {0}")]
    NoTracing(String),
}

/// A tree that is being watched. Dropping it does not stop that.
#[derive(Debug)]
pub struct Watch {
    stop: Arc<AtomicBool>,
    /// It ends with the watching, however long somebody keeps this.
    sampling: (Weak<SamplerThread<NativeObserver>>, TaskId),
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
        trace: TraceUse,
        on_end: impl FnOnce(Option<Watched>) + Send + 'static,
    ) -> Result<Self, WatchError> {
        let process = Awaited::new(pid);
        let sampler = start_sampler(interval, metric, |_| Ok(()))?;
        // Nobody has asked for the tree to be touched unless they say so.
        let tracer = if trace == TraceUse::On {
            sampler.expect_events();
            let tracer = TreeTracer::start(Arc::clone(&sampler)).map_err(no_thread)?;
            tracer.attach(pid).map_err(WatchError::NoTracing)?;
            Some(tracer)
        } else {
            None
        };
        let task = sampler.add_task(pid)?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let sampling = (Arc::downgrade(&sampler), task);
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
                drop(tracer);
                on_end(record.map(|record| Watched {
                    ended,
                    duration,
                    record,
                }));
            })
            .map_err(no_thread)?;
        Ok(Self { stop, sampling })
    }

    /// How the tree is; `None` when watching is over.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        let (sampler, task) = &self.sampling;
        sampler.upgrade()?.snapshot(*task)
    }

    /// Ends watching; `on_end` is called soon. Safe to call again.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
