//! A tree that another program has started and that is guarded, as an object of JavaScript.

use memtop_spawn::{Tracked, TrackedEnd};
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;

use crate::deferred::Deferred;
use crate::error::Result;
use crate::found::{FoundRecord, FoundTaskState, tree_and_found};
use crate::options;
use crate::record::{SamplingRecord, TreeRecord, millis};
use crate::run_end::{GuardEnd, StoppedEnd};
use crate::session::GRACE;
use crate::snapshot::SnapshotRecord;

/// What is known when tracking ends. Times count from its start.
#[napi(object, object_from_js = false)]
pub struct TaskEnd {
    /// Whether the process that was tracked is still there.
    pub is_running: bool,
    pub duration_ms: f64,
    pub tree: TreeRecord,
    pub found: FoundRecord,
    pub sampling: SamplingRecord,
    /// How it was guarded.
    pub guard: Option<GuardEnd>,
    /// That it was ended, and by what.
    pub stopped: Option<StoppedEnd>,
    pub remarks: Vec<String>,
}

/// A tree that is being tracked.
#[napi]
pub struct NativeTask {
    tracked: Tracked,
    end: Deferred<Option<TaskEnd>>,
}

impl NativeTask {
    pub(crate) fn new(tracked: Tracked) -> Self {
        Self {
            tracked,
            end: Deferred::new(),
        }
    }
}

#[napi]
impl NativeTask {
    /// Its state; nothing when it is not tracked any more.
    #[napi]
    #[must_use]
    pub fn snapshot(&self) -> Option<SnapshotRecord> {
        self.tracked.snapshot().map(Into::into)
    }

    /// The state of each task that was found in it.
    #[napi]
    #[must_use]
    pub fn tasks(&self) -> Vec<FoundTaskState> {
        self.tracked.tasks().into_iter().map(Into::into).collect()
    }

    /// Assigns a process of the tree to a task, by the name of a runner in the rules and that of the
    /// task. Whether both the process and the runner are known.
    // Node-API passes arguments by value.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    #[must_use]
    pub fn assign_to_task(&self, pid: u32, runner: String, name: String) -> bool {
        self.tracked.assign_to_task(pid, &runner, &name)
    }

    /// Ends the whole tree; its processes have `grace_ms` to end by themselves. Calling it again
    /// without any grace cuts that short.
    ///
    /// # Errors
    /// When the time is none.
    #[napi]
    pub fn kill(&self, grace_ms: Option<f64>) -> Result<()> {
        let grace = options::duration(grace_ms)?.unwrap_or(GRACE);
        self.tracked.end(grace);
        Ok(())
    }

    /// Stops tracking it, once no process of it is being ended. It can be called once.
    ///
    /// # Errors
    /// When it has been called already.
    #[napi(ts_return_type = "Promise<TaskEnd | null>")]
    pub fn finish<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let promise = self.end.promise(env)?;
        let delivery = self.end.clone();
        self.tracked
            .finish(move |end| delivery.deliver(end.map(Into::into)));
        Ok(promise)
    }
}

impl From<TrackedEnd> for TaskEnd {
    fn from(end: TrackedEnd) -> Self {
        let sampling = (&end.record).into();
        let (tree, found) = tree_and_found(end.record);
        Self {
            is_running: end.is_running,
            duration_ms: millis(end.duration),
            sampling,
            tree,
            found,
            guard: end.guard.map(Into::into),
            stopped: end.stopped.map(Into::into),
            remarks: end.remarks,
        }
    }
}
