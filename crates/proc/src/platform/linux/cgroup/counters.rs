//! The memory of a group, read at every tick through descriptors that are kept open.

use std::thread::available_parallelism;

use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, open};

use super::{Cgroup, Version};
use crate::native::root::read_at_once;
use crate::{GroupCounters, GroupMemory};

/// Each CPU keeps a counter of its own until it reaches this many pages (`MEMCG_CHARGE_BATCH` in
/// `mm/memcontrol.c`).
const BATCH_PAGES: u64 = 64;

/// Reads `memory.stat` of one group.
#[derive(Debug)]
pub struct CgroupCounters {
    version: Version,
    stat: OwnedFd,
    /// Absent in version 1, whose `memory.stat` includes swap.
    swap: Option<OwnedFd>,
    error_bytes: u64,
    text: Vec<u8>,
}

impl CgroupCounters {
    /// `None` if the group is gone, or does not account for memory.
    #[must_use]
    pub fn open(group: &Cgroup) -> Option<Self> {
        let file = |name: &str| {
            let flags = OFlags::RDONLY | OFlags::CLOEXEC;
            open(group.file(name), flags, Mode::empty()).ok()
        };
        let cpus = available_parallelism().map_or(1, |cpus| cpus.get() as u64);
        let mut counters = Self {
            version: group.version,
            stat: file("memory.stat")?,
            swap: file("memory.swap.current").filter(|_| group.version == Version::V2),
            error_bytes: BATCH_PAGES * cpus * rustix::param::page_size() as u64,
            text: Vec::new(),
        };
        counters.read()?;
        Some(counters)
    }

    fn swapped(&mut self) -> u64 {
        let Some(file) = &self.swap else { return 0 };
        let read = read_at_once(file, &mut self.text).ok();
        read.and_then(|()| number(self.text.trim_ascii()))
            .unwrap_or(0)
    }
}

impl GroupCounters for CgroupCounters {
    fn read(&mut self) -> Option<GroupMemory> {
        let swapped = self.swapped();
        read_at_once(&self.stat, &mut self.text).ok()?;
        let (anonymous, mapped, swap): (&[u8], &[u8], &[u8]) = match self.version {
            Version::V1 => (b"total_rss", b"total_mapped_file", b"total_swap"),
            Version::V2 => (b"anon", b"file_mapped", b""),
        };
        let mut counted = GroupMemory {
            swapped_bytes: swapped,
            error_bytes: self.error_bytes,
            ..GroupMemory::default()
        };
        let mut is_there = false;
        for line in self.text.split(|&byte| byte == b'\n') {
            let Some(space) = memchr::memchr(b' ', line) else {
                continue;
            };
            let (key, value) = (&line[..space], &line[space + 1..]);
            if key == anonymous {
                counted.anonymous_bytes = number(value)?;
                is_there = true;
            } else if key == mapped {
                counted.mapped_bytes = number(value)?;
            } else if key == swap {
                counted.swapped_bytes = number(value)?;
            }
        }
        counted.anonymous_bytes += counted.swapped_bytes;
        is_there.then_some(counted)
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
