//! What the kernel's final figures say about a peak that was sampled.

use memtop_proc::native::{Meminfo, ProcRoot};
use memtop_sampler::{PeakMetric, Record, TaskRecord};

use crate::GroupRecord;

/// What one process had at one time, where that is more than the highest sum that was sampled.
#[must_use]
pub fn missed_bytes(record: &TaskRecord, largest: u64) -> Option<u64> {
    let (sampled, shared) = match &record.largest {
        Some(largest) => (largest.bytes, largest.shared_bytes),
        None => (0, 0),
    };
    let peak = record.peak.as_ref();
    // By their share, files count less.
    let counts_by_share = peak.is_some_and(|peak| peak.metric == PeakMetric::Pss);
    let files = if counts_by_share { shared } else { 0 };
    let had = largest.max(sampled).saturating_sub(files);
    (had > peak.map_or(0, |peak| peak.bytes)).then_some(had)
}

/// What the true peak cannot have been higher than, by what is remembered of each process, by what
/// the kernel counted in the group, and by all that the machine has. In the group, files may be
/// missing that were in memory before.
///
/// # Errors
/// Why that is unknown.
pub(crate) fn ceiling_of_run(
    record: &Result<Record, String>,
    largest: u64,
    group: &Result<GroupRecord, String>,
) -> Result<u64, String> {
    let record = record.as_ref().map_err(Clone::clone)?;
    ceiling(&record.task, largest, group.as_ref().ok())
        .ok_or_else(|| "not one sample was taken".to_owned())
}

fn ceiling(record: &TaskRecord, largest: u64, group: Option<&GroupRecord>) -> Option<u64> {
    let by_processes = record.ceiling.bytes(Some(largest))?;
    let by_group = group
        .filter(|group| group.escaped == 0)
        .and_then(|group| Some(group.peak_bytes? + record.most_mapped_bytes))
        // Less than was sampled: a process has left the group unnoticed.
        .filter(|&by_group| by_group >= record.floor_bytes);
    let bound = by_group.map_or(by_processes, |by_group| by_group.min(by_processes));
    Some(bound.min(machine_bytes()).max(record.floor_bytes))
}

/// All memory and swap that there are.
fn machine_bytes() -> u64 {
    let meminfo = ProcRoot::system().and_then(|proc| Meminfo::read(&proc));
    meminfo.map_or(u64::MAX, |meminfo| {
        meminfo.total_bytes + meminfo.swap_total_bytes
    })
}
