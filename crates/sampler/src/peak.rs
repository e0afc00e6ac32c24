//! The highest instant, and who made it up.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Description, ProcessId};

use crate::TaskId;

/// The highest sum that was sampled.
#[derive(Clone, Debug)]
pub struct Peak {
    /// The memory of all processes together, in the metric of the peak.
    pub bytes: u64,
    /// What was counted.
    pub metric: PeakMetric,
    /// Resident memory of all processes together at the same instant.
    pub rss_bytes: u64,
    /// Of the bytes, memory that no file backs; where that is known.
    pub anon_bytes: Option<u64>,
    /// Of the bytes, mapped files and shared memory, each page once; where that is known.
    pub mapped_bytes: Option<u64>,
    /// When, counted from the sampler's start.
    pub at: Duration,
    /// Those alive then, in no order.
    pub processes: Vec<ProcessAtPeak>,
}

/// What the bytes of a peak are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeakMetric {
    /// Every page that a process of the tree has, once.
    Unique,
    /// Resident memory: shared pages count in each process.
    Rss,
    /// Proportional memory: shared pages count once in all.
    Pss,
}

/// One process's share of a peak.
#[derive(Clone, Debug)]
pub struct ProcessAtPeak {
    /// Who.
    pub id: ProcessId,
    /// The pid of its parent when it was born.
    pub parent: u32,
    /// The account that it was on.
    pub task: TaskId,
    /// The group of tasks that it was in, by its number among those that were opened.
    pub group: Option<u32>,
    /// When it was first seen, counted from the sampler's start.
    pub first_seen: Duration,
    /// Its name and command line.
    pub description: Arc<Description>,
    /// What it adds to the peak, in the metric of the peak.
    pub bytes: u64,
    /// Its own resident memory at that instant.
    pub rss_bytes: u64,
    /// Its proportional memory, where it was read.
    pub pss_bytes: Option<u64>,
}
