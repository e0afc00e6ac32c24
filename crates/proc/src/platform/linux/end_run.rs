//! Kills all processes of a run.
//!
//! A run is more than one process tree: orphans have a new parent. The caller and the run's control
//! group name its members.

use std::fmt;
use std::time::{Duration, Instant};

use super::ProcRoot;
use super::births::read_stat;
use super::cgroup::{Cgroup, Version};
use super::kill::{OTHER_NAMESPACE, PidfdControl};
use crate::end_tree::{Escalation, KILL_TIMEOUT};
use crate::{Error, KillFailure, ProcessId};

/// How a run is ended.
pub struct EndRunOptions<'a> {
    /// Time between terminating and killing. If zero, processes are killed at once.
    pub grace: Duration,
    /// Polled during the grace period; true ends it at once.
    pub skip_grace: &'a dyn Fn() -> bool,
}

impl fmt::Debug for EndRunOptions<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EndRunOptions")
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}

/// The outcome of ending a run.
#[derive(Debug)]
pub struct EndRunOutcome {
    /// How many processes were found alive and are dead now.
    pub ended: u64,
    /// The processes that are still alive.
    pub failed: Vec<KillFailure>,
    /// Why some processes may not have been found, if so. The named members have been killed all
    /// the same.
    pub scan_error: Option<Error>,
    /// How long it took.
    pub took: Duration,
}

/// Kills all processes of a run, and returns when they are dead: the `members`, which is called for
/// each scan, the processes in `group`, and all their descendants. Spares this process, its
/// ancestors and the init process, even if they are named.
///
/// A process that has vanished, or whose pid was reused, is not an error.
pub fn end_run(
    root: &ProcRoot,
    members: &mut dyn FnMut() -> Vec<ProcessId>,
    group: Option<&Cgroup>,
    options: &EndRunOptions<'_>,
) -> EndRunOutcome {
    let start = Instant::now();
    if !root.shows_own_namespace() {
        let failed = members().into_iter().map(|id| KillFailure {
            pid: id.pid,
            reason: OTHER_NAMESPACE.to_owned(),
        });
        return EndRunOutcome {
            ended: 0,
            failed: failed.collect(),
            scan_error: Some(Error::unusable(root.path(), OTHER_NAMESPACE)),
            took: start.elapsed(),
        };
    }
    let mut group_error = None;
    let mut roots = || {
        let mut ids = members();
        match group.map_or(Ok(Vec::new()), |group| group_members(root, group)) {
            Ok(in_group) => ids.extend(in_group),
            Err(error) => group_error = Some(error),
        }
        ids
    };
    let control = PidfdControl::new(root);
    // Replaced by the whole lineage at the first scan.
    let own_lineage = vec![std::process::id(), std::os::unix::process::parent_id()];
    let mut escalation = Escalation::of_roots(&control, own_lineage, &mut roots);
    let outcome = escalate(&mut escalation, group, options);
    EndRunOutcome {
        ended: escalation.ended(),
        failed: escalation.failures(),
        scan_error: outcome
            .err()
            .or(escalation.into_scan_error())
            .or(group_error),
        took: start.elapsed(),
    }
}

fn escalate(
    escalation: &mut Escalation<'_, PidfdControl<'_>>,
    group: Option<&Cgroup>,
    options: &EndRunOptions<'_>,
) -> Result<(), Error> {
    if !options.grace.is_zero() {
        escalation.terminate(options.grace, options.skip_grace)?;
    }
    if let Some(group) = group.filter(|group| group.version() == Version::V2) {
        // Only processes found before the kill are counted.
        escalation.scan()?;
        // If the group cannot be killed, or not as a whole, the processes are killed one by one.
        let _ = group.kill_at_once(escalation.own_lineage(), KILL_TIMEOUT);
    }
    escalation.kill()
}

/// The processes in a group. Only pids that are listed both before and after their start time was
/// read count, so that the start time belongs to the member.
fn group_members(root: &ProcRoot, group: &Cgroup) -> Result<Vec<ProcessId>, Error> {
    let mut ids = Vec::new();
    let mut text = Vec::new();
    for pid in group.pids()? {
        if let Some(stat) = read_stat(root, pid, &mut text)? {
            ids.push(ProcessId {
                pid,
                started: stat.started,
            });
        }
    }
    let still_listed = group.pids()?;
    ids.retain(|id| still_listed.binary_search(&id.pid).is_ok());
    Ok(ids)
}
