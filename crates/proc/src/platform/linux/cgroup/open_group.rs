//! The limit and usage of a group, read repeatedly through descriptors that are kept open.

use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, open};

use super::limits::V1_UNLIMITED;
use super::{Cgroup, Version, files};
use crate::native::root::read_at_once;

/// The open files of one group.
#[derive(Debug)]
pub(in crate::platform::native) struct OpenGroup {
    pub group: Cgroup,
    /// A limit of an ancestor that is not mounted; only known in version 1.
    limit_above: Option<u64>,
    limit: OwnedFd,
    current: OwnedFd,
    stat: OwnedFd,
    swap: Option<Swap>,
}

/// In version 1 both are of memory and swap together.
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

impl OpenGroup {
    /// `None` if the group has no readable limit.
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
        let mut opened = Self {
            limit_above: None,
            limit: by_version("memory.limit_in_bytes", "memory.max")?,
            current: by_version("memory.usage_in_bytes", "memory.current")?,
            stat: open_file(&group, "memory.stat")?,
            swap: if with_swap { swap() } else { None },
            group,
        };
        if opened.group.version == Version::V1 {
            let mut text = Vec::new();
            opened.limit_above = opened
                .stat(&mut text)
                .and_then(|stat| files::keyed(stat, "hierarchical_memory_limit"))
                .filter(|&bytes| bytes < V1_UNLIMITED);
        }
        opened.usage(&mut Vec::new())?;
        Some(opened)
    }

    /// `None` if there is no limit, or the group has been removed.
    pub fn usage(&self, text: &mut Vec<u8>) -> Option<Usage> {
        let own = number(&self.limit, text);
        let limit = match (own, self.limit_above) {
            (Some(own), Some(above)) => own.min(above),
            (own, above) => own.or(above)?,
        };
        let current = number(&self.current, text)?;
        Some(Usage { limit, current })
    }

    /// The part of the usage that the kernel would reclaim before the OOM killer ends a process.
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
        // The active page cache holds code and files in use. The kernel reclaims it in the end, but
        // from some point on programs only read it again (thrashing), so half of it counts.
        part("total_inactive_file", "inactive_file") + part("total_active_file", "active_file") / 2
    }

    /// How much of the group may still be swapped out, in bytes, given `left` bytes of memory.
    /// `None` if the group does not limit swap.
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
        read_at_once(&self.stat, text).ok()?;
        std::str::from_utf8(text).ok()
    }
}

fn open_file(group: &Cgroup, name: &str) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    open(group.file(name), flags, Mode::empty()).ok()
}

/// `None` for `max` and its numeric form in version 1.
fn number(file: &OwnedFd, text: &mut Vec<u8>) -> Option<u64> {
    read_at_once(file, text).ok()?;
    let digits = std::str::from_utf8(text).ok()?;
    digits
        .trim()
        .parse()
        .ok()
        .filter(|&bytes| bytes < V1_UNLIMITED)
}
