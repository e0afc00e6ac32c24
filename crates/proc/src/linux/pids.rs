//! The pids that a `/proc` lists. It lists processes only, never their other threads.

use rustix::fd::AsFd;
use rustix::fs::RawDir;

/// Lists from where the directory stands. Both buffers are overwritten; the pids come sorted.
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
