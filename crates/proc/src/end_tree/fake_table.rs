//! A table of simulated processes, which are ended like real ones.

use std::cell::RefCell;
use std::thread::sleep;
use std::time::Duration;

use super::{Escalation, ProcessControl, Signal, Unreachable, end_tree};
use crate::descent::ParentLink;
use crate::{Error, KillOptions, KillOutcome, ProcessId};
use Behavior::{Bomb, Foreign, Forking, Immortal, Obedient, Stubborn};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behavior {
    /// Exits when terminated.
    Obedient,
    /// Ignores termination; can be killed.
    Stubborn,
    /// Cannot be killed.
    Immortal,
    /// Belongs to another user.
    Foreign,
    /// When terminated, forks a stubborn child with this pid and stays.
    Forking(u32),
    /// Ignores termination; forks a copy of itself at every scan until it is frozen.
    Bomb,
}

#[derive(Debug)]
pub(super) struct FakeProcess {
    pub(super) link: ParentLink,
    pub(super) behavior: Behavior,
    pub(super) is_frozen: bool,
    pub(super) has_ended: bool,
}

#[derive(Debug, Default)]
pub(super) struct FakeTable {
    pub(super) processes: RefCell<Vec<FakeProcess>>,
    pub(super) signals: RefCell<Vec<(Signal, u32)>>,
    /// How many scans succeed before all fail.
    pub(super) scans_left: RefCell<Option<u32>>,
}

impl FakeTable {
    pub(super) fn of(processes: &[(u32, u32, Behavior)]) -> Self {
        let table = Self::default();
        for &(pid, parent, behavior) in processes {
            table.add(pid, parent, behavior);
        }
        table
    }

    pub(super) fn add(&self, pid: u32, parent: u32, behavior: Behavior) {
        let link = ParentLink {
            id: id(pid),
            parent,
        };
        self.processes.borrow_mut().push(FakeProcess {
            link,
            behavior,
            is_frozen: false,
            has_ended: false,
        });
    }

    pub(super) fn kill(&self, pid: u32, force: bool) -> Result<KillOutcome, Error> {
        let options = KillOptions {
            force,
            grace: Duration::from_millis(20),
            started: None,
        };
        end_tree(self, pid, &options)
    }

    /// Kills the named processes. Returns how many have ended and the pids of those that have not.
    pub(super) fn end(
        &self,
        grace_ms: u64,
        skip_grace: &dyn Fn() -> bool,
        named: &mut dyn FnMut() -> Vec<ProcessId>,
    ) -> (u64, Vec<u32>) {
        let mut escalation = Escalation::of_roots(self, vec![std::process::id()], named);
        escalation
            .terminate(Duration::from_millis(grace_ms), skip_grace)
            .and_then(|()| escalation.kill())
            .expect("named processes can be killed");
        let failures = escalation.failures();
        let failed = failures.iter().map(|failure| failure.pid).collect();
        (escalation.ended(), failed)
    }

    pub(super) fn fork_bombs(&self) {
        let is_bomb = |process: &&FakeProcess| {
            process.behavior == Bomb && !process.is_frozen && !process.has_ended
        };
        let parents: Vec<u32> = {
            let processes = self.processes.borrow();
            let bombs = processes.iter().filter(is_bomb);
            bombs.map(|process| process.link.id.pid).collect()
        };
        for parent in parents {
            let newest = self
                .processes
                .borrow()
                .iter()
                .map(|process| process.link.id.pid)
                .max();
            self.add(newest.unwrap_or_default() + 1, parent, Bomb);
        }
    }

    pub(super) fn pids_sent(&self, signal: Signal) -> Vec<u32> {
        let signals = self.signals.borrow();
        let sent = signals.iter().filter(|(sent, _)| *sent == signal);
        sent.map(|(_, pid)| *pid).collect()
    }
}

impl ProcessControl for FakeTable {
    type Handle = u32;

    fn list(&self) -> Result<Vec<ParentLink>, Error> {
        if let Some(left) = &mut *self.scans_left.borrow_mut() {
            if *left == 0 {
                return Err(Error::system("/proc", std::io::Error::other("gone")));
            }
            *left -= 1;
        }
        self.fork_bombs();
        let processes = self.processes.borrow();
        let there = processes.iter().filter(|process| !process.has_ended);
        Ok(there.map(|process| process.link).collect())
    }

    fn open(&self, id: ProcessId) -> Result<Option<u32>, Unreachable> {
        let processes = self.processes.borrow();
        let is_there = processes.iter().any(|process| process.link.id == id);
        Ok(is_there.then_some(id.pid))
    }

    fn check_permission(&self, pid: &u32) -> Result<(), Unreachable> {
        let processes = self.processes.borrow();
        let is_foreign =
            |process: &FakeProcess| process.link.id.pid == *pid && process.behavior == Foreign;
        if processes.iter().any(is_foreign) {
            Err(Unreachable::PermissionDenied)
        } else {
            Ok(())
        }
    }

    fn send(&self, pid: &u32, signal: Signal) -> Result<(), Unreachable> {
        self.check_permission(pid)?;
        self.signals.borrow_mut().push((signal, *pid));
        let mut forked = None;
        for process in &mut *self.processes.borrow_mut() {
            if process.link.id.pid == *pid {
                match (signal, process.behavior) {
                    (Signal::Terminate, Forking(child)) => forked = Some(child),
                    (Signal::Terminate, Obedient) => process.has_ended = true,
                    (Signal::Freeze, _) => process.is_frozen = true,
                    (Signal::Kill, behavior) => process.has_ended = behavior != Immortal,
                    _ => {}
                }
            }
        }
        if let Some(child) = forked {
            self.add(child, *pid, Stubborn);
        }
        Ok(())
    }

    fn wait(&self, pids: &[&u32], timeout: Duration) -> Vec<bool> {
        let has_ended = |pid: &&&u32| {
            let processes = self.processes.borrow();
            processes
                .iter()
                .any(|process| process.link.id.pid == ***pid && process.has_ended)
        };
        let ended: Vec<bool> = pids.iter().map(|pid| has_ended(&pid)).collect();
        if ended.contains(&false) {
            sleep(timeout);
        }
        ended
    }
}

pub(super) fn id(pid: u32) -> ProcessId {
    ProcessId { pid, started: 100 }
}
