//! Terminates many processes, then kills those that are left, and verifies that they are gone.
//!
//! Processes may start others while they shut down, so the process table is scanned repeatedly.
//! Before anything is killed, everything is frozen: a frozen process cannot fork, so no child
//! escapes as an orphan. Each phase has a time limit, since processes may fork faster than scans
//! find them.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::{ProcessControl, Signal, Unreachable};
use crate::descent::{lineage, parents_first};
use crate::{Error, KillFailure, ProcessId};

/// How long killed processes may take to be gone, and how long freezing may take. A process in
/// uninterruptible sleep, waiting for a disk, may take longer.
pub(crate) const KILL_TIMEOUT: Duration = Duration::from_secs(2);
/// Time between scans while waiting.
const SCAN_INTERVAL: Duration = Duration::from_millis(50);

/// The init process, which all others depend on.
const INIT: u32 = 1;

/// The processes found so far, parents before children; those found by later scans come last.
pub(crate) struct Escalation<'a, C: ProcessControl> {
    control: &'a C,
    /// Names further processes at each scan, beside the known ones and their descendants.
    roots: Option<&'a mut dyn FnMut() -> Vec<ProcessId>>,
    /// The pids of this process and its ancestors, which are never signalled.
    own_lineage: Vec<u32>,
    targets: Vec<Target<C::Handle>>,
    known: HashSet<ProcessId>,
    scan_error: Option<Error>,
}

struct Target<H> {
    id: ProcessId,
    handle: Option<H>,
    /// The last signal that was sent, successfully or not.
    last_signal: Option<Signal>,
    state: TargetState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum TargetState {
    Alive,
    Ended,
    /// It had ended before it was signalled.
    EndedBefore,
    Unreachable(Unreachable),
}

impl<'a, C: ProcessControl> Escalation<'a, C> {
    /// One process and its descendants.
    pub(crate) fn of_tree(
        control: &'a C,
        own_lineage: Vec<u32>,
        root: ProcessId,
        handle: C::Handle,
    ) -> Self {
        let mut escalation = Self::new(control, own_lineage, None);
        escalation.track(root, Ok(Some(handle)));
        escalation
    }

    /// The processes that `roots` names at each scan, and their descendants. Goes on if the process
    /// table cannot be read, since the named processes can still be killed.
    pub(crate) fn of_roots(
        control: &'a C,
        own_lineage: Vec<u32>,
        roots: &'a mut dyn FnMut() -> Vec<ProcessId>,
    ) -> Self {
        Self::new(control, own_lineage, Some(roots))
    }

    fn new(
        control: &'a C,
        own_lineage: Vec<u32>,
        roots: Option<&'a mut dyn FnMut() -> Vec<ProcessId>>,
    ) -> Self {
        Self {
            control,
            roots,
            own_lineage,
            targets: Vec::new(),
            known: HashSet::new(),
            scan_error: None,
        }
    }

    /// Terminates all targets, including those found meanwhile, until all have ended, the grace
    /// period is over, or `skip_grace` returns true.
    pub(crate) fn terminate(
        &mut self,
        grace: Duration,
        skip_grace: &dyn Fn() -> bool,
    ) -> Result<(), Error> {
        let start = Instant::now();
        let mut is_first = true;
        while !skip_grace() {
            self.scan()?;
            self.signal_all(Signal::Terminate);
            if !self.any_alive() {
                break;
            }
            // Scan again at once: processes may have forked during the first scan and be about to
            // exit. Only once, since a scan takes time for each process of the machine.
            if !std::mem::take(&mut is_first) {
                let left = grace.saturating_sub(start.elapsed());
                self.wait(left.min(SCAN_INTERVAL));
            }
            if start.elapsed() >= grace {
                break;
            }
        }
        Ok(())
    }

    /// Freezes and kills all targets, and waits until they are gone.
    pub(crate) fn kill(&mut self) -> Result<(), Error> {
        let mut killed_at: Option<Instant> = None;
        // Targets that have ended by now need neither a signal nor a scan.
        self.wait(Duration::ZERO);
        loop {
            let waited = killed_at.map_or(Duration::ZERO, |at| at.elapsed());
            let left = KILL_TIMEOUT.saturating_sub(waited);
            let scanned = self.freeze(left);
            // Even if the scan failed: no process is left frozen.
            self.signal_all(Signal::Kill);
            scanned?;
            killed_at.get_or_insert_with(Instant::now);
            if !self.any_alive() {
                return Ok(());
            }
            self.wait(left.min(SCAN_INTERVAL));
            if left.is_zero() {
                return Ok(());
            }
        }
    }

    fn freeze(&mut self, timeout: Duration) -> Result<(), Error> {
        let start = Instant::now();
        loop {
            self.signal_all(Signal::Freeze);
            if !self.scan()? || start.elapsed() >= timeout {
                return Ok(());
            }
        }
    }

    /// Finds new targets. Returns whether there are any.
    pub(crate) fn scan(&mut self) -> Result<bool, Error> {
        let alive = self.targets.iter().filter(|target| !target.has_ended());
        let mut roots: Vec<ProcessId> = alive.map(|target| target.id).collect();
        if let Some(named) = &mut self.roots {
            let known = &self.known;
            roots.extend(named().into_iter().filter(|id| !known.contains(id)));
        }
        if roots.is_empty() {
            return Ok(false);
        }
        let table = match self.control.list() {
            Ok(table) => table,
            Err(error) if self.roots.is_some() => {
                self.scan_error = Some(error);
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        if !table.is_empty() {
            self.own_lineage = lineage(&table, std::process::id());
        }
        let own_lineage = &self.own_lineage;
        let is_own = |id: &ProcessId| id.pid == INIT || own_lineage.contains(&id.pid);
        // Naming an ancestor of this process does not name its other descendants.
        roots.retain(|id| !is_own(id));
        let mut found = parents_first(&table, &roots);
        found.retain(|id| !is_own(id) && !self.known.contains(id));
        for &id in &found {
            let handle = self.control.open(id);
            self.track(id, handle);
        }
        Ok(!found.is_empty())
    }

    fn track(&mut self, id: ProcessId, handle: Result<Option<C::Handle>, Unreachable>) {
        let (handle, state) = match handle {
            Ok(Some(handle)) => match self.control.wait(&[&handle], Duration::ZERO)[..] {
                [true, ..] => (None, TargetState::EndedBefore),
                _ => (Some(handle), TargetState::Alive),
            },
            Ok(None) => (None, TargetState::EndedBefore),
            Err(reason) => (None, TargetState::Unreachable(reason)),
        };
        self.known.insert(id);
        self.targets.push(Target {
            id,
            handle,
            last_signal: None,
            state,
        });
    }

    /// Sends a signal to each target that has not had it yet.
    ///
    /// Terminates and freezes parents first, since a running parent goes on when a child ends: a
    /// shell that runs `a; b` would start `b`. Kills children first, so that none is orphaned
    /// before its end; all are frozen by then.
    fn signal_all(&mut self, signal: Signal) {
        let control = self.control;
        let send = |target: &mut Target<C::Handle>| {
            if target.has_ended() || target.last_signal == Some(signal) {
                return;
            }
            // A killed process need not be frozen.
            if signal == Signal::Freeze && target.last_signal == Some(Signal::Kill) {
                return;
            }
            if let Some(handle) = &target.handle {
                (target.last_signal, target.state) = match control.send(handle, signal) {
                    Ok(()) => (Some(signal), TargetState::Alive),
                    // Tried again: a descriptor may be free by then.
                    Err(Unreachable::NoDescriptor) => (target.last_signal, TargetState::Alive),
                    Err(reason) => (Some(signal), TargetState::Unreachable(reason)),
                };
            }
        };
        if signal == Signal::Kill {
            self.targets.iter_mut().rev().for_each(send);
        } else {
            self.targets.iter_mut().for_each(send);
        }
    }

    /// Whether any reachable target is alive.
    fn any_alive(&self) -> bool {
        self.targets.iter().any(Target::is_alive)
    }

    /// Waits until all reachable targets have ended, or for `timeout`. Unreachable targets are
    /// checked as well: they may end on their own.
    fn wait(&mut self, timeout: Duration) {
        self.record_ends(Target::is_alive, timeout);
        self.record_ends(|target| !target.is_alive(), Duration::ZERO);
    }

    fn record_ends(&mut self, is_selected: fn(&Target<C::Handle>) -> bool, timeout: Duration) {
        let mut selected: Vec<&mut Target<C::Handle>> = self
            .targets
            .iter_mut()
            .filter(|target| target.handle.is_some() && is_selected(target))
            .collect();
        let handles: Vec<&C::Handle> = selected
            .iter()
            .filter_map(|target| target.handle.as_ref())
            .collect();
        let ended = self.control.wait(&handles, timeout);
        for (target, _) in selected.iter_mut().zip(ended).filter(|(_, ended)| *ended) {
            target.state = TargetState::Ended;
            // Frees its descriptor; a large tree has many.
            target.handle = None;
        }
    }

    /// How many targets were alive and have ended.
    pub(crate) fn ended(&self) -> u64 {
        let ended = |target: &&Target<C::Handle>| target.state == TargetState::Ended;
        self.targets.iter().filter(ended).count() as u64
    }

    /// The targets that have not ended.
    pub(crate) fn failures(&self) -> Vec<KillFailure> {
        let left = self.targets.iter().filter(|target| !target.has_ended());
        left.map(|target| KillFailure {
            pid: target.id.pid,
            reason: target.failure_reason(),
        })
        .collect()
    }

    /// The pids of this process and its ancestors.
    pub(crate) fn own_lineage(&self) -> &[u32] {
        &self.own_lineage
    }

    /// Why the process table could not be read, if so.
    pub(crate) fn into_scan_error(self) -> Option<Error> {
        self.scan_error
    }
}

impl<H> Target<H> {
    fn is_alive(&self) -> bool {
        self.state == TargetState::Alive
    }

    fn has_ended(&self) -> bool {
        matches!(self.state, TargetState::Ended | TargetState::EndedBefore)
    }

    fn failure_reason(&self) -> String {
        match &self.state {
            TargetState::Unreachable(reason) => reason.to_string(),
            _ if self.last_signal != Some(Signal::Kill) => Unreachable::NoDescriptor.to_string(),
            _ => format!(
                "it is still there {} s after being killed",
                KILL_TIMEOUT.as_secs()
            ),
        }
    }
}
