//! The settings that the group of a run inherits from its parent.
//!
//! Programs read their memory limit and number of processors from their own group: Node, Java and
//! Go size their heaps by it. A group without limits would make them see the whole machine. So the
//! settings of the parent are copied, but not those of its ancestors: without memtop, the program
//! would not find them in its own group either, and a program that reads all ancestors still does.

use std::io;
use std::path::Path;

use super::{Cgroup, Version, files};
use crate::Error;

/// In the order in which they can be written to a new group: the limit of memory and swap cannot be
/// below that of memory alone. The kernel passes on the other settings of version 1.
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

/// Copies the settings of the group `from` to the group `to`, once. A limit of the parent that is
/// lowered later still applies to the run; one that is raised does not.
///
/// # Errors
/// If a setting cannot be read or written; those before it are copied.
pub(super) fn copy_settings(from: &Cgroup, to: &Path) -> Result<(), CopyError> {
    let settings: &[&str] = match from.version {
        Version::V1 => &OF_V1,
        Version::V2 => &OF_V2,
    };
    for setting in settings {
        let target = to.join(setting);
        // The root group has no settings, some kernels lack some, and files of controllers that are
        // not delegated are missing.
        let (Some(parent), Some(own)) = (files::text(&from.file(setting))?, files::text(&target)?)
        else {
            continue;
        };
        if own != parent {
            files::write(&target, parent.trim()).map_err(CopyError::Write)?;
        }
    }
    Ok(())
}

/// Why settings could not be copied.
#[derive(Debug, thiserror::Error)]
pub(super) enum CopyError {
    #[error(transparent)]
    Read(#[from] Error),
    #[error(transparent)]
    Write(io::Error),
}
