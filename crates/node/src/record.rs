//! The records of a sampler, as plain JavaScript values.

use std::time::Duration;

use memtop_sampler::{
    LargestProcess, LivingProcess, Peak, PeakMetric, Point, ProcessAtPeak, Record, TaskRecord,
};
use napi_derive::napi;

use crate::found_task_index::FoundTaskIndex;

/// A process and its part of a peak.
#[napi(object, object_from_js = false)]
pub struct ProcessAtPeakRecord {
    pub pid: u32,
    pub parent_pid: u32,
    pub started_at_ms: f64,
    pub name: String,
    pub command: Vec<String>,
    /// The index of its task among the found tasks, or else among the opened tasks.
    pub task: Option<u32>,
    /// Its part of the peak.
    pub bytes: i64,
    pub rss_bytes: i64,
    /// Its proportional memory, if it was read.
    pub pss_bytes: Option<i64>,
}

/// The highest sampled sum and its processes, the largest first.
#[napi(object, object_from_js = false)]
pub struct PeakRecord {
    pub bytes: i64,
    #[napi(ts_type = "'unique' | 'rss' | 'pss'")]
    pub metric: String,
    pub rss_bytes: i64,
    /// The anonymous part of the bytes, if known.
    pub anon_bytes: Option<i64>,
    /// The part of mapped files and shared memory, counting each page once, if known.
    pub mapped_bytes: Option<i64>,
    pub at_ms: f64,
    pub processes: Vec<ProcessAtPeakRecord>,
}

/// The sum over time, as two parallel lists.
#[napi(object, object_from_js = false)]
pub struct TimelineRecord {
    pub at_ms: Vec<f64>,
    pub bytes: Vec<i64>,
}

/// The largest process.
#[napi(object, object_from_js = false)]
pub struct LargestProcessRecord {
    pub pid: u32,
    pub parent_pid: u32,
    pub started_at_ms: f64,
    pub name: String,
    pub command: Vec<String>,
    /// The index of its task among the found tasks.
    pub task: Option<u32>,
    pub bytes: i64,
}

/// A living process.
#[napi(object, object_from_js = false)]
pub struct LivingProcessRecord {
    pub pid: u32,
    pub parent_pid: u32,
    pub started_at_ms: f64,
    pub name: String,
    pub command: Vec<String>,
    pub rss_bytes: i64,
    /// The index of its task among the found tasks.
    pub task: Option<u32>,
    /// Its part of the sum.
    pub bytes: i64,
}

/// The measurements of a tree.
#[napi(object, object_from_js = false)]
pub struct TreeRecord {
    pub peak: Option<PeakRecord>,
    pub largest: Option<LargestProcessRecord>,
    /// A lower bound of the true peak.
    pub floor_bytes: i64,
    /// An upper bound of the true peak; only set here if no process has ended.
    pub ceiling_bytes: Option<i64>,
    /// The highest sampled sum of resident memory.
    pub highest_rss_bytes: i64,
    pub timeline: TimelineRecord,
    pub seen: i64,
    /// How many of them were found by scanning instead of tracing.
    pub found: i64,
    pub unmeasured: i64,
    pub max_alive: i64,
}

/// Statistics of sampling.
#[napi(object, object_from_js = false)]
pub struct SamplingRecord {
    pub interval_ms: f64,
    pub ticks: i64,
    pub median_gap_ms: Option<f64>,
    pub max_gap_ms: Option<f64>,
    pub cpu_ms: f64,
    pub pss_reads: i64,
    pub pss_refused: i64,
    /// Processes that were read without a descriptor of their own.
    pub without_descriptor: i64,
    /// Whether every start and end of a process was reported, as by a tracer.
    pub births_are_reported: bool,
    pub failures: i64,
    pub first_failure: Option<String>,
    pub slowed_down: bool,
    pub gave_up: bool,
}

impl TreeRecord {
    /// `index` maps the processes at the peak to tasks.
    pub(crate) fn of(task: TaskRecord, index: &FoundTaskIndex) -> Self {
        Self {
            peak: task.peak.map(|peak| PeakRecord::of(peak, index)),
            largest: task
                .largest
                .as_ref()
                .map(|largest| LargestProcessRecord::of(largest, index)),
            floor_bytes: whole(task.floor_bytes),
            ceiling_bytes: task.ceiling.bytes(None).map(whole),
            highest_rss_bytes: whole(task.highest_rss_bytes),
            timeline: TimelineRecord::of(&task.timeline.at_most(TIMELINE_POINTS)),
            seen: whole(task.seen),
            found: whole(task.found),
            unmeasured: whole(task.unmeasured),
            max_alive: whole(task.max_alive),
        }
    }
}

impl TimelineRecord {
    pub(crate) fn of(points: &[Point]) -> Self {
        let at_ms = points.iter().map(|point| rounded(millis(point.at)));
        Self {
            at_ms: at_ms.collect(),
            bytes: points.iter().map(|point| whole(point.bytes)).collect(),
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
            pss_reads: whole(record.pss_reads),
            pss_refused: whole(record.pss_refused),
            without_descriptor: whole(record.without_descriptor),
            births_are_reported: record.births_are_reported,
            failures: whole(record.failures),
            first_failure: record.first_failure.clone(),
            slowed_down: record.slowed_down,
            gave_up: record.gave_up,
        }
    }
}

impl PeakRecord {
    fn of(mut peak: Peak, index: &FoundTaskIndex) -> Self {
        peak.processes
            .sort_by(|one, other| other.bytes.cmp(&one.bytes).then(one.id.cmp(&other.id)));
        Self {
            bytes: whole(peak.bytes),
            metric: match peak.metric {
                PeakMetric::Unique => "unique",
                PeakMetric::Rss => "rss",
                PeakMetric::Pss => "pss",
            }
            .to_owned(),
            rss_bytes: whole(peak.rss_bytes),
            anon_bytes: peak.anon_bytes.map(whole),
            mapped_bytes: peak.mapped_bytes.map(whole),
            at_ms: millis(peak.at),
            processes: peak
                .processes
                .iter()
                .map(|process| ProcessAtPeakRecord::of(process, index))
                .collect(),
        }
    }
}

impl ProcessAtPeakRecord {
    fn of(process: &ProcessAtPeak, index: &FoundTaskIndex) -> Self {
        Self {
            task: index.index_of(process.task).or(process.group),
            pid: process.id.pid,
            parent_pid: process.parent,
            started_at_ms: millis(process.first_seen),
            name: process.description.name.clone(),
            command: process.description.command.clone(),
            bytes: whole(process.bytes),
            rss_bytes: whole(process.rss_bytes),
            pss_bytes: process.pss_bytes.map(whole),
        }
    }
}

impl LivingProcessRecord {
    pub(crate) fn of(process: &LivingProcess, index: &FoundTaskIndex) -> Self {
        Self {
            task: index.index_of(process.task),
            pid: process.id.pid,
            parent_pid: process.parent,
            started_at_ms: millis(process.first_seen),
            name: process.description.name.clone(),
            command: process.description.command.clone(),
            rss_bytes: whole(process.rss_bytes),
            bytes: whole(process.bytes),
        }
    }
}

impl LargestProcessRecord {
    fn of(process: &LargestProcess, index: &FoundTaskIndex) -> Self {
        Self {
            pid: process.id.pid,
            parent_pid: process.parent,
            started_at_ms: millis(process.first_seen),
            task: index.index_of(process.task),
            name: process.description.name.clone(),
            command: process.description.command.clone(),
            bytes: whole(process.bytes),
        }
    }
}

/// As many as a terminal, a chart or a file can make use of.
const TIMELINE_POINTS: usize = 500;

/// Rounds to microseconds, which is precise enough for a timeline.
fn rounded(millis: f64) -> f64 {
    (millis * 1e3).round() / 1e3
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Counts and bytes stay far below 2^53, up to which JavaScript numbers are exact.
pub(crate) fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
