//! A group's limit and use, read again and again through descriptors that stay open.

use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, open};

use super::limits::V1_UNLIMITED;
use super::{Cgroup, Version, files};
use crate::native::root::read_whole;

/// The files of one group.
#[derive(Debug)]
pub(in crate::platform::native) struct KeptGroup {
    pub group: Cgroup,
    /// Set above what is mounted, where only version 1 tells of it.
    limit_above: Option<u64>,
    limit: OwnedFd,
    current: OwnedFd,
    stat: OwnedFd,
    swap: Option<Swap>,
}

/// In version 1 both are for memory and swap together.
#[derive(Debug)]
struct Swap {
    limit: OwnedFd,
    current: OwnedFd,
}

/// A limit and what is charged against it, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::platform::native) struct Usage {
    pub limit: u64,
    pub current: u64,
}

impl Usage {
    pub fn left(&self) -> u64 {
        self.limit.saturating_sub(self.current)
    }
}

impl KeptGroup {
    /// `None` where there is no limit, or none that can be read.
    pub fn open(group: Cgroup, with_swap: bool) -> Option<Self> {
        let by_version = |v1: &str, v2: &str| {
            open_file(
                &group,
                match group.version {
                    Version::V1 => v1,
                    Version::V2 => v2,
                },
            )
        };
        let swap = || {
            Some(Swap {
                limit: by_version("memory.memsw.limit_in_bytes", "memory.swap.max")?,
                current: by_version("memory.memsw.usage_in_bytes", "memory.swap.current")?,
            })
        };
        let mut kept = Self {
            limit_above: None,
            limit: by_version("memory.limit_in_bytes", "memory.max")?,
            current: by_version("memory.usage_in_bytes", "memory.current")?,
            stat: open_file(&group, "memory.stat")?,
            swap: if with_swap { swap() } else { None },
            group,
        };
        if kept.group.version == Version::V1 {
            let mut text = Vec::new();
            kept.limit_above = kept
                .stat(&mut text)
                .and_then(|stat| files::keyed(stat, "hierarchical_memory_limit"))
                .filter(|&bytes| bytes < V1_UNLIMITED);
        }
        kept.usage(&mut Vec::new())?;
        Some(kept)
    }

    /// `None` for no limit, and for a group that has been removed.
    pub fn usage(&self, text: &mut Vec<u8>) -> Option<Usage> {
        let own = number(&self.limit, text);
        let limit = match (own, self.limit_above) {
            (Some(own), Some(above)) => own.min(above),
            (own, above) => own.or(above)?,
        };
        let current = number(&self.current, text)?;
        Some(Usage { limit, current })
    }

    /// What of the use would be given back before anybody is ended for want of memory.
    pub fn reclaimable(&self, text: &mut Vec<u8>) -> u64 {
        let version = self.group.version;
        let Some(stat) = self.stat(text) else {
            return 0;
        };
        let part = |v1, v2| {
            let key = match version {
                Version::V1 => v1,
                Version::V2 => v2,
            };
            files::keyed(stat, key).unwrap_or(0)
        };
        // The active half of the page cache holds what programs run from and read now. The kernel
        // gives it up in the end, but from some point on they do nothing but fetch it again.
        part("total_inactive_file", "inactive_file") + part("total_active_file", "active_file") / 2
    }

    /// How much of the group may still be swapped out, in bytes, given `left` for memory;
    /// `None` where the group sets no limit to that.
    pub fn swap_left(&self, left: u64, text: &mut Vec<u8>) -> Option<u64> {
        let swap = self.swap.as_ref()?;
        let usage = Usage {
            limit: number(&swap.limit, text)?,
            current: number(&swap.current, text)?,
        };
        Some(match self.group.version {
            Version::V1 => usage.left().saturating_sub(left),
            Version::V2 => usage.left(),
        })
    }

    fn stat<'text>(&self, text: &'text mut Vec<u8>) -> Option<&'text str> {
        read_whole(&self.stat, text).ok()?;
        std::str::from_utf8(text).ok()
    }
}

fn open_file(group: &Cgroup, name: &str) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    open(group.file(name), flags, Mode::empty()).ok()
}

/// `None` for `max` and for what version 1 spells so.
fn number(file: &OwnedFd, text: &mut Vec<u8>) -> Option<u64> {
    read_whole(file, text).ok()?;
    let digits = std::str::from_utf8(text).ok()?;
    digits
        .trim()
        .parse()
        .ok()
        .filter(|&bytes| bytes < V1_UNLIMITED)
}
