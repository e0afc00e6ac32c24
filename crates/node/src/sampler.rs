//! A sampler of processes that other programs have started, as an object of JavaScript.

use std::collections::HashMap;

use memtop_sampler::TaskId;
use memtop_spawn::{TrackOptions, Tracker};
use napi::bindgen_prelude::{FnArgs, Function};
use napi_derive::napi;

use crate::alarm::AlarmRecord;
use crate::error::{self, Code, Result};
use crate::events::Listener;
use crate::found_task_index::FoundTaskIndex;
use crate::options;
use crate::record::TreeRecord;
use crate::rules::{RulesOption, rules};
use crate::session::GRACE;
use crate::size::{SizeOption, size};
use crate::tracked::NativeTask;

/// How one tree is tracked.
#[napi(object, object_to_js = false)]
pub struct TaskOptions {
    pub warn: Option<SizeOption>,
    pub limit: Option<SizeOption>,
    /// Whether the tree is ended at its limit.
    pub ends_at_limit: bool,
    /// How long processes that are asked to end may take then.
    pub grace_ms: Option<f64>,
    /// The rules that assign processes to tasks; the same for all trees that have rules.
    pub rules: Option<RulesOption>,
}

/// Samples any number of trees, each from a pid down, on one thread.
#[napi]
pub struct NativeSampler {
    tracker: Option<Tracker>,
    tasks: HashMap<u32, TaskId>,
}

#[napi]
impl NativeSampler {
    /// # Errors
    /// When the process table cannot be read here.
    // Node-API passes arguments by value.
    #[allow(clippy::needless_pass_by_value)]
    #[napi(
        constructor,
        ts_args_type = "intervalMs?: number | undefined | null, metric?: 'auto' | 'rss' | 'pss' | undefined | null, trace?: 'auto' | 'kernel' | 'ptrace' | 'on' | 'off' | undefined | null"
    )]
    pub fn new(
        interval_ms: Option<f64>,
        metric: Option<String>,
        trace: Option<String>,
    ) -> Result<Self> {
        let interval = options::interval(interval_ms)?;
        let metric = options::metric(metric.as_deref())?;
        let trace = options::trace_use(trace.as_deref())?;
        let tracker =
            Tracker::start(interval, metric, trace).map_err(|error| error::of_tracker(&error))?;
        Ok(Self {
            tracker: Some(tracker),
            tasks: HashMap::new(),
        })
    }

    /// Traces a tree where that was asked for. Returns why it cannot be traced; it can still be sampled.
    ///
    /// # Errors
    /// When it is closed.
    #[napi]
    pub fn trace(&self, pid: u32) -> Result<Option<String>> {
        Ok(self.tracker()?.trace(pid).err())
    }

    /// Starts to sample a pid and its descendants, if that is not done yet.
    ///
    /// # Errors
    /// When there is no such process or it cannot be read.
    #[napi]
    pub fn start(&mut self, pid: u32) -> Result<()> {
        if self.tasks.contains_key(&pid) {
            return Ok(());
        }
        let task = self
            .tracker()?
            .follow(pid)
            .map_err(|error| error::of_sampler(&error))?;
        self.tasks.insert(pid, task);
        Ok(())
    }

    /// Stops that and returns what is known of the tree. Nothing for one that was not started.
    #[napi]
    pub fn stop(&mut self, pid: u32) -> Option<TreeRecord> {
        let task = self.tasks.remove(&pid)?;
        let record = self.tracker.as_ref()?.leave(task)?;
        Some(TreeRecord::of(record, &FoundTaskIndex::default()))
    }

    /// Starts to track a pid and its descendants, even if another caller does so already.
    ///
    /// # Errors
    /// When there is no such process or it cannot be read.
    // Node-API passes arguments by value.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    pub fn track(
        &self,
        pid: u32,
        options: TaskOptions,
        on_alarm: Function<'_, FnArgs<(AlarmRecord,)>, ()>,
    ) -> Result<NativeTask> {
        let on_alarm = Listener::new(&on_alarm)?;
        let options = TrackOptions {
            warn: options.warn.as_ref().and_then(size),
            limit: options.limit.as_ref().and_then(size),
            ends_at_limit: options.ends_at_limit,
            grace: options::duration(options.grace_ms)?.unwrap_or(GRACE),
            rules: rules(options.rules)?,
        };
        let tracked = self
            .tracker()?
            .track(pid, &options, move |alarm| {
                on_alarm.call((alarm.into(),).into());
            })
            .map_err(|error| error::of_sampler(&error))?;
        Ok(NativeTask::new(tracked))
    }

    /// Ends the thread. Safe to call again.
    #[napi]
    pub fn close(&mut self) {
        self.tasks.clear();
        self.tracker = None;
    }

    fn tracker(&self) -> Result<&Tracker> {
        self.tracker
            .as_ref()
            .ok_or_else(|| Code::System.error("it is closed"))
    }
}
