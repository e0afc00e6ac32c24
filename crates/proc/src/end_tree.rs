//! Ending a whole tree: ask, wait, make them, and make sure.
//!
//! Those who are asked may start others while they end, so the tree is looked at again until
//! nobody new shows up. Before anything is killed all of it is frozen: what cannot run cannot
//! start anything, and nothing gets away as an orphan.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::descent::{Kin, descendants, lineage};
use crate::{Error, KillFailure, KillOptions, KillOutcome, ProcessId};

/// How long a killed process may take to be gone. One that waits for a disk may take longer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the tree is looked at again while its end is waited for.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// What a process is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// To end as it sees fit.
    End,
    /// To do nothing any more. Where there is no such thing, nothing happens.
    Freeze,
    /// To be gone.
    Kill,
}

/// Why a process cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It belongs to another user.
    Denied,
    /// Something else, in words.
    Other(String),
}

/// What ending a tree takes from a platform.
pub(crate) trait Power {
    /// What stands for a process so that no order reaches another with its pid.
    type Hold;

    /// Every process that is there now.
    fn table(&self) -> Result<Vec<Kin>, Error>;

    /// `None` when it is gone or its pid belongs to another.
    fn hold(&self, id: ProcessId) -> Result<Option<Self::Hold>, Refusal>;

    /// Whether orders may be sent to it. Does nothing to it.
    fn may_end(&self, hold: &Self::Hold) -> Result<(), Refusal>;

    /// Sends an order. One that is gone already is no failure.
    fn send(&self, hold: &Self::Hold, order: Order) -> Result<(), Refusal>;

    /// Waits until one of them has ended or the time is over, and tells of each whether it has.
    fn wait(&self, holds: &[&Self::Hold], at_most: Duration) -> Vec<bool>;
}

pub(crate) fn end_tree<P: Power>(
    power: &P,
    pid: u32,
    options: &KillOptions,
) -> Result<KillOutcome, Error> {
    let table = power.table()?;
    let meant = table
        .iter()
        .map(|kin| kin.id)
        .find(|id| id.pid == pid && options.started.is_none_or(|started| started == id.started))
        .ok_or(Error::ProcessNotFound { pid })?;
    let own = lineage(&table, std::process::id());
    refuse_to_end_own(&own, pid)?;
    let hold = power
        .hold(meant)
        .map_err(|refusal| told(pid, refusal))?
        .ok_or(Error::ProcessNotFound { pid })?;
    power.may_end(&hold).map_err(|refusal| told(pid, refusal))?;

    let mut tree = Tree::new(power, own, meant, hold);
    if !options.force {
        tree.ask(options.grace)?;
    }
    tree.make()?;
    tree.outcome()
}

/// What must stay, whoever asks for it.
pub(crate) fn refuse_to_end_own(own: &[u32], pid: u32) -> Result<(), Error> {
    let reason = if pid == 1 {
        "it is the first process, and all others depend on it"
    } else if own.first() == Some(&pid) {
        "it is this very process"
    } else if own.contains(&pid) {
        "this process descends from it and would end with it"
    } else {
        return Ok(());
    };
    Err(Error::kill_failed(pid, reason))
}

fn told(pid: u32, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Denied => Error::PermissionDenied { pid },
        Refusal::Other(reason) => Error::kill_failed(pid, reason),
    }
}

/// Everything that has been found below the process that is meant, and that one first. A child
/// stands behind its parent.
struct Tree<'power, P: Power> {
    power: &'power P,
    /// Pids that are never touched.
    own: Vec<u32>,
    members: Vec<Member<P::Hold>>,
    known: HashSet<ProcessId>,
}

struct Member<H> {
    id: ProcessId,
    hold: Option<H>,
    /// The last order that it got.
    told: Option<Order>,
    state: MemberState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum MemberState {
    Alive,
    Ended,
    /// It had ended before anything was done.
    WasOver,
    OutOfReach(Refusal),
}

impl<'power, P: Power> Tree<'power, P> {
    fn new(power: &'power P, own: Vec<u32>, root: ProcessId, hold: P::Hold) -> Self {
        let mut tree = Self {
            power,
            own,
            members: Vec::new(),
            known: HashSet::new(),
        };
        tree.admit(root, Ok(Some(hold)));
        tree
    }

    /// Asks everybody to end, newcomers as they show up, until all have ended or the time is over.
    fn ask(&mut self, grace: Duration) -> Result<(), Error> {
        let start = Instant::now();
        loop {
            while self.find_newcomers()? {
                self.order(Order::End);
            }
            self.order(Order::End);
            let left = grace.saturating_sub(start.elapsed());
            if !self.wait(left) || left.is_zero() {
                return Ok(());
            }
        }
    }

    /// Freezes everybody, kills everybody, and waits until they are gone.
    fn make(&mut self) -> Result<(), Error> {
        let mut killed_at = None;
        loop {
            let looked = self.freeze();
            // Also when the table could not be read: nobody is left frozen.
            self.order(Order::Kill);
            looked?;
            let waited = killed_at.get_or_insert_with(Instant::now).elapsed();
            let left = PATIENCE.saturating_sub(waited);
            if !self.wait(left) || left.is_zero() {
                return Ok(());
            }
        }
    }

    fn freeze(&mut self) -> Result<(), Error> {
        let start = Instant::now();
        loop {
            self.order(Order::Freeze);
            if !self.find_newcomers()? || start.elapsed() > PATIENCE {
                return Ok(());
            }
        }
    }

    /// Whether there are any.
    fn find_newcomers(&mut self) -> Result<bool, Error> {
        let roots: Vec<ProcessId> = self
            .members
            .iter()
            .filter(|member| !member.has_ended())
            .map(|member| member.id)
            .collect();
        if roots.is_empty() {
            return Ok(false);
        }
        let before = self.members.len();
        for kin in descendants(&self.power.table()?, &roots) {
            if !self.known.contains(&kin.id) && !self.own.contains(&kin.id.pid) {
                let hold = self.power.hold(kin.id);
                self.admit(kin.id, hold);
            }
        }
        Ok(self.members.len() > before)
    }

    fn admit(&mut self, id: ProcessId, hold: Result<Option<P::Hold>, Refusal>) {
        let (hold, state) = match hold {
            Ok(Some(hold)) => match self.power.wait(&[&hold], Duration::ZERO)[..] {
                [true, ..] => (None, MemberState::WasOver),
                _ => (Some(hold), MemberState::Alive),
            },
            Ok(None) => (None, MemberState::WasOver),
            Err(refusal) => (None, MemberState::OutOfReach(refusal)),
        };
        self.known.insert(id);
        self.members.push(Member {
            id,
            hold,
            told: None,
            state,
        });
    }

    /// Gives an order to all who have not had it yet. From the top, since whoever is still at large
    /// when a child of theirs ends goes on: a shell that runs `a; b` would start `b`. Only killing
    /// is done from the bottom, so that nobody is orphaned before their end; all are frozen then.
    fn order(&mut self, order: Order) {
        let power = self.power;
        let give = |member: &mut Member<P::Hold>| {
            if member.state != MemberState::Alive || member.told == Some(order) {
                return;
            }
            // What is about to be killed need not be frozen again.
            if order == Order::Freeze && member.told == Some(Order::Kill) {
                return;
            }
            if let Some(hold) = &member.hold {
                match power.send(hold, order) {
                    Ok(()) => member.told = Some(order),
                    Err(refusal) => member.state = MemberState::OutOfReach(refusal),
                }
            }
        };
        if order == Order::Kill {
            self.members.iter_mut().rev().for_each(give);
        } else {
            self.members.iter_mut().for_each(give);
        }
    }

    /// Waits until all have ended, though not long. Whether anybody who can be reached is left.
    fn wait(&mut self, left: Duration) -> bool {
        let start = Instant::now();
        let at_most = left.min(LOOK_AGAIN_AFTER);
        loop {
            self.note_ends(at_most.saturating_sub(start.elapsed()));
            let is_left = self
                .members
                .iter()
                .any(|member| member.state == MemberState::Alive);
            if !is_left || start.elapsed() >= at_most {
                return is_left;
            }
        }
    }

    /// Those out of reach are watched as well: they may end on their own.
    fn note_ends(&mut self, at_most: Duration) {
        let holds: Vec<&P::Hold> = self.members.iter().filter_map(Member::hold).collect();
        let ended = self.power.wait(&holds, at_most);
        let watched = self
            .members
            .iter_mut()
            .filter(|member| member.hold.is_some());
        for (member, _) in watched.zip(ended).filter(|(_, ended)| *ended) {
            member.state = MemberState::Ended;
            // Its descriptor is of no more use, and a large tree has many.
            member.hold = None;
        }
    }

    fn outcome(&self) -> Result<KillOutcome, Error> {
        let killed = self
            .members
            .iter()
            .filter(|member| member.state == MemberState::Ended)
            .count() as u64;
        if let Some(root) = self.members.first().filter(|root| !root.has_ended()) {
            let others = match killed {
                0 => String::new(),
                1 => "; one of its descendants has ended".to_owned(),
                many => format!("; {many} of its descendants have ended"),
            };
            let reason = format!("{}{others}", root.reason());
            return Err(Error::kill_failed(root.id.pid, reason));
        }
        Ok(KillOutcome {
            killed,
            failed: self
                .members
                .iter()
                .filter(|member| !member.has_ended())
                .map(|member| KillFailure {
                    pid: member.id.pid,
                    reason: member.reason(),
                })
                .collect(),
        })
    }
}

impl<H> Member<H> {
    fn hold(&self) -> Option<&H> {
        self.hold.as_ref()
    }

    fn has_ended(&self) -> bool {
        matches!(self.state, MemberState::Ended | MemberState::WasOver)
    }

    /// Why it is still there.
    fn reason(&self) -> String {
        match &self.state {
            MemberState::OutOfReach(Refusal::Denied) => "it belongs to another user".to_owned(),
            MemberState::OutOfReach(Refusal::Other(reason)) => reason.clone(),
            _ => format!(
                "it is still there {} s after being killed",
                PATIENCE.as_secs()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::thread::sleep;
    use std::time::Duration;

    use super::{Order, Power, Refusal, end_tree};
    use crate::descent::Kin;
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
    }

    #[derive(Debug)]
    struct Actor {
        kin: Kin,
        manner: Manner,
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
            let id = ProcessId { pid, started: 100 };
            self.actors.borrow_mut().push(Actor {
                kin: Kin { id, parent },
                manner,
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

        fn orders(&self, order: Order) -> Vec<u32> {
            let orders = self.orders.borrow();
            let given = orders.iter().filter(|(given, _)| *given == order);
            given.map(|(_, pid)| *pid).collect()
        }
    }

    impl Power for Stage {
        type Hold = u32;

        fn table(&self) -> Result<Vec<Kin>, Error> {
            if let Some(left) = &mut *self.looks_left.borrow_mut() {
                if *left == 0 {
                    return Err(Error::system("/proc", std::io::Error::other("gone")));
                }
                *left -= 1;
            }
            let actors = self.actors.borrow();
            let there = actors.iter().filter(|actor| !actor.has_ended);
            Ok(there.map(|actor| actor.kin).collect())
        }

        fn hold(&self, id: ProcessId) -> Result<Option<u32>, Refusal> {
            Ok(Some(id.pid))
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
            if !ended.contains(&true) {
                sleep(at_most);
            }
            ended
        }
    }

    use Manner::{Fertile, Foreign, Immortal, Obedient, Stubborn};

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
}
