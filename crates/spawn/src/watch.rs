//! A tree that another program started, sampled until it ends or the caller has seen enough.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;
use std::time::Duration;

use memtop_sampler::{Interval, Metric, Snapshot, StartError};
use memtop_trace::TraceUse;

use crate::wait::ExitWaiter;
use crate::{TrackError, TrackOptions, Tracked, TrackedEnd, Tracker, Tracking};

/// How soon a stop is noticed.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A tree that is being watched. Dropping it does not stop that.
#[derive(Debug)]
pub struct Watch {
    stop: Arc<AtomicBool>,
    tree: Arc<Tracked>,
    tracking: Tracking,
}

impl Watch {
    /// Starts to watch. `on_end` is called once, on a thread of its own; with `None` when the
    /// sampling thread has panicked.
    ///
    /// # Errors
    /// When there is no such process or it cannot be watched.
    pub fn start(
        pid: u32,
        interval: Interval,
        metric: Metric,
        trace: TraceUse,
        on_end: impl FnOnce(Option<TrackedEnd>) + Send + 'static,
    ) -> Result<Self, TrackError> {
        let process = ExitWaiter::new(pid);
        let tracker = Tracker::start(interval, metric, trace)?;
        tracker.trace(pid).map_err(TrackError::NoEvents)?;
        let tree = Arc::new(tracker.track(pid, &TrackOptions::default(), |_| {})?);
        let stop = Arc::new(AtomicBool::new(false));
        let tracking = tracker.tracking();
        let (watched, is_stopped) = (Arc::clone(&tree), Arc::clone(&stop));
        Builder::new()
            .name("memtop-watch".to_owned())
            .spawn(move || {
                while !is_stopped.load(Ordering::Relaxed) && !process.ends_within(LOOK_EVERY) {}
                watched.finish(move |end| {
                    // Detaches from its processes first.
                    drop(tracker);
                    on_end(end);
                });
            })
            .map_err(StartError::NoThread)?;
        Ok(Self {
            stop,
            tree,
            tracking,
        })
    }

    /// How the tree is followed.
    #[must_use]
    pub fn tracking(&self) -> Tracking {
        self.tracking.clone()
    }

    /// The state of the tree; `None` when watching is over.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.tree.snapshot()
    }

    /// Ends watching; `on_end` is called soon. Safe to call again.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
