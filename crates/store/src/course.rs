//! The memory of a run over time: the sums, and the largest processes at each look.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Description, ProcessId};

use crate::varint;

/// How many processes are stored for each look: the largest.
const MAX_PROCESSES_PER_LOOK: usize = 64;
/// How many processes are stored for a run in total; each has a row with its name.
const MAX_PROCESSES_PER_RUN: usize = 20_000;
const KIB: u64 = 1024;

/// A look at a run: its sums since the previous look, and its processes now.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Time since the start of the run.
    pub at: Duration,
    /// The sums since the previous look, in order of time.
    pub sums: Vec<(Duration, u64)>,
    /// The processes that have memory.
    pub living: Vec<Living>,
}

/// A process that has memory.
#[derive(Clone, Debug)]
pub struct Living {
    /// Its identity.
    pub id: ProcessId,
    /// Its name. The command line, which may contain secrets, is not stored.
    pub description: Arc<Description>,
    /// Its part of the sum.
    pub bytes: u64,
}

/// The memory of a run over time, as read from the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// Milliseconds from the start of the run, and bytes.
    pub sums: Vec<(u64, u64)>,
    /// In the order in which they were first seen.
    pub processes: Vec<ProcessCourse>,
}

/// The memory of a process over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessCourse {
    /// Its identity.
    pub id: ProcessId,
    /// Its name.
    pub name: String,
    /// Milliseconds from the start of the run, and bytes: 0 at the first look without it.
    pub points: Vec<(u64, u64)>,
}

/// A look in the format of the table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Packed {
    pub(crate) at_ms: u64,
    pub(crate) sums: Vec<u8>,
    pub(crate) processes: Vec<u8>,
    /// Processes that are new, with their number and name.
    pub(crate) new: Vec<(u32, ProcessId, String)>,
    pub(crate) highest_bytes: u64,
}

/// Packs looks, and numbers the processes of a run.
#[derive(Debug, Default)]
pub(crate) struct Packer {
    /// The numbers of the processes at the last look.
    numbers: HashMap<ProcessId, u32>,
    next_number: u32,
    last_ms: Option<u64>,
}

impl Packer {
    /// `None` for a look in the same millisecond as the last one.
    pub(crate) fn pack(&mut self, look: &Look) -> Option<Packed> {
        let at_ms = millis(look.at);
        if self.last_ms.is_some_and(|last| at_ms <= last) {
            return None;
        }
        self.last_ms = Some(at_ms);
        let sums = look.sums.iter().map(|&(at, bytes)| (millis(at), bytes));
        let highest = look.sums.iter().map(|&(_, bytes)| bytes).max();
        let mut packed = Packed {
            at_ms,
            sums: pack_sums(sums),
            highest_bytes: highest.unwrap_or(0),
            ..Packed::default()
        };
        let mut largest: Vec<&Living> = look.living.iter().collect();
        // Processes without memory count as gone.
        largest.retain(|process| rounded(process.bytes) > 0);
        largest.sort_unstable_by_key(|process| std::cmp::Reverse(process.bytes));
        largest.truncate(MAX_PROCESSES_PER_LOOK);
        let mut seen = Vec::with_capacity(largest.len());
        for process in largest {
            if let Some(number) = self.number(process, &mut packed.new) {
                seen.push((number, process.bytes));
            }
        }
        let is_seen = |id: &ProcessId| look.living.iter().any(|process| process.id == *id);
        self.numbers.retain(|id, _| is_seen(id));
        seen.sort_unstable();
        packed.processes = pack_processes(&seen);
        Some(packed)
    }

    fn number(&mut self, process: &Living, new: &mut Vec<(u32, ProcessId, String)>) -> Option<u32> {
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
pub(crate) fn sums_of(mut packed: &[u8]) -> Vec<(u64, u64)> {
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
pub(crate) fn processes_of(mut packed: &[u8]) -> Vec<(u64, u64)> {
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
    use super::{Living, Look, MAX_PROCESSES_PER_LOOK, Packer, processes_of, sums_of};
    use memtop_proc::{Description, ProcessId};
    use proptest::prelude::*;
    use std::sync::Arc;
    use std::time::Duration;

    fn living(pid: u32, bytes: u64) -> Living {
        Living {
            id: ProcessId { pid, started: 1 },
            description: Arc::new(Description {
                name: format!("p{pid}"),
                command: Vec::new(),
            }),
            bytes,
        }
    }

    fn look(at_ms: u64, processes: &[(u32, u64)]) -> Look {
        Look {
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
            let packed = Packer::default().pack(&Look { sums: sums.clone(), ..Look::default() });
            let expected: Vec<_> = sums
                .into_iter()
                .map(|(at, bytes)| (u64::try_from(at.as_millis()).unwrap(), bytes))
                .collect();
            prop_assert_eq!(sums_of(&packed.unwrap().sums), expected);
        }

        #[test]
        fn any_bytes_can_be_read(bytes: Vec<u8>) {
            sums_of(&bytes);
            processes_of(&bytes);
        }
    }

    #[test]
    fn a_process_keeps_its_number_while_it_lives_and_a_later_one_gets_another() {
        let mut packer = Packer::default();
        let first = packer.pack(&look(10, &[(7, 4096), (8, 8192)])).unwrap();
        assert_eq!(processes_of(&first.processes), [(0, 8192), (1, 4096)]);
        let second = packer.pack(&look(20, &[(7, 1 << 20)])).unwrap();
        assert_eq!(processes_of(&second.processes), [(1, 1 << 20)]);
        assert!(second.new.is_empty());
        let third = packer.pack(&look(30, &[(9, 4096)])).unwrap();
        assert_eq!(third.new[0].0, 2);
        assert_eq!(third.new[0].2, "p9");
    }

    #[test]
    fn the_largest_processes_are_kept() {
        let many: Vec<_> = (1..=200).map(|pid| (pid, u64::from(pid) * 4096)).collect();
        let packed = Packer::default().pack(&look(10, &many)).unwrap();
        let kept = processes_of(&packed.processes);
        assert_eq!(kept.len(), MAX_PROCESSES_PER_LOOK);
        assert!(kept.iter().all(|&(_, bytes)| bytes > 136 * 4096));
    }

    #[test]
    fn processes_without_memory_are_left_out() {
        let packed = Packer::default().pack(&look(10, &[(7, 100), (8, 8192)]));
        assert_eq!(processes_of(&packed.unwrap().processes), [(0, 8192)]);
    }

    #[test]
    fn of_two_looks_in_one_millisecond_the_first_is_kept() {
        let mut packer = Packer::default();
        assert!(packer.pack(&look(10, &[])).is_some());
        assert!(packer.pack(&look(10, &[])).is_none());
    }
}
