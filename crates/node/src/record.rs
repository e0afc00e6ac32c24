//! What a sampler found out, as plain JavaScript values.

use std::time::Duration;

use memtop_sampler::{LargestProcess, Peak, ProcessAtPeak, Record, TaskRecord};
use napi_derive::napi;

/// A process's share of a peak.
#[napi(object, object_from_js = false)]
pub struct ProcessAtPeakRecord {
    pub pid: u32,
    pub started_at_ms: f64,
    pub name: String,
    pub command: Vec<String>,
    pub rss_bytes: i64,
}

/// The highest sum that was sampled, with those who made it up, the largest first.
#[napi(object, object_from_js = false)]
pub struct PeakRecord {
    pub bytes: i64,
    pub at_ms: f64,
    pub processes: Vec<ProcessAtPeakRecord>,
}

/// The process that was the largest at any sample.
#[napi(object, object_from_js = false)]
pub struct LargestProcessRecord {
    pub pid: u32,
    pub name: String,
    pub command: Vec<String>,
    pub bytes: i64,
}

/// What is known of one tree.
#[napi(object, object_from_js = false)]
pub struct TreeRecord {
    pub peak: Option<PeakRecord>,
    pub largest: Option<LargestProcessRecord>,
    pub seen: i64,
    pub unmeasured: i64,
    pub max_alive: i64,
}

/// How a tree was sampled.
#[napi(object, object_from_js = false)]
pub struct SamplingRecord {
    pub interval_ms: f64,
    pub ticks: i64,
    pub median_gap_ms: Option<f64>,
    pub max_gap_ms: Option<f64>,
    pub cpu_ms: f64,
    pub failures: i64,
    pub first_failure: Option<String>,
    pub gave_up: bool,
}

impl From<TaskRecord> for TreeRecord {
    fn from(task: TaskRecord) -> Self {
        Self {
            peak: task.peak.map(PeakRecord::from),
            largest: task.largest.map(LargestProcessRecord::from),
            seen: whole(task.seen),
            unmeasured: whole(task.unmeasured),
            max_alive: whole(task.max_alive),
        }
    }
}

impl From<&Record> for SamplingRecord {
    fn from(record: &Record) -> Self {
        Self {
            interval_ms: millis(record.interval),
            ticks: whole(record.ticks),
            median_gap_ms: record.median_gap.map(millis),
            max_gap_ms: record.longest_gap.map(millis),
            cpu_ms: millis(record.cpu),
            failures: whole(record.failures),
            first_failure: record.first_failure.clone(),
            gave_up: record.gave_up,
        }
    }
}

impl From<Peak> for PeakRecord {
    fn from(mut peak: Peak) -> Self {
        peak.processes
            .sort_by(|one, other| other.bytes.cmp(&one.bytes).then(one.id.cmp(&other.id)));
        Self {
            bytes: whole(peak.bytes),
            at_ms: millis(peak.at),
            processes: peak
                .processes
                .into_iter()
                .map(ProcessAtPeakRecord::from)
                .collect(),
        }
    }
}

impl From<ProcessAtPeak> for ProcessAtPeakRecord {
    fn from(process: ProcessAtPeak) -> Self {
        Self {
            pid: process.id.pid,
            started_at_ms: millis(process.first_seen),
            name: process.description.name.clone(),
            command: process.description.command.clone(),
            rss_bytes: whole(process.bytes),
        }
    }
}

impl From<LargestProcess> for LargestProcessRecord {
    fn from(process: LargestProcess) -> Self {
        Self {
            pid: process.id.pid,
            name: process.description.name.clone(),
            command: process.description.command.clone(),
            bytes: whole(process.bytes),
        }
    }
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Counts and bytes stay far below 2^53, up to which JavaScript's numbers are exact.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
