//! The highest instant, and who made it up.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Description, ProcessId};

/// The highest sum that was sampled.
#[derive(Clone, Debug)]
pub struct Peak {
    /// Resident memory of all processes together.
    pub bytes: u64,
    /// When, counted from the sampler's start.
    pub at: Duration,
    /// Those alive then, in no order.
    pub processes: Vec<ProcessAtPeak>,
}

/// One process's share of a peak.
#[derive(Clone, Debug)]
pub struct ProcessAtPeak {
    /// Who.
    pub id: ProcessId,
    /// When it was first seen, counted from the sampler's start.
    pub first_seen: Duration,
    /// Its name and command line.
    pub description: Arc<Description>,
    /// Its own resident memory at that instant.
    pub bytes: u64,
}
