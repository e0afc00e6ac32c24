//! What a run has come to.

use std::time::Duration;

use memtop_proc::native::EndRunOutcome;
use memtop_proc::{KillFailure, ProcessId};
use memtop_sampler::{Alarm, LivingProcess, Record, Thresholds};

use crate::{End, GroupRecord, OutOfMemory};

/// What is known once the command has ended.
#[derive(Debug)]
pub struct Outcome {
    /// How the command ended; absent when the kernel did not report it, as when the host process
    /// reaps every child itself.
    pub end: Option<End>,
    /// From just before the start until the end.
    pub duration: Duration,
    /// What was measured, or why nothing was.
    pub record: Result<Record, String>,
    /// The high-water mark of one process, where that is more than any sample shows. Without pages
    /// that other processes could have as well.
    pub missed_bytes: Option<u64>,
    /// What the true peak cannot have been higher than, or why that is unknown.
    pub ceiling_bytes: Result<u64, String>,
    /// What the kernel counted in the group of the run, or why there was none.
    pub group: Result<GroupRecord, String>,
    /// How its processes were followed.
    pub tracking: Tracking,
    /// How the run was guarded; absent when it was not.
    pub guard: Option<GuardRecord>,
    /// Which memory had run out, if any.
    pub out_of_memory: Option<OutOfMemory>,
    /// The command while it ran; absent where `/proc` hides it.
    pub process: Option<ProcessId>,
    /// Why the run was ended, if it was.
    pub stopped: Option<Stopped>,
    /// Processes that outlived the command.
    pub survivors: Vec<LivingProcess>,
    /// Failures that did not end the run, for people to read.
    pub remarks: Vec<String>,
}

/// How the processes of a run were followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracking {
    /// In which way; of several commands, the one that shows the least.
    pub by: FollowedBy,
    /// Why not in a better one.
    pub because: Option<String>,
    /// Stops of traced processes that were handled.
    pub stops: u64,
    /// Processes that were detached from, because they stopped too often or trace others
    /// themselves.
    pub released: u64,
    /// How often events of the kernel were lost; what had happened was found by a scan.
    pub losses: u64,
}

/// What shows the starts and ends of processes. Each shows less than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FollowedBy {
    /// Events of the kernel, with the high-water mark of each process that ends.
    Kernel,
    /// `ptrace(2)`.
    Ptrace,
    /// Events of the kernel.
    Connector,
    /// Scans of the process table.
    Scan,
}

impl Tracking {
    pub(crate) fn by(by: FollowedBy) -> Self {
        Self {
            by,
            because: None,
            stops: 0,
            released: 0,
            losses: 0,
        }
    }

    pub(crate) fn by_scans(because: String) -> Self {
        Self {
            because: Some(because),
            ..Self::by(FollowedBy::Scan)
        }
    }

    /// Of this and another command together.
    pub(crate) fn with(mut self, other: &Self) -> Self {
        if other.by > self.by {
            self.by = other.by;
            self.because.clone_from(&other.because);
        }
        self.stops += other.stops;
        self.released += other.released;
        self.losses = self.losses.max(other.losses);
        self
    }
}

/// Why a run is ended before the command ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It took too long.
    Timeout,
    /// The caller has asked for it.
    Request,
    /// It has had more memory than it may.
    Guard,
}

/// How a run was guarded.
#[derive(Clone, Debug)]
pub struct GuardRecord {
    /// What it was allowed.
    pub thresholds: Thresholds,
    /// Whether there was a warning.
    pub warned: bool,
    /// What it was ended for.
    pub alarm: Option<Alarm>,
}

/// A run that was ended.
#[derive(Clone, Debug)]
pub struct Stopped {
    /// Why.
    pub reason: Reason,
    /// How many processes were ended.
    pub ended: u64,
    /// Those that are still there, with the reason.
    pub failed: Vec<KillFailure>,
    /// From the order to the end of the last process.
    pub took: Duration,
}

impl Stopped {
    /// Without a count: the processes were counted elsewhere, or could not be.
    pub(crate) fn uncounted(reason: Reason) -> Self {
        Self {
            reason,
            ended: 0,
            failed: Vec::new(),
            took: Duration::ZERO,
        }
    }

    pub(crate) fn of(reason: Reason, ended: EndRunOutcome) -> Self {
        Self {
            reason,
            ended: ended.ended,
            failed: ended.failed,
            took: ended.took,
        }
    }
}
