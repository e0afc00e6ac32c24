//! The pids listed in `/proc`: those of processes, not of their further threads.

use rustix::fd::AsFd;
use rustix::fs::{Mode, OFlags, RawDir, openat};

use super::ProcRoot;
use crate::Error;

/// Lists the pids from the current position of the directory, sorted. Overwrites both buffers.
pub(super) fn list_pids(
    directory: impl AsFd,
    buffer: &mut Vec<u8>,
    pids: &mut Vec<u32>,
) -> rustix::io::Result<()> {
    buffer.clear();
    buffer.reserve(32 * 1024);
    pids.clear();
    let mut entries = RawDir::new(directory, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name().to_str().ok();
        if let Some(pid) = name.and_then(|name| name.parse().ok()) {
            pids.push(pid);
        }
    }
    pids.sort_unstable();
    Ok(())
}

/// All listed pids, sorted.
pub(super) fn pids(root: &ProcRoot) -> Result<Vec<u32>, Error> {
    let mut pids = Vec::new();
    // With a descriptor of its own, since calls may overlap and a descriptor has one position.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(root, ".", flags, Mode::empty())
        .and_then(|directory| list_pids(directory, &mut Vec::new(), &mut pids))
        .map_err(|errno| Error::system(root.path_of(""), errno))?;
    Ok(pids)
}
