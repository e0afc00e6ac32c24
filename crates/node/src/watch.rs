//! A tree that is watched until it ends, as an object of JavaScript.

use memtop_spawn::{TrackedEnd, Watch};
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;

use crate::deferred::Deferred;
use crate::error::{self, Result};
use crate::found_task_index::FoundTaskIndex;
use crate::options;
use crate::record::{SamplingRecord, TreeRecord, millis};
use crate::snapshot::SnapshotRecord;
use crate::tracking::TrackingRecord;

/// What to watch and how.
#[napi(object, object_to_js = false)]
pub struct WatchOptions {
    pub pid: u32,
    /// The sampler's own choice when absent.
    pub interval_ms: Option<f64>,
    #[napi(ts_type = "'auto' | 'rss' | 'pss'")]
    pub metric: Option<String>,
    #[napi(ts_type = "'auto' | 'kernel' | 'ptrace' | 'on' | 'off'")]
    pub trace: Option<String>,
}

/// What is known when watching ends.
#[napi(object, object_from_js = false)]
pub struct WatchEnd {
    pub duration_ms: f64,
    /// Absent when the sampling thread has panicked.
    pub tree: Option<TreeRecord>,
    pub sampling: Option<SamplingRecord>,
}

/// A tree that is being watched.
#[napi]
pub struct NativeWatch {
    watch: Watch,
    end: Deferred<WatchEnd>,
}

#[napi]
impl NativeWatch {
    /// # Errors
    /// When there is no such process or it cannot be watched.
    #[napi(constructor)]
    pub fn new(options: WatchOptions) -> Result<Self> {
        let WatchOptions {
            pid,
            interval_ms,
            metric,
            trace,
        } = options;
        let trace = options::trace_use(trace.as_deref())?;
        let interval = options::interval(interval_ms)?;
        let metric = options::metric(metric.as_deref())?;
        let end = Deferred::new();
        let delivery = end.clone();
        let watch = Watch::start(pid, interval, metric, trace, move |watched| {
            delivery.deliver(watched.into());
        })
        .map_err(|error| error::of_tracker(&error))?;
        Ok(Self { watch, end })
    }

    /// Resolves when the process has ended or watching was stopped. It can be called once.
    ///
    /// # Errors
    /// When it has been called already.
    #[napi(ts_return_type = "Promise<WatchEnd>")]
    pub fn ended<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.end.promise(env)
    }

    /// The state of the tree; nothing when watching is over.
    #[napi]
    #[must_use]
    pub fn snapshot(&self) -> Option<SnapshotRecord> {
        self.watch.snapshot().map(Into::into)
    }

    /// How the tree is followed.
    #[napi]
    #[must_use]
    pub fn tracking(&self) -> TrackingRecord {
        self.watch.tracking().into()
    }

    /// Ends watching. Safe to call again.
    #[napi]
    pub fn stop(&self) {
        self.watch.stop();
    }
}

impl From<Option<TrackedEnd>> for WatchEnd {
    fn from(watched: Option<TrackedEnd>) -> Self {
        match watched {
            Some(TrackedEnd {
                duration, record, ..
            }) => Self {
                duration_ms: millis(duration),
                sampling: Some((&record).into()),
                tree: Some(TreeRecord::of(record.task, &FoundTaskIndex::default())),
            },
            None => Self {
                duration_ms: 0.0,
                tree: None,
                sampling: None,
            },
        }
    }
}
