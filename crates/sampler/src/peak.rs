//! The instant with the highest memory, and the processes behind it.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Description, ProcessId};

use crate::TaskId;
use crate::scaled::scaled;

/// The highest sum that was sampled.
#[derive(Clone, Debug)]
pub struct Peak {
    /// The memory of all processes together, in the metric of the peak.
    pub bytes: u64,
    /// What they are the sum of.
    pub metric: PeakMetric,
    /// Of that, memory that no file backs, where the parts are known.
    pub anon_bytes: Option<u64>,
    /// Of that, pages of files and shared memory.
    pub mapped_bytes: Option<u64>,
    /// Resident memory of all processes together at the same instant.
    pub rss_bytes: u64,
    /// When, counted from the sampler's start.
    pub at: Duration,
    /// The processes alive then, in no order.
    pub processes: Vec<ProcessAtPeak>,
}

/// What the bytes of a peak are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeakMetric {
    /// Every page that at least one process has, once.
    Unique,
    /// Resident memory: shared pages count in each process.
    Rss,
    /// Proportional memory: each page by how many have it, on the whole machine.
    Pss,
}

/// One process's share of a peak.
#[derive(Clone, Debug)]
pub struct ProcessAtPeak {
    /// The process.
    pub id: ProcessId,
    /// The pid of its parent at its birth.
    pub parent: u32,
    /// The task that it was in.
    pub task: TaskId,
    /// The number of the group that it was in, in the order in which groups were added.
    pub group: Option<u32>,
    /// When it was first seen, counted from the sampler's start.
    pub first_seen: Duration,
    /// Its name and command line.
    pub description: Arc<Description>,
    /// Its part of the peak. What several have is divided among them, so all parts add up.
    pub bytes: u64,
    /// Its own resident memory at that instant.
    pub rss_bytes: u64,
    /// Its proportional memory, where that was read.
    pub pss_bytes: Option<u64>,
}

impl Peak {
    /// The peak turns out to have been no higher than this.
    pub(crate) fn lower_to(&mut self, bytes: u64) {
        let whole = self.bytes;
        let part = |of: u64| scaled(of, bytes, whole);
        self.anon_bytes = self.anon_bytes.map(part);
        self.mapped_bytes = self.anon_bytes.map(|anon| bytes - anon.min(bytes));
        for process in &mut self.processes {
            process.bytes = part(process.bytes);
        }
        self.bytes = bytes;
        let sum: u64 = self.processes.iter().map(|process| process.bytes).sum();
        // Scaling cuts off less than a byte of each.
        if let Some(largest) = self
            .processes
            .iter_mut()
            .max_by_key(|process| process.bytes)
        {
            largest.bytes += bytes - sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use memtop_proc::ProcessId;

    use super::{Peak, PeakMetric, ProcessAtPeak};
    use crate::TaskId;

    #[test]
    fn the_parts_of_a_lowered_peak_add_up_to_it() {
        let process = |pid, bytes| ProcessAtPeak {
            id: ProcessId { pid, started: 1 },
            parent: 1,
            task: TaskId::default(),
            group: None,
            first_seen: std::time::Duration::ZERO,
            description: std::sync::Arc::default(),
            bytes,
            rss_bytes: bytes,
            pss_bytes: None,
        };
        let mut peak = Peak {
            bytes: 1_000,
            metric: PeakMetric::Unique,
            anon_bytes: Some(700),
            mapped_bytes: Some(300),
            rss_bytes: 1_500,
            at: std::time::Duration::ZERO,
            processes: vec![process(1, 333), process(2, 333), process(3, 334)],
        };
        peak.lower_to(501);
        let parts = peak.processes.iter().map(|process| process.bytes);
        assert_eq!(parts.sum::<u64>(), 501);
        assert_eq!((peak.anon_bytes, peak.mapped_bytes), (Some(350), Some(151)));
    }
}
