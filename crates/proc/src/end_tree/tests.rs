//! Killing trees of simulated processes.

use std::cell::Cell;

use super::fake_table::Behavior::{Bomb, Foreign, Forking, Immortal, Obedient, Stubborn};
use super::fake_table::{FakeTable, id};
use super::{Escalation, Signal};
use crate::{Error, KillFailure, ProcessId};

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
