//! A sampler of processes that somebody else started, as JavaScript holds it.

use std::collections::HashMap;

use memtop_proc::linux::{LinuxObserver, ProcRoot};
use memtop_sampler::{Metric, SamplerThread, TaskId};
use napi_derive::napi;

use crate::error::{self, Code, Result};
use crate::options;
use crate::record::TreeRecord;

/// Samples any number of trees, each from a pid down, on one thread.
#[napi]
pub struct NativeSampler {
    thread: Option<SamplerThread<LinuxObserver>>,
    tasks: HashMap<u32, TaskId>,
}

#[napi]
impl NativeSampler {
    /// # Errors
    /// When the process table cannot be read here.
    #[napi(constructor)]
    pub fn new(interval_ms: Option<f64>) -> Result<Self> {
        let observer = ProcRoot::system()
            .and_then(LinuxObserver::new)
            .map_err(|error| error::of_sampler(&error.into()))?;
        let thread = SamplerThread::start(observer, options::interval(interval_ms)?, Metric::Auto)
            .map_err(|error| Code::System.error(error))?;
        Ok(Self {
            thread: Some(thread),
            tasks: HashMap::new(),
        })
    }

    /// Starts to track a pid and its descendants, if it is not tracked yet.
    ///
    /// # Errors
    /// When there is no such process or it cannot be read.
    #[napi]
    pub fn start(&mut self, pid: u32) -> Result<()> {
        if self.tasks.contains_key(&pid) {
            return Ok(());
        }
        let thread = self
            .thread
            .as_ref()
            .ok_or_else(|| Code::System.error("it is closed"))?;
        let task = thread
            .add_task(pid)
            .map_err(|error| error::of_sampler(&error))?;
        self.tasks.insert(pid, task);
        Ok(())
    }

    /// Stops to track a pid and tells what is known of its tree. Nothing for one not tracked.
    #[napi]
    pub fn stop(&mut self, pid: u32) -> Option<TreeRecord> {
        let task = self.tasks.remove(&pid)?;
        self.thread
            .as_ref()?
            .remove_task(task)
            .map(TreeRecord::from)
    }

    /// Ends the thread. Safe to call again.
    #[napi]
    pub fn close(&mut self) {
        self.tasks.clear();
        self.thread = None;
    }
}
