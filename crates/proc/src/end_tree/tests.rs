//! Killing trees of simulated processes.

use std::cell::{Cell, RefCell};
use std::thread::sleep;
use std::time::Duration;

use super::{Escalation, ProcessControl, Signal, Unreachable, end_tree};
use crate::descent::ParentLink;
use crate::{Error, KillFailure, KillOptions, KillOutcome, ProcessId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behavior {
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
struct FakeProcess {
    link: ParentLink,
    behavior: Behavior,
    is_frozen: bool,
    has_ended: bool,
}

#[derive(Debug, Default)]
struct FakeTable {
    processes: RefCell<Vec<FakeProcess>>,
    signals: RefCell<Vec<(Signal, u32)>>,
    /// How many scans succeed before all fail.
    scans_left: RefCell<Option<u32>>,
}

impl FakeTable {
    fn of(processes: &[(u32, u32, Behavior)]) -> Self {
        let table = Self::default();
        for &(pid, parent, behavior) in processes {
            table.add(pid, parent, behavior);
        }
        table
    }

    fn add(&self, pid: u32, parent: u32, behavior: Behavior) {
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

    fn kill(&self, pid: u32, force: bool) -> Result<KillOutcome, Error> {
        let options = KillOptions {
            force,
            grace: Duration::from_millis(20),
            started: None,
        };
        end_tree(self, pid, &options)
    }

    /// Kills the named processes. Returns how many have ended and the pids of those that have not.
    fn end(
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

    fn fork_bombs(&self) {
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

    fn pids_sent(&self, signal: Signal) -> Vec<u32> {
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

use Behavior::{Bomb, Foreign, Forking, Immortal, Obedient, Stubborn};

fn id(pid: u32) -> ProcessId {
    ProcessId { pid, started: 100 }
}

#[test]
fn a_tree_is_terminated_from_the_top_down_and_nothing_else_is() {
    let table = FakeTable::of(&[
        (10, 1, Obedient),
        (11, 10, Obedient),
        (12, 11, Obedient),
        (13, 1, Obedient),
    ]);
    let outcome = table.kill(10, false).unwrap();
    assert_eq!((outcome.killed, outcome.failed), (3, Vec::new()));
    assert_eq!(
        *table.signals.borrow(),
        [10, 11, 12].map(|pid| (Signal::Terminate, pid))
    );
}

#[test]
fn processes_that_ignore_termination_are_frozen_parents_first_and_killed_children_first() {
    let table = FakeTable::of(&[(10, 1, Stubborn), (11, 10, Obedient), (12, 10, Stubborn)]);
    assert_eq!(table.kill(10, false).unwrap().killed, 3);
    assert_eq!(table.pids_sent(Signal::Freeze), [10, 12]);
    assert_eq!(table.pids_sent(Signal::Kill), [12, 10]);
}

#[test]
fn with_force_nothing_is_terminated_first() {
    let table = FakeTable::of(&[(10, 1, Obedient), (11, 10, Obedient)]);
    assert_eq!(table.kill(10, true).unwrap().killed, 2);
    assert_eq!(table.pids_sent(Signal::Terminate), [0_u32; 0]);
    assert_eq!(table.pids_sent(Signal::Freeze), [10, 11]);
}

#[test]
fn a_child_forked_meanwhile_is_ended_too() {
    let table = FakeTable::of(&[(10, 1, Forking(11))]);
    assert_eq!(table.kill(10, false).unwrap().killed, 2);
    assert_eq!(table.pids_sent(Signal::Terminate), [10, 11]);
}

#[test]
fn a_process_that_survives_being_killed_is_an_error_that_says_so() {
    let table = FakeTable::of(&[(10, 1, Immortal), (11, 10, Obedient)]);
    let error = table.kill(10, false).expect_err("it is immortal");
    assert_eq!(
        error.to_string(),
        "process 10 was not ended: it is still there 2 s after being killed; one of its \
         descendants has ended"
    );
}

#[test]
fn a_descendant_that_survives_being_killed_is_named() {
    let table = FakeTable::of(&[(10, 1, Obedient), (11, 10, Immortal)]);
    let outcome = table.kill(10, true).unwrap();
    let failure = KillFailure {
        pid: 11,
        reason: "it is still there 2 s after being killed".to_owned(),
    };
    assert_eq!((outcome.killed, outcome.failed), (1, vec![failure]));
}

#[test]
fn a_descendant_of_another_user_is_named_and_not_waited_for() {
    let table = FakeTable::of(&[(10, 1, Obedient), (11, 10, Foreign)]);
    let failure = KillFailure {
        pid: 11,
        reason: "it belongs to another user".to_owned(),
    };
    assert_eq!(table.kill(10, false).unwrap().failed, [failure]);
}

#[test]
fn nothing_is_done_to_a_tree_whose_root_is_another_users() {
    let table = FakeTable::of(&[(10, 1, Foreign), (11, 10, Obedient)]);
    let error = table
        .kill(10, false)
        .expect_err("it belongs to another user");
    assert!(matches!(error, Error::PermissionDenied { pid: 10 }));
    assert!(table.signals.borrow().is_empty());
}

#[test]
fn this_process_and_its_ancestors_are_not_killed() {
    let own = std::process::id();
    let table = FakeTable::of(&[(1, 0, Obedient), (2, 1, Obedient), (own, 2, Obedient)]);
    for pid in [1, 2, own] {
        let error = table.kill(pid, true).expect_err("it must stay");
        assert!(matches!(error, Error::KillFailed { .. }), "{error}");
    }
    assert!(table.signals.borrow().is_empty());
}

#[test]
fn no_process_stays_frozen_when_the_table_becomes_unreadable() {
    let table = FakeTable::of(&[(10, 1, Stubborn), (11, 10, Stubborn)]);
    // One scan finds it, one finds its child.
    *table.scans_left.borrow_mut() = Some(2);
    let error = table.kill(10, true).expect_err("the table is gone");
    assert!(matches!(error, Error::System { .. }), "{error}");
    assert_eq!(table.pids_sent(Signal::Freeze), [10, 11]);
    assert_eq!(table.pids_sent(Signal::Kill), [11, 10]);
}

#[test]
fn a_fork_bomb_is_given_no_more_than_its_grace_and_killed_whole() {
    let table = FakeTable::of(&[(10, 1, Bomb)]);
    let outcome = table.kill(10, false).unwrap();
    let forked = table.processes.borrow().len() as u64;
    assert!(forked > 1);
    assert_eq!((outcome.killed, outcome.failed), (forked, Vec::new()));
}

#[test]
fn all_named_processes_are_ended_with_their_descendants_parents_first() {
    let table = FakeTable::of(&[
        (10, 1, Obedient),
        (11, 10, Obedient),
        (12, 11, Obedient),
        (20, 1, Obedient),
        (30, 1, Obedient),
    ]);
    let outcome = table.end(20, &|| false, &mut || vec![id(20), id(11), id(10)]);
    assert_eq!(outcome, (4, Vec::new()));
    assert_eq!(table.pids_sent(Signal::Terminate), [20, 10, 11, 12]);
}

#[test]
fn this_process_its_ancestors_and_init_are_left_alone_even_when_named() {
    let own = std::process::id();
    let processes = [
        (1, 0, Obedient),
        (2, 1, Obedient),
        (own, 2, Obedient),
        // A sibling of this process: it descends from a named process, but from none that is
        // killed.
        (own + 1, 2, Obedient),
        (own + 2, own, Obedient),
    ];
    let table = FakeTable::of(&processes);
    let mut named = || vec![id(own + 2), id(own), id(1), id(2)];
    assert_eq!(table.end(20, &|| false, &mut named), (1, Vec::new()));
    assert_eq!(table.pids_sent(Signal::Terminate), [own + 2]);
}

#[test]
fn a_process_that_is_named_later_is_ended_too() {
    let table = FakeTable::of(&[(10, 1, Stubborn), (20, 1, Stubborn), (30, 1, Obedient)]);
    let scans = Cell::new(0);
    // The last one is named once the others are dead.
    let mut named = || {
        scans.set(scans.get() + 1);
        let is_over = table.processes.borrow()[0].has_ended;
        let named = [(10, true), (20, scans.get() > 2), (30, is_over)];
        let now = named.iter().filter(|(_, is_named)| *is_named);
        now.map(|(pid, _)| id(*pid)).collect()
    };
    let all_terminated = || table.pids_sent(Signal::Terminate).contains(&20);
    let outcome = table.end(3_600_000, &all_terminated, &mut named);
    assert_eq!(outcome, (3, Vec::new()));
    assert_eq!(table.pids_sent(Signal::Terminate), [10, 20]);
}

#[test]
fn the_grace_can_be_cut_short() {
    let table = FakeTable::of(&[(10, 1, Stubborn)]);
    let polls = Cell::new(0);
    let skip_grace = || {
        polls.set(polls.get() + 1);
        polls.get() == 3
    };
    let outcome = table.end(3_600_000, &skip_grace, &mut || vec![id(10)]);
    assert_eq!((outcome, polls.get()), ((1, Vec::new()), 3));
    assert_eq!(table.pids_sent(Signal::Terminate), [10]);
}

#[test]
fn without_any_grace_nothing_is_terminated_first() {
    let table = FakeTable::of(&[(10, 1, Obedient), (11, 10, Obedient)]);
    let outcome = table.end(3_600_000, &|| true, &mut || vec![id(10)]);
    assert_eq!(outcome, (2, Vec::new()));
    assert_eq!(table.pids_sent(Signal::Terminate), [0_u32; 0]);
}

#[test]
fn a_vanished_process_and_a_reused_pid_are_no_failure() {
    let table = FakeTable::of(&[(10, 1, Obedient)]);
    let other = ProcessId {
        pid: 10,
        started: 99,
    };
    let outcome = table.end(20, &|| false, &mut || vec![id(77), other]);
    assert_eq!(outcome, (0, Vec::new()));
    assert!(table.signals.borrow().is_empty());
}

#[test]
fn named_processes_are_ended_though_the_table_cannot_be_read() {
    let table = FakeTable::of(&[(10, 1, Stubborn), (11, 10, Stubborn)]);
    *table.scans_left.borrow_mut() = Some(0);
    let mut named = || vec![id(10)];
    let mut escalation = Escalation::of_roots(&table, vec![std::process::id()], &mut named);
    escalation.kill().expect("it needs no table");
    assert_eq!(escalation.ended(), 1);
    let error = escalation.into_scan_error().expect("it could not be read");
    assert!(matches!(error, Error::System { .. }), "{error}");
}
