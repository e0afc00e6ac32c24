//! The control group of a run: entered by the command before it starts, read while it runs,
//! removed after.

use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use memtop_proc::Error;
use memtop_proc::native::cgroup::{Breakdown, CgroupCounters, Cgroups, Entrance, Limit, RunCgroup};
use memtop_sampler::TaskId;

use crate::{SharedSampler, StartError};

/// How long the group's end is waited for.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often processes are looked for that have left the group.
const ESCAPES_EVERY: Duration = Duration::from_millis(300);

/// Whether a run gets a group of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupUse {
    /// Where there can be one.
    #[default]
    Auto,
    /// Always; without one the command does not start.
    On,
    /// Never.
    Off,
}

/// What the kernel counted in the group of a run.
#[derive(Clone, Debug)]
pub struct GroupRecord {
    /// The version of control groups.
    pub version: u32,
    /// The group, by its path in the hierarchy.
    pub path: PathBuf,
    /// The most that was charged to it, page cache included.
    pub peak_bytes: Option<u64>,
    /// Of that what belonged to processes alone and what to files, at the highest look.
    pub at_highest_look: Option<Breakdown>,
    /// Processes of the run that the kernel ended for lack of memory.
    pub oom_kills: Option<u64>,
    /// Processes of the run that were seen outside of the group.
    pub escaped: u64,
}

#[derive(Debug)]
pub(crate) struct Group {
    cgroups: Arc<Cgroups>,
    made: RunCgroup,
    highest: Option<Breakdown>,
    looked_for_escapes: Option<Instant>,
    escaped: Vec<u32>,
}

impl Group {
    /// # Errors
    /// Why there can be none, in words.
    pub(crate) fn create(cgroups: &Arc<Cgroups>, name: &str) -> Result<(Self, Entrance), String> {
        let made = RunCgroup::create(cgroups, name).map_err(|error| error.to_string())?;
        let entrance = made.entrance().map_err(|error| error.to_string())?;
        let group = Self {
            cgroups: Arc::clone(cgroups),
            made,
            highest: None,
            looked_for_escapes: None,
            escaped: Vec::new(),
        };
        Ok((group, entrance))
    }

    pub(crate) fn made(&self) -> &RunCgroup {
        &self.made
    }

    /// Takes the kernel's count of the group for the memory of a task.
    pub(crate) fn count_for(&self, sampler: &SharedSampler, task: TaskId) {
        if let Some(counters) = CgroupCounters::open(self.made.cgroup()) {
            sampler.set_counters(task, Box::new(counters));
        }
    }

    /// Reads the group once, while the task that it counts runs.
    pub(crate) fn look(&mut self, sampler: &SharedSampler, task: TaskId) {
        // A look that fails is one look less; the kernel's own peak does not depend on it.
        if let Ok(Some(now)) = self.made.cgroup().breakdown()
            && self
                .highest
                .is_none_or(|highest| weight(&now) > weight(&highest))
        {
            self.highest = Some(now);
        }
        if self
            .looked_for_escapes
            .is_none_or(|at| at.elapsed() >= ESCAPES_EVERY)
        {
            self.looked_for_escapes = Some(Instant::now());
            let mut pids = sampler.pids(task);
            pids.retain(|pid| !self.escaped.contains(pid));
            let escaped = self.made.escaped(&self.cgroups, &pids);
            self.escaped.extend(escaped.unwrap_or_default());
            if !self.escaped.is_empty() {
                sampler.remove_counters(task);
            }
        }
    }

    /// Reads the final figures and removes the group. A remark says what went wrong.
    pub(crate) fn finish(mut self) -> (GroupRecord, Option<String>) {
        let cgroup = self.made.cgroup();
        let mut record = GroupRecord {
            version: cgroup.version().number(),
            path: cgroup.path().to_owned(),
            peak_bytes: None,
            at_highest_look: self.highest,
            oom_kills: None,
            escaped: self.escaped.len() as u64,
        };
        let mut remark = None;
        match self.made.peak() {
            Ok(peak) => record.peak_bytes = peak,
            Err(error) => remark = Some(error.to_string()),
        }
        match self.made.oom_kills() {
            Ok(kills) => record.oom_kills = kills,
            Err(error) => remark = Some(error.to_string()),
        }
        if let Err(error) = self.made.remove(PATIENCE) {
            remark = Some(format!(
                "the control group of the run is left behind: {error}"
            ));
        }
        (record, remark)
    }
}

fn weight(breakdown: &Breakdown) -> u64 {
    breakdown.anon + breakdown.file
}

/// The smallest limit that the run was under.
pub(crate) fn limit_around(group: Option<&Group>) -> Option<Limit> {
    let limits = match group {
        Some(group) => group.made().cgroup().limits(),
        None => Cgroups::system().ok()?.own().ok()?.limits(),
    };
    limits.ok()?.max
}

/// This process may have several runs at a time.
static RUNS: AtomicU64 = AtomicU64::new(0);

/// A group and what moves a child into it, or why there is none.
pub(crate) type GroupWithEntrance = Result<(Group, Entrance), String>;

pub(crate) fn create_group(
    group: GroupUse,
    cgroups: &Result<Arc<Cgroups>, Error>,
) -> Result<GroupWithEntrance, StartError> {
    if group == GroupUse::Off {
        return Ok(Err("it was not asked for".to_owned()));
    }
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let created = match cgroups {
        Ok(cgroups) => Group::create(cgroups, &format!("memtop-{}-{run}", process::id())),
        Err(reason) => Err(reason.to_string()),
    };
    match created {
        Err(reason) if group == GroupUse::On => Err(StartError::NoGroup(reason)),
        made => Ok(made),
    }
}
