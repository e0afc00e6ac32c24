//! The Linux side of the seam to those who look at the process table as a whole.

use std::sync::Mutex;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::ProcRoot;
use super::kill::{OF_ANOTHER_NAMESPACE, Pidfds};
use super::pids::pids;
use super::process::{ProcessDirectory, Seen, age, ticks};
use crate::cpu_share::{CpuLook, CpuShares};
use crate::end_tree::end_tree;
use crate::{Error, Inspector, KillOptions, KillOutcome, ProcessRecord};

/// Inspects through `/proc`. Start times are in clock ticks since boot.
#[derive(Debug)]
pub struct LinuxInspector {
    root: ProcRoot,
    page_bytes: u64,
    ticks_per_second: u64,
    shares: Mutex<CpuShares>,
}

impl LinuxInspector {
    /// Inspects what this directory shows.
    #[must_use]
    pub fn new(root: ProcRoot) -> Self {
        Self {
            root,
            page_bytes: rustix::param::page_size() as u64,
            ticks_per_second: rustix::param::clock_ticks_per_second(),
            shares: Mutex::default(),
        }
    }

    fn look_at_all(&self) -> Result<Vec<Seen>, Error> {
        let mut text = Vec::new();
        let mut seen = Vec::new();
        for pid in pids(&self.root)? {
            if let Some(directory) = ProcessDirectory::open(&self.root, pid)?
                && let Some(process) = directory.look(self.page_bytes, &mut text)?
            {
                seen.push(process);
            }
        }
        if seen.is_empty() {
            return Err(self.root.malformed("", "it shows not one process"));
        }
        Ok(seen)
    }

    fn cpu_look(&self, seen: &Seen, since_boot: Duration) -> CpuLook {
        let id = seen.record.id;
        CpuLook {
            id,
            cpu: ticks(seen.cpu_ticks, self.ticks_per_second),
            age: age(id.started, self.ticks_per_second, since_boot),
        }
    }
}

impl Inspector for LinuxInspector {
    fn list(&self) -> Result<Vec<ProcessRecord>, Error> {
        let seen = self.look_at_all()?;
        let since_boot = since_boot();
        let look = |seen: &Seen| self.cpu_look(seen, since_boot);
        Ok(CpuShares::of_all(&self.shares, seen, look)
            .map(|(seen, cpu_percent)| ProcessRecord {
                cpu_percent,
                ..seen.record
            })
            .collect())
    }

    fn kill(&self, pid: u32, options: &KillOptions) -> Result<KillOutcome, Error> {
        if !self.root.shows_own_namespace() {
            return Err(Error::kill_failed(pid, OF_ANOTHER_NAMESPACE));
        }
        end_tree(&Pidfds::new(&self.root), pid, options)
    }

    fn exists(&self, pid: u32) -> Result<bool, Error> {
        match ProcessDirectory::open(&self.root, pid)? {
            Some(directory) => Ok(directory.stat(&mut Vec::new())?.is_some()),
            None => Ok(false),
        }
    }
}

/// The clock that start times are counted on. Unlike `/proc/uptime`, which containers like to
/// replace, it is always the kernel's own.
fn since_boot() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    Duration::try_from(time).unwrap_or_default()
}
