//! Trees of processes that behave as they are told to.

use std::cell::{Cell, RefCell};
use std::thread::sleep;
use std::time::Duration;

use super::{Ladder, Order, Power, Refusal, end_tree};
use crate::descent::ParentLink;
use crate::{Error, KillFailure, KillOptions, KillOutcome, ProcessId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Ends when it is asked to.
    Obedient,
    /// Ends only when it is made to.
    Stubborn,
    /// Outlives everything.
    Immortal,
    /// Takes no orders from this user.
    Foreign,
    /// Starts a stubborn child with this pid when it is asked to end, and stays.
    Fertile(u32),
    /// Ends only when it is made to, and until it is frozen starts another like itself with every
    /// look at the table.
    Bomb,
}

#[derive(Debug)]
struct Actor {
    kin: ParentLink,
    manner: Manner,
    is_frozen: bool,
    has_ended: bool,
}

/// A few processes that behave as they are told to.
#[derive(Debug, Default)]
struct Stage {
    actors: RefCell<Vec<Actor>>,
    orders: RefCell<Vec<(Order, u32)>>,
    /// The number of looks at the table after which none succeeds.
    looks_left: RefCell<Option<u32>>,
}

impl Stage {
    fn of(actors: &[(u32, u32, Manner)]) -> Self {
        let stage = Self::default();
        for &(pid, parent, manner) in actors {
            stage.add(pid, parent, manner);
        }
        stage
    }

    fn add(&self, pid: u32, parent: u32, manner: Manner) {
        let kin = ParentLink {
            id: id(pid),
            parent,
        };
        self.actors.borrow_mut().push(Actor {
            kin,
            manner,
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

    /// Ends whoever is named, and gives how many have ended and who has not.
    fn end(
        &self,
        grace_ms: u64,
        hurry: &dyn Fn() -> bool,
        named: &mut dyn FnMut() -> Vec<ProcessId>,
    ) -> (u64, Vec<u32>) {
        let mut ladder = Ladder::of_named(self, vec![std::process::id()], named);
        ladder
            .ask(Duration::from_millis(grace_ms), hurry)
            .and_then(|()| ladder.make())
            .expect("whoever is named can be ended");
        let failures = ladder.failures();
        let failed = failures.iter().map(|failure| failure.pid).collect();
        (ladder.ended(), failed)
    }

    fn bear(&self) {
        let is_bomb = |actor: &&Actor| actor.manner == Bomb && !actor.is_frozen && !actor.has_ended;
        let parents: Vec<u32> = {
            let actors = self.actors.borrow();
            let bombs = actors.iter().filter(is_bomb);
            bombs.map(|actor| actor.kin.id.pid).collect()
        };
        for parent in parents {
            let newest = self
                .actors
                .borrow()
                .iter()
                .map(|actor| actor.kin.id.pid)
                .max();
            self.add(newest.unwrap_or_default() + 1, parent, Bomb);
        }
    }

    fn orders(&self, order: Order) -> Vec<u32> {
        let orders = self.orders.borrow();
        let given = orders.iter().filter(|(given, _)| *given == order);
        given.map(|(_, pid)| *pid).collect()
    }
}

impl Power for Stage {
    type Hold = u32;

    fn table(&self) -> Result<Vec<ParentLink>, Error> {
        if let Some(left) = &mut *self.looks_left.borrow_mut() {
            if *left == 0 {
                return Err(Error::system("/proc", std::io::Error::other("gone")));
            }
            *left -= 1;
        }
        self.bear();
        let actors = self.actors.borrow();
        let there = actors.iter().filter(|actor| !actor.has_ended);
        Ok(there.map(|actor| actor.kin).collect())
    }

    fn hold(&self, id: ProcessId) -> Result<Option<u32>, Refusal> {
        let actors = self.actors.borrow();
        let is_there = actors.iter().any(|actor| actor.kin.id == id);
        Ok(is_there.then_some(id.pid))
    }

    fn may_end(&self, pid: &u32) -> Result<(), Refusal> {
        let actors = self.actors.borrow();
        let is_foreign = |actor: &Actor| actor.kin.id.pid == *pid && actor.manner == Foreign;
        if actors.iter().any(is_foreign) {
            Err(Refusal::Denied)
        } else {
            Ok(())
        }
    }

    fn send(&self, pid: &u32, order: Order) -> Result<(), Refusal> {
        self.may_end(pid)?;
        self.orders.borrow_mut().push((order, *pid));
        let mut newborn = None;
        for actor in &mut *self.actors.borrow_mut() {
            if actor.kin.id.pid == *pid {
                match (order, actor.manner) {
                    (Order::End, Fertile(child)) => newborn = Some(child),
                    (Order::End, Obedient) => actor.has_ended = true,
                    (Order::Freeze, _) => actor.is_frozen = true,
                    (Order::Kill, manner) => actor.has_ended = manner != Immortal,
                    _ => {}
                }
            }
        }
        if let Some(child) = newborn {
            self.add(child, *pid, Stubborn);
        }
        Ok(())
    }

    fn wait(&self, pids: &[&u32], at_most: Duration) -> Vec<bool> {
        let has_ended = |pid: &&&u32| {
            let actors = self.actors.borrow();
            actors
                .iter()
                .any(|actor| actor.kin.id.pid == ***pid && actor.has_ended)
        };
        let ended: Vec<bool> = pids.iter().map(|pid| has_ended(&pid)).collect();
        if ended.contains(&false) {
            sleep(at_most);
        }
        ended
    }
}

use Manner::{Bomb, Fertile, Foreign, Immortal, Obedient, Stubborn};

fn id(pid: u32) -> ProcessId {
    ProcessId { pid, started: 100 }
}

#[test]
fn a_tree_is_asked_from_the_top_down_and_nobody_else_is() {
    let stage = Stage::of(&[
        (10, 1, Obedient),
        (11, 10, Obedient),
        (12, 11, Obedient),
        (13, 1, Obedient),
    ]);
    let outcome = stage.kill(10, false).unwrap();
    assert_eq!((outcome.killed, outcome.failed), (3, Vec::new()));
    assert_eq!(
        *stage.orders.borrow(),
        [10, 11, 12].map(|pid| (Order::End, pid))
    );
}

#[test]
fn those_who_do_not_heed_are_frozen_from_the_top_and_killed_from_the_bottom() {
    let stage = Stage::of(&[(10, 1, Stubborn), (11, 10, Obedient), (12, 10, Stubborn)]);
    assert_eq!(stage.kill(10, false).unwrap().killed, 3);
    assert_eq!(stage.orders(Order::Freeze), [10, 12]);
    assert_eq!(stage.orders(Order::Kill), [12, 10]);
}

#[test]
fn by_force_nobody_is_asked() {
    let stage = Stage::of(&[(10, 1, Obedient), (11, 10, Obedient)]);
    assert_eq!(stage.kill(10, true).unwrap().killed, 2);
    assert_eq!(stage.orders(Order::End), [0_u32; 0]);
    assert_eq!(stage.orders(Order::Freeze), [10, 11]);
}

#[test]
fn a_child_that_is_born_meanwhile_is_ended_too() {
    let stage = Stage::of(&[(10, 1, Fertile(11))]);
    assert_eq!(stage.kill(10, false).unwrap().killed, 2);
    assert_eq!(stage.orders(Order::End), [10, 11]);
}

#[test]
fn a_process_that_outlives_everything_is_an_error_that_says_so() {
    let stage = Stage::of(&[(10, 1, Immortal), (11, 10, Obedient)]);
    let error = stage.kill(10, false).expect_err("it is immortal");
    assert_eq!(
        error.to_string(),
        "process 10 was not ended: it is still there 2 s after being killed; one of its \
         descendants has ended"
    );
}

#[test]
fn a_descendant_that_outlives_everything_is_named() {
    let stage = Stage::of(&[(10, 1, Obedient), (11, 10, Immortal)]);
    let outcome = stage.kill(10, true).unwrap();
    let failure = KillFailure {
        pid: 11,
        reason: "it is still there 2 s after being killed".to_owned(),
    };
    assert_eq!((outcome.killed, outcome.failed), (1, vec![failure]));
}

#[test]
fn a_descendant_of_another_user_is_named_and_not_waited_for() {
    let stage = Stage::of(&[(10, 1, Obedient), (11, 10, Foreign)]);
    let failure = KillFailure {
        pid: 11,
        reason: "it belongs to another user".to_owned(),
    };
    assert_eq!(stage.kill(10, false).unwrap().failed, [failure]);
}

#[test]
fn nothing_is_done_to_a_tree_whose_root_is_another_users() {
    let stage = Stage::of(&[(10, 1, Foreign), (11, 10, Obedient)]);
    let error = stage
        .kill(10, false)
        .expect_err("it belongs to another user");
    assert!(matches!(error, Error::PermissionDenied { pid: 10 }));
    assert!(stage.orders.borrow().is_empty());
}

#[test]
fn nobody_ends_themselves_or_those_they_descend_from() {
    let own = std::process::id();
    let stage = Stage::of(&[(1, 0, Obedient), (2, 1, Obedient), (own, 2, Obedient)]);
    for pid in [1, 2, own] {
        let error = stage.kill(pid, true).expect_err("it must stay");
        assert!(matches!(error, Error::KillFailed { .. }), "{error}");
    }
    assert!(stage.orders.borrow().is_empty());
}

#[test]
fn nobody_stays_frozen_when_the_table_cannot_be_read_any_more() {
    let stage = Stage::of(&[(10, 1, Stubborn), (11, 10, Stubborn)]);
    // One to find it, one to find its child.
    *stage.looks_left.borrow_mut() = Some(2);
    let error = stage.kill(10, true).expect_err("the table is gone");
    assert!(matches!(error, Error::System { .. }), "{error}");
    assert_eq!(stage.orders(Order::Freeze), [10, 11]);
    assert_eq!(stage.orders(Order::Kill), [11, 10]);
}

#[test]
fn a_bomb_that_is_asked_is_not_waited_for_longer_than_its_grace_and_ended_whole() {
    let stage = Stage::of(&[(10, 1, Bomb)]);
    let outcome = stage.kill(10, false).unwrap();
    let born = stage.actors.borrow().len() as u64;
    assert!(born > 1);
    assert_eq!((outcome.killed, outcome.failed), (born, Vec::new()));
}

#[test]
fn all_who_are_named_are_ended_from_the_top_down_with_their_descendants() {
    let stage = Stage::of(&[
        (10, 1, Obedient),
        (11, 10, Obedient),
        (12, 11, Obedient),
        (20, 1, Obedient),
        (30, 1, Obedient),
    ]);
    let outcome = stage.end(20, &|| false, &mut || vec![id(20), id(11), id(10)]);
    assert_eq!(outcome, (4, Vec::new()));
    assert_eq!(stage.orders(Order::End), [20, 10, 11, 12]);
}

#[test]
fn this_process_its_ancestors_and_the_first_are_left_alone_whoever_names_them() {
    let own = std::process::id();
    let actors = [
        (1, 0, Obedient),
        (2, 1, Obedient),
        (own, 2, Obedient),
        // It descends from one that is named, but with this process.
        (own + 1, 2, Obedient),
        (own + 2, own, Obedient),
    ];
    let stage = Stage::of(&actors);
    let mut named = || vec![id(own + 2), id(own), id(1), id(2)];
    assert_eq!(stage.end(20, &|| false, &mut named), (1, Vec::new()));
    assert_eq!(stage.orders(Order::End), [own + 2]);
}

#[test]
fn one_that_is_named_later_is_ended_too() {
    let stage = Stage::of(&[(10, 1, Stubborn), (20, 1, Stubborn), (30, 1, Obedient)]);
    let asked = Cell::new(0);
    // The last one when the others are dead already.
    let mut named = || {
        asked.set(asked.get() + 1);
        let is_over = stage.actors.borrow()[0].has_ended;
        let named = [(10, true), (20, asked.get() > 2), (30, is_over)];
        let now = named.iter().filter(|(_, is_named)| *is_named);
        now.map(|(pid, _)| id(*pid)).collect()
    };
    let all_are_asked = || stage.orders(Order::End).contains(&20);
    let outcome = stage.end(3_600_000, &all_are_asked, &mut named);
    assert_eq!(outcome, (3, Vec::new()));
    assert_eq!(stage.orders(Order::End), [10, 20]);
}

#[test]
fn in_a_hurry_the_grace_is_over() {
    let stage = Stage::of(&[(10, 1, Stubborn)]);
    let looks = Cell::new(0);
    let hurry = || {
        looks.set(looks.get() + 1);
        looks.get() == 3
    };
    let outcome = stage.end(3_600_000, &hurry, &mut || vec![id(10)]);
    assert_eq!((outcome, looks.get()), ((1, Vec::new()), 3));
    assert_eq!(stage.orders(Order::End), [10]);
}

#[test]
fn in_a_hurry_from_the_start_nobody_is_asked() {
    let stage = Stage::of(&[(10, 1, Obedient), (11, 10, Obedient)]);
    let outcome = stage.end(3_600_000, &|| true, &mut || vec![id(10)]);
    assert_eq!(outcome, (2, Vec::new()));
    assert_eq!(stage.orders(Order::End), [0_u32; 0]);
}

#[test]
fn one_that_has_vanished_or_lost_its_pid_to_another_is_no_failure() {
    let stage = Stage::of(&[(10, 1, Obedient)]);
    let other = ProcessId {
        pid: 10,
        started: 99,
    };
    let outcome = stage.end(20, &|| false, &mut || vec![id(77), other]);
    assert_eq!(outcome, (0, Vec::new()));
    assert!(stage.orders.borrow().is_empty());
}

#[test]
fn whoever_is_named_is_ended_though_the_table_cannot_be_read() {
    let stage = Stage::of(&[(10, 1, Stubborn), (11, 10, Stubborn)]);
    *stage.looks_left.borrow_mut() = Some(0);
    let mut named = || vec![id(10)];
    let mut ladder = Ladder::of_named(&stage, vec![std::process::id()], &mut named);
    ladder.make().expect("it goes on");
    assert_eq!(ladder.ended(), 1);
    let blindness = ladder.into_blindness().expect("it could not be read");
    assert!(matches!(blindness, Error::System { .. }), "{blindness}");
}
