//! What the kernel's final figures say about a peak that was sampled.

use memtop_sampler::TaskRecord;

use crate::GroupRecord;

/// What one process had at one time, without what belonged to files or to shared memory, where that
/// is more than the highest sum that was sampled.
#[must_use]
pub fn missed_bytes(record: &TaskRecord, largest: u64) -> Option<u64> {
    let (sampled, shared) = match &record.largest {
        Some(largest) => (largest.bytes, largest.shared_bytes),
        None => (0, 0),
    };
    let own = largest.max(sampled).saturating_sub(shared);
    let peak = record.peak.as_ref().map_or(0, |peak| peak.bytes);
    (own > peak).then_some(own)
}

/// What the true peak cannot have been higher than, by what is remembered of each process and by
/// what the kernel counted in the group. There, files may be missing that were in memory before.
pub(crate) fn ceiling(
    record: &TaskRecord,
    largest: u64,
    group: Option<&GroupRecord>,
) -> Option<u64> {
    let by_processes = record.ceiling.bytes(Some(largest))?;
    let by_group = group
        .filter(|group| group.escaped == 0)
        .and_then(|group| Some(group.peak_bytes? + record.most_shared_bytes))
        // Less than was seen: somebody has left the group unnoticed.
        .filter(|&by_group| by_group >= record.peak.as_ref().map_or(0, |peak| peak.bytes));
    Some(by_group.map_or(by_processes, |by_group| by_group.min(by_processes)))
}
