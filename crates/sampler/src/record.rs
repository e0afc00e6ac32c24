//! What a sampler has found out.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Description, ProcessId};

use crate::{Ceiling, FoundTaskRecord, Peak, Point, Program, StageRecord, TaskId, Timeline};

/// Everything that is known when sampling ends.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The task that the record is about.
    pub task: TaskRecord,
    /// The tasks that were found in it, in the order of their starts.
    pub found_tasks: Vec<FoundTaskRecord>,
    /// The stages that it was in, in the order of their starts.
    pub stages: Vec<StageRecord>,
    /// The memory of each program over time, for a tree with task rules; known at the end.
    pub programs: Vec<Program>,
    /// The interval at the end.
    pub interval: Duration,
    /// Samples taken.
    pub ticks: u64,
    /// The middle one of the times between samples.
    pub median_gap: Option<Duration>,
    /// The longest time between two samples.
    pub longest_gap: Option<Duration>,
    /// CPU time that the sampler's thread used.
    pub cpu: Duration,
    /// Readings of proportional memory.
    pub pss_reads: u64,
    /// Processes that would not let their proportional memory be read.
    pub pss_refused: u64,
    /// Processes that were read without a descriptor of their own, because of the limit of open
    /// files.
    pub without_descriptor: u64,
    /// Samples that failed.
    pub failures: u64,
    /// The first failure, in words.
    pub first_failure: Option<String>,
    /// Whether every start and end of a process was reported, as by a tracer.
    pub births_are_reported: bool,
    /// Sampling was slowed down because samples failed or took too long.
    pub slowed_down: bool,
    /// Sampling was given up for the same reasons.
    pub gave_up: bool,
}

/// How a task is at one instant.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When the last sample was taken, counted from the sampler's start.
    pub at: Duration,
    /// What the task has, in the metric of the peak.
    pub bytes: u64,
    /// What is known so far.
    pub record: Record,
    /// The processes that had memory.
    pub living: Vec<LivingProcess>,
}

/// A task's memory since this was last asked for.
#[derive(Clone, Debug)]
pub struct TimelineSegment {
    /// Until when, counted from the sampler's start.
    pub at: Duration,
    /// The sums, in the order of time.
    pub sums: Vec<Point>,
    /// The processes that had memory at the last sample.
    pub living: Vec<LivingProcess>,
}

/// What is known of one task.
#[derive(Clone, Debug, Default)]
pub struct TaskRecord {
    /// The highest sum. `None` when not one process was measured.
    pub peak: Option<Peak>,
    /// The true peak was not lower than this.
    pub floor_bytes: u64,
    /// What the true peak cannot have been higher than.
    pub ceiling: Ceiling,
    /// The highest sum of resident memory at any sample.
    pub highest_rss_bytes: u64,
    /// The most that belonged to files or to shared memory at any sample, each page once.
    pub most_mapped_bytes: u64,
    /// The largest process.
    pub largest: Option<LargestProcess>,
    /// The timeline of the sum.
    pub timeline: Timeline,
    /// Processes that were ever found.
    pub seen: u64,
    /// Those of them that were found by a scan and whose birth was not reported.
    pub found: u64,
    /// Processes that ended before their memory could be read once.
    pub unmeasured: u64,
    /// Processes that a signal has ended that may have to do with memory, where their ends were
    /// reported with it.
    pub deaths: Vec<Death>,
    /// The most processes alive at one sample.
    pub max_alive: u64,
}

/// A process of a task that is alive.
#[derive(Clone, Debug)]
pub struct LivingProcess {
    /// The process.
    pub id: ProcessId,
    /// The task that it is in.
    pub task: TaskId,
    /// Its name and command line.
    pub description: Arc<Description>,
    /// The pid of its parent at its birth.
    pub parent: u32,
    /// When it was first seen, counted from the sampler's start.
    pub first_seen: Duration,
    /// Its resident memory at the last sample.
    pub rss_bytes: u64,
    /// Its part of the sum. What several have is divided among them, so all parts add up.
    pub bytes: u64,
}

/// The largest process of a task, by samples and by high-water marks.
#[derive(Clone, Debug)]
pub struct LargestProcess {
    /// The process.
    pub id: ProcessId,
    /// The pid of its parent at its birth.
    pub parent: u32,
    /// The task that it was in.
    pub task: TaskId,
    /// When it was first seen, counted from the sampler's start.
    pub first_seen: Duration,
    /// Its name and command line.
    pub description: Arc<Description>,
    /// Its resident memory at its highest.
    pub bytes: u64,
    /// What of it belongs to files or to shared memory.
    pub shared_bytes: u64,
}

impl Record {
    /// The same with all times counted from `start`.
    #[must_use]
    pub fn since(mut self, start: Duration) -> Self {
        self.task = self.task.since(start);
        for found in &mut self.found_tasks {
            found.info = found.info.clone().since(start);
            found.work = std::mem::take(&mut found.work).since(start);
            found.all = std::mem::take(&mut found.all).since(start);
            found.wrappers = found.wrappers.take().map(|wrappers| wrappers.since(start));
        }
        for program in &mut self.programs {
            program.timeline = std::mem::take(&mut program.timeline).since(start);
        }
        for stage in &mut self.stages {
            stage.summary.first_seen = stage.summary.first_seen.saturating_sub(start);
            stage.summary.last_seen = stage.summary.last_seen.saturating_sub(start);
        }
        self
    }
}

impl TaskRecord {
    /// The same with all times counted from `start`. What was there before was there then.
    #[must_use]
    pub fn since(mut self, start: Duration) -> Self {
        if let Some(peak) = &mut self.peak {
            peak.at = peak.at.saturating_sub(start);
            for process in &mut peak.processes {
                process.first_seen = process.first_seen.saturating_sub(start);
            }
        }
        if let Some(largest) = &mut self.largest {
            largest.first_seen = largest.first_seen.saturating_sub(start);
        }
        self.timeline = self.timeline.since(start);
        self
    }
}

impl LivingProcess {
    /// The same with its time counted from `start`.
    #[must_use]
    pub fn since(mut self, start: Duration) -> Self {
        self.first_seen = self.first_seen.saturating_sub(start);
        self
    }
}

impl Snapshot {
    /// The same with all times counted from `start`.
    #[must_use]
    pub fn since(mut self, start: Duration) -> Self {
        self.at = self.at.saturating_sub(start);
        self.record = self.record.since(start);
        let living = self.living.into_iter();
        self.living = living.map(|process| process.since(start)).collect();
        self
    }
}

/// The death of a process by a signal.
#[derive(Clone, Debug)]
pub struct Death {
    /// Its pid.
    pub pid: u32,
    /// The signal.
    pub signal: i32,
    /// Its name and command line.
    pub description: Description,
    /// The highest resident memory that it is known to have had.
    pub highest_bytes: Option<u64>,
}
