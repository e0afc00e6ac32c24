//! A segment of the timeline of a run, as it is measured and as the table has it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Description, ProcessId};

use crate::varint;

/// How many processes are stored for each segment: the largest.
const MAX_PROCESSES_PER_SEGMENT: usize = 64;
/// How many processes are stored for a run in total; each has a row with its name.
const MAX_PROCESSES_PER_RUN: usize = 20_000;
const KIB: u64 = 1024;

/// The memory of a run since the previous segment: its sums, and its processes at the end.
#[derive(Clone, Debug, Default)]
pub struct TimelineSegment {
    /// The end of the segment, from the start of the run.
    pub at: Duration,
    /// The sums, in order of time.
    pub sums: Vec<(Duration, u64)>,
    /// The processes that have memory.
    pub living: Vec<LivingProcess>,
}

/// A process that has memory.
#[derive(Clone, Debug)]
pub struct LivingProcess {
    /// Its identity.
    pub id: ProcessId,
    /// Its name. The command line, which may contain secrets, is not stored.
    pub description: Arc<Description>,
    /// Its part of the sum.
    pub bytes: u64,
}

/// A segment in the format of the table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PackedSegment {
    pub(crate) at_ms: u64,
    pub(crate) sums: Vec<u8>,
    pub(crate) processes: Vec<u8>,
    /// Processes that are new, with their number and name.
    pub(crate) new: Vec<(u32, ProcessId, String)>,
    pub(crate) highest_bytes: u64,
}

/// Packs segments, and numbers the processes of a run.
#[derive(Debug, Default)]
pub(crate) struct SegmentPacker {
    /// The numbers of the processes in the last segment.
    numbers: HashMap<ProcessId, u32>,
    next_number: u32,
    last_ms: Option<u64>,
}

impl SegmentPacker {
    /// `None` for a segment that ends in the same millisecond as the last one.
    pub(crate) fn pack(&mut self, segment: &TimelineSegment) -> Option<PackedSegment> {
        let at_ms = millis(segment.at);
        if self.last_ms.is_some_and(|last| at_ms <= last) {
            return None;
        }
        self.last_ms = Some(at_ms);
        let sums = segment.sums.iter().map(|&(at, bytes)| (millis(at), bytes));
        let highest = segment.sums.iter().map(|&(_, bytes)| bytes).max();
        let mut packed = PackedSegment {
            at_ms,
            sums: pack_sums(sums),
            highest_bytes: highest.unwrap_or(0),
            ..PackedSegment::default()
        };
        let mut largest: Vec<&LivingProcess> = segment.living.iter().collect();
        // Processes without memory count as gone.
        largest.retain(|process| rounded(process.bytes) > 0);
        largest.sort_unstable_by_key(|process| std::cmp::Reverse(process.bytes));
        largest.truncate(MAX_PROCESSES_PER_SEGMENT);
        let mut seen = Vec::with_capacity(largest.len());
        for process in largest {
            if let Some(number) = self.number(process, &mut packed.new) {
                seen.push((number, process.bytes));
            }
        }
        let is_seen = |id: &ProcessId| segment.living.iter().any(|process| process.id == *id);
        self.numbers.retain(|id, _| is_seen(id));
        seen.sort_unstable();
        packed.processes = pack_processes(&seen);
        Some(packed)
    }

    fn number(
        &mut self,
        process: &LivingProcess,
        new: &mut Vec<(u32, ProcessId, String)>,
    ) -> Option<u32> {
        if let Some(&number) = self.numbers.get(&process.id) {
            return Some(number);
        }
        if self.next_number as usize == MAX_PROCESSES_PER_RUN {
            return None;
        }
        let number = self.next_number;
        self.next_number += 1;
        self.numbers.insert(process.id, number);
        new.push((number, process.id, process.description.name.clone()));
        Some(number)
    }
}

pub(crate) fn pack_sums(sums: impl Iterator<Item = (u64, u64)>) -> Vec<u8> {
    let mut packed = Vec::new();
    let (mut last_ms, mut last_kib) = (0, 0);
    for (at_ms, bytes) in sums {
        let kib = rounded(bytes);
        varint::put(&mut packed, at_ms.saturating_sub(last_ms));
        varint::put_signed(&mut packed, kib.cast_signed() - last_kib);
        (last_ms, last_kib) = (last_ms.max(at_ms), kib.cast_signed());
    }
    packed
}

pub(crate) fn pack_processes(seen: &[(u32, u64)]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut last = 0;
    for &(number, bytes) in seen {
        varint::put(&mut packed, u64::from(number - last));
        varint::put(&mut packed, rounded(bytes));
        last = number;
    }
    packed
}

/// Unpacks sums. Stops at damaged data.
pub(crate) fn unpack_sums(mut packed: &[u8]) -> Vec<(u64, u64)> {
    let mut sums = Vec::new();
    let (mut at_ms, mut kib) = (0_u64, 0_i64);
    while let Some(later) = varint::take(&mut packed) {
        let Some(more) = varint::take_signed(&mut packed) else {
            break;
        };
        at_ms = at_ms.saturating_add(later);
        kib = kib.saturating_add(more);
        sums.push((at_ms, u64::try_from(kib).unwrap_or(0).saturating_mul(KIB)));
    }
    sums
}

/// Unpacks numbers and bytes of processes. Stops at damaged data.
pub(crate) fn unpack_processes(mut packed: &[u8]) -> Vec<(u64, u64)> {
    let mut seen = Vec::new();
    let mut number = 0_u64;
    while let Some(further) = varint::take(&mut packed) {
        let Some(kib) = varint::take(&mut packed) else {
            break;
        };
        number = number.saturating_add(further);
        seen.push((number, kib.saturating_mul(KIB)));
    }
    seen
}

fn rounded(bytes: u64) -> u64 {
    (bytes + KIB / 2) / KIB
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{
        LivingProcess, MAX_PROCESSES_PER_SEGMENT, SegmentPacker, TimelineSegment, unpack_processes,
        unpack_sums,
    };
    use memtop_proc::{Description, ProcessId};
    use proptest::prelude::*;
    use std::sync::Arc;
    use std::time::Duration;

    fn living(pid: u32, bytes: u64) -> LivingProcess {
        LivingProcess {
            id: ProcessId { pid, started: 1 },
            description: Arc::new(Description {
                name: format!("p{pid}"),
                command: Vec::new(),
            }),
            bytes,
        }
    }

    fn segment(at_ms: u64, processes: &[(u32, u64)]) -> TimelineSegment {
        TimelineSegment {
            at: Duration::from_millis(at_ms),
            sums: Vec::new(),
            living: processes
                .iter()
                .map(|&(pid, bytes)| living(pid, bytes))
                .collect(),
        }
    }

    proptest! {
        #[test]
        fn sums_are_restored_to_the_kibibyte(
            steps in prop::collection::vec((0..100_000_u64, 0..1_u64 << 45), 0..200),
        ) {
            let mut at = 0;
            let sums = steps.into_iter().map(|(later, kib)| {
                at += later;
                (Duration::from_millis(at), kib / 1024 * 1024)
            });
            let sums: Vec<_> = sums.collect();
            let packed = SegmentPacker::default().pack(&TimelineSegment { sums: sums.clone(), ..TimelineSegment::default() });
            let expected: Vec<_> = sums
                .into_iter()
                .map(|(at, bytes)| (u64::try_from(at.as_millis()).unwrap(), bytes))
                .collect();
            prop_assert_eq!(unpack_sums(&packed.unwrap().sums), expected);
        }

        #[test]
        fn any_bytes_can_be_read(bytes: Vec<u8>) {
            unpack_sums(&bytes);
            unpack_processes(&bytes);
        }
    }

    #[test]
    fn a_process_keeps_its_number_while_it_lives_and_a_later_one_gets_another() {
        let mut packer = SegmentPacker::default();
        let first = packer.pack(&segment(10, &[(7, 4096), (8, 8192)])).unwrap();
        assert_eq!(unpack_processes(&first.processes), [(0, 8192), (1, 4096)]);
        let second = packer.pack(&segment(20, &[(7, 1 << 20)])).unwrap();
        assert_eq!(unpack_processes(&second.processes), [(1, 1 << 20)]);
        assert!(second.new.is_empty());
        let third = packer.pack(&segment(30, &[(9, 4096)])).unwrap();
        assert_eq!(third.new[0].0, 2);
        assert_eq!(third.new[0].2, "p9");
    }

    #[test]
    fn the_largest_processes_are_kept() {
        let many: Vec<_> = (1..=200).map(|pid| (pid, u64::from(pid) * 4096)).collect();
        let packed = SegmentPacker::default().pack(&segment(10, &many)).unwrap();
        let kept = unpack_processes(&packed.processes);
        assert_eq!(kept.len(), MAX_PROCESSES_PER_SEGMENT);
        assert!(kept.iter().all(|&(_, bytes)| bytes > 136 * 4096));
    }

    #[test]
    fn processes_without_memory_are_left_out() {
        let packed = SegmentPacker::default().pack(&segment(10, &[(7, 100), (8, 8192)]));
        assert_eq!(unpack_processes(&packed.unwrap().processes), [(0, 8192)]);
    }

    #[test]
    fn of_two_segments_that_end_in_one_millisecond_the_first_is_kept() {
        let mut packer = SegmentPacker::default();
        assert!(packer.pack(&segment(10, &[])).is_some());
        assert!(packer.pack(&segment(10, &[])).is_none());
    }
}
