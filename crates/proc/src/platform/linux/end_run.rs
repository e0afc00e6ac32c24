//! Ending everything that belongs to a run.
//!
//! A run is more than one process and its descendants: whoever has lost their parents has another
//! one by now. Who belongs to it is known to those who have watched it, and to its group.

use std::fmt;
use std::time::{Duration, Instant};

use super::ProcRoot;
use super::births::read_stat;
use super::cgroup::{Cgroup, RunCgroup, Version};
use super::kill::{OF_ANOTHER_NAMESPACE, Pidfds};
use crate::end_tree::{Ladder, PATIENCE};
use crate::{Error, KillFailure, ProcessId};

/// How a run is ended.
pub struct EndRunOptions<'a> {
    /// How long those who were asked to end may take before they are made to. With none nobody is
    /// asked.
    pub grace: Duration,
    /// Asked at each look during the grace; true ends it at once.
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

/// What became of a run that was to be ended.
#[derive(Debug)]
pub struct EndRunOutcome {
    /// How many processes were found alive and are dead now.
    pub ended: u64,
    /// Those that are still there.
    pub failed: Vec<KillFailure>,
    /// Why not everybody could be seen, if so. All who were named have been ended all the same.
    pub scan_error: Option<Error>,
    /// How long it took.
    pub took: Duration,
}

/// Ends everybody in a run, and returns when they are dead: the `members`, who are asked for at
/// each look, everybody in the `group`, and all their descendants. This process, those it descends
/// from, and the first process are left alone, whoever names them.
///
/// Somebody who has vanished, or whose pid has been given to another, is not an error.
pub fn end_run(
    root: &ProcRoot,
    members: &mut dyn FnMut() -> Vec<ProcessId>,
    group: Option<&RunCgroup>,
    options: &EndRunOptions<'_>,
) -> EndRunOutcome {
    end(root, members, group.map(RunCgroup::cgroup), options)
}

fn end(
    root: &ProcRoot,
    members: &mut dyn FnMut() -> Vec<ProcessId>,
    group: Option<&Cgroup>,
    options: &EndRunOptions<'_>,
) -> EndRunOutcome {
    let start = Instant::now();
    if !root.shows_own_namespace() {
        let failed = members().into_iter().map(|id| KillFailure {
            pid: id.pid,
            reason: OF_ANOTHER_NAMESPACE.to_owned(),
        });
        return EndRunOutcome {
            ended: 0,
            failed: failed.collect(),
            scan_error: Some(root.malformed("self", OF_ANOTHER_NAMESPACE)),
            took: start.elapsed(),
        };
    }
    let mut blindness = None;
    let mut named = || {
        let mut ids = members();
        match group.map_or(Ok(Vec::new()), |group| inside(root, group)) {
            Ok(inside) => ids.extend(inside),
            Err(error) => blindness = Some(error),
        }
        ids
    };
    let power = Pidfds::new(root);
    // Until the process table tells more.
    let own = vec![std::process::id(), std::os::unix::process::parent_id()];
    let mut ladder = Ladder::of_named(&power, own, &mut named);
    let outcome = climb(&mut ladder, group, options);
    EndRunOutcome {
        ended: ladder.ended(),
        failed: ladder.failures(),
        scan_error: outcome.err().or(ladder.into_blindness()).or(blindness),
        took: start.elapsed(),
    }
}

fn climb(
    ladder: &mut Ladder<'_, Pidfds<'_>>,
    group: Option<&Cgroup>,
    options: &EndRunOptions<'_>,
) -> Result<(), Error> {
    if !options.grace.is_zero() {
        ladder.ask(options.grace, options.skip_grace)?;
    }
    if let Some(group) = group.filter(|group| group.version() == Version::V2) {
        // Whoever is held by then is counted.
        ladder.look()?;
        // Where it cannot be done, or somebody is left, they are ended one by one.
        let _ = group.kill_at_once(ladder.own(), PATIENCE);
    }
    ladder.make()
}

/// Everybody in a group. A pid may be given to another at any time, so those who are listed before
/// and after their start was read are held to be the same; whoever has it later is told by that.
fn inside(root: &ProcRoot, group: &Cgroup) -> Result<Vec<ProcessId>, Error> {
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
    let still = group.pids()?;
    ids.retain(|id| still.binary_search(&id.pid).is_ok());
    Ok(ids)
}
