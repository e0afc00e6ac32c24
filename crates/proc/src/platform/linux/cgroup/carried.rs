//! What a group for a run takes over from the group around it.
//!
//! Programs read in the group that they are in how much memory there is, and how many processors:
//! Node sizes its heap by that, as do Java and Go. A group between that says nothing would tell them
//! of the whole machine. So whatever the group around has been told is told to the run's as well,
//! and nothing that it has not: a limit further up is not in the group that the program would be in
//! without memtop either, and a program that reads all groups up to the top finds it there.

use std::io;
use std::path::Path;

use super::{Cgroup, Version, files};
use crate::Error;

/// In the order in which they can be written to a new group: memory and swap together cannot be
/// less than memory alone. What else version 1 has is handed down by the kernel.
const OF_V1: [&str; 3] = [
    "memory.limit_in_bytes",
    "memory.memsw.limit_in_bytes",
    "memory.soft_limit_in_bytes",
];

const OF_V2: [&str; 8] = [
    "memory.max",
    "memory.high",
    "memory.swap.max",
    "memory.swap.high",
    "memory.low",
    "memory.min",
    "memory.oom.group",
    "cpu.max",
];

/// Sets in the group `to` what is set in `from`.
///
/// That is done once. Lowered later, a limit holds for the run all the same, by the group around;
/// one that is raised does not help the run.
///
/// # Errors
/// When one cannot be read or set; those before it are.
pub(super) fn carry(from: &Cgroup, to: &Path) -> Result<(), NotCarried> {
    let settings: &[&str] = match from.version {
        Version::V1 => &OF_V1,
        Version::V2 => &OF_V2,
    };
    for setting in settings {
        let target = to.join(setting);
        // The topmost group has none of them, kernels lack some, and what is not handed down is not
        // in the group.
        let (Some(around), Some(own)) = (files::text(&from.file(setting))?, files::text(&target)?)
        else {
            continue;
        };
        if own != around {
            files::write(&target, around.trim()).map_err(NotCarried::Write)?;
        }
    }
    Ok(())
}

/// Why a group stays without what the one around it has been told.
#[derive(Debug)]
pub(super) enum NotCarried {
    Read(Error),
    Write(io::Error),
}

impl From<Error> for NotCarried {
    fn from(error: Error) -> Self {
        Self::Read(error)
    }
}
