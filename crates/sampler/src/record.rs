//! What a sampler has found out.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Description, ProcessId};

use crate::Peak;

/// Everything that is known when sampling ends.
#[derive(Clone, Debug)]
pub struct Record {
    /// The task that the sampler was asked about.
    pub task: TaskRecord,
    /// The interval that was asked for.
    pub interval: Duration,
    /// Samples taken.
    pub ticks: u64,
    /// The middle one of the times between samples.
    pub median_gap: Option<Duration>,
    /// The longest time between two samples.
    pub longest_gap: Option<Duration>,
    /// CPU time that the sampler's thread used.
    pub cpu: Duration,
    /// Samples that failed.
    pub failures: u64,
    /// The first failure, in words.
    pub first_failure: Option<String>,
    /// Sampling was given up after failing many times in a row.
    pub gave_up: bool,
}

/// What is known of one task.
#[derive(Clone, Debug, Default)]
pub struct TaskRecord {
    /// The highest sum. `None` when not one process was measured.
    pub peak: Option<Peak>,
    /// The process that was the largest at any sample.
    pub largest: Option<LargestProcess>,
    /// Processes that were ever seen.
    pub seen: u64,
    /// Processes that ended before their memory could be read once.
    pub unmeasured: u64,
    /// The most processes alive at one sample.
    pub max_alive: u64,
}

/// The process that was the largest of its task at any sample.
#[derive(Clone, Debug)]
pub struct LargestProcess {
    /// Who.
    pub id: ProcessId,
    /// Its name and command line.
    pub description: Arc<Description>,
    /// Its resident memory then.
    pub bytes: u64,
}
