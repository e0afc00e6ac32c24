//! The Linux implementation of [`Inspector`].

use std::sync::Mutex;
use std::time::Duration;

use super::ProcRoot;
use super::boot_time::since_boot;
use super::kill::{OTHER_NAMESPACE, PidfdControl};
use super::pids::pids;
use super::process::{Process, ProcessDirectory, age, ticks};
use crate::cpu_share::{CpuShares, CpuTime};
use crate::end_tree::end_tree;
use crate::{Error, Inspector, KillOptions, KillOutcome, ProcessRecord};

/// An inspector that reads `/proc`. Start times are in clock ticks since boot.
#[derive(Debug)]
pub struct LinuxInspector {
    root: ProcRoot,
    page_bytes: u64,
    ticks_per_second: u64,
    shares: Mutex<CpuShares>,
}

impl LinuxInspector {
    /// An inspector of the processes in this directory.
    #[must_use]
    pub fn new(root: ProcRoot) -> Self {
        Self {
            root,
            page_bytes: rustix::param::page_size() as u64,
            ticks_per_second: rustix::param::clock_ticks_per_second(),
            shares: Mutex::default(),
        }
    }

    fn read_all(&self) -> Result<Vec<Process>, Error> {
        let mut text = Vec::new();
        let mut processes = Vec::new();
        for pid in pids(&self.root)? {
            if let Some(directory) = ProcessDirectory::open(&self.root, pid)?
                && let Some(process) = directory.read_process(self.page_bytes, &mut text)?
            {
                processes.push(process);
            }
        }
        if processes.is_empty() {
            return Err(Error::unusable(self.root.path(), "it lists no process"));
        }
        Ok(processes)
    }

    fn cpu_time(&self, process: &Process, since_boot: Duration) -> CpuTime {
        let id = process.record.id;
        CpuTime {
            id,
            cpu: ticks(process.cpu_ticks, self.ticks_per_second),
            age: age(id.started, self.ticks_per_second, since_boot),
        }
    }
}

impl Inspector for LinuxInspector {
    fn list(&self) -> Result<Vec<ProcessRecord>, Error> {
        let processes = self.read_all()?;
        let since_boot = since_boot();
        let cpu_time = |process: &Process| self.cpu_time(process, since_boot);
        Ok(CpuShares::of_all(&self.shares, processes, cpu_time)
            .map(|(process, cpu_percent)| ProcessRecord {
                cpu_percent,
                ..process.record
            })
            .collect())
    }

    fn kill(&self, pid: u32, options: &KillOptions) -> Result<KillOutcome, Error> {
        if !self.root.shows_own_namespace() {
            return Err(Error::kill_failed(pid, OTHER_NAMESPACE));
        }
        end_tree(&PidfdControl::new(&self.root), pid, options)
    }

    fn exists(&self, pid: u32) -> Result<bool, Error> {
        match ProcessDirectory::open(&self.root, pid)? {
            Some(directory) => Ok(directory.stat(&mut Vec::new())?.is_some()),
            None => Ok(false),
        }
    }
}
