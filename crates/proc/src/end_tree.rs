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
mod tests;
