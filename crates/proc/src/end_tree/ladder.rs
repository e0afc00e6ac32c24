//! Ending many processes: ask, wait, make them, and make sure.
//!
//! Those who are asked may start others while they end, so everybody is looked for again and
//! again. Before anything is killed all are frozen: what cannot run cannot start anything, and
//! nothing gets away as an orphan. Whoever starts others faster than they are found is not waited
//! for without end: every stage has a time of its own.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::{Order, Power, Refusal};
use crate::descent::{from_the_top, lineage};
use crate::{Error, KillFailure, ProcessId};

/// How long a killed process may take to be gone, and how long all may take to be frozen. One that
/// waits for a disk may take longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
/// How often everybody is looked for again while their end is waited for.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// The first process, which all others depend on.
const FIRST: u32 = 1;

/// Everybody who has been found so far, each behind their parent, the latecomers last.
pub(crate) struct Ladder<'a, P: Power> {
    power: &'a P,
    /// Tells who is meant, beside those who are known and all who descend from anybody meant.
    named: Option<&'a mut dyn FnMut() -> Vec<ProcessId>>,
    /// Pids that are never touched.
    own: Vec<u32>,
    members: Vec<Member<P::Hold>>,
    known: HashSet<ProcessId>,
    blindness: Option<Error>,
}

struct Member<H> {
    id: ProcessId,
    hold: Option<H>,
    /// The last order that was sent to it, though it may have been refused.
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

impl<'a, P: Power> Ladder<'a, P> {
    /// One process and what descends from it.
    pub(crate) fn of_tree(power: &'a P, own: Vec<u32>, root: ProcessId, hold: P::Hold) -> Self {
        let mut ladder = Self::new(power, own, None);
        ladder.admit(root, Ok(Some(hold)));
        ladder
    }

    /// Whoever is named, and what descends from them. A process table that cannot be read is no
    /// reason to stop then: those who are named can still be ended.
    pub(crate) fn of_named(
        power: &'a P,
        own: Vec<u32>,
        named: &'a mut dyn FnMut() -> Vec<ProcessId>,
    ) -> Self {
        Self::new(power, own, Some(named))
    }

    fn new(
        power: &'a P,
        own: Vec<u32>,
        named: Option<&'a mut dyn FnMut() -> Vec<ProcessId>>,
    ) -> Self {
        Self {
            power,
            named,
            own,
            members: Vec::new(),
            known: HashSet::new(),
            blindness: None,
        }
    }

    /// Asks everybody to end, newcomers as they show up, until all have ended, the time is over, or
    /// there is a hurry.
    pub(crate) fn ask(&mut self, grace: Duration, hurry: &dyn Fn() -> bool) -> Result<(), Error> {
        let start = Instant::now();
        let mut is_first = true;
        while !hurry() {
            self.look()?;
            self.order(Order::End);
            if !self.is_anybody_left() {
                break;
            }
            // Others may have been born during the first look, and their parents be about to end.
            // Not more than once: a look costs as much as the machine has processes.
            if !std::mem::take(&mut is_first) {
                let left = grace.saturating_sub(start.elapsed());
                self.wait(left.min(LOOK_AGAIN_AFTER));
            }
            if start.elapsed() >= grace {
                break;
            }
        }
        Ok(())
    }

    /// Freezes everybody, kills everybody, and waits until they are gone.
    pub(crate) fn make(&mut self) -> Result<(), Error> {
        let mut killed_at: Option<Instant> = None;
        // Whoever has ended by now is neither frozen nor looked for.
        self.wait(Duration::ZERO);
        loop {
            let waited = killed_at.map_or(Duration::ZERO, |at| at.elapsed());
            let left = PATIENCE.saturating_sub(waited);
            let looked = self.freeze(left);
            // Also when the table could not be read: nobody is left frozen.
            self.order(Order::Kill);
            looked?;
            killed_at.get_or_insert_with(Instant::now);
            if !self.is_anybody_left() {
                return Ok(());
            }
            self.wait(left.min(LOOK_AGAIN_AFTER));
            if left.is_zero() {
                return Ok(());
            }
        }
    }

    fn freeze(&mut self, at_most: Duration) -> Result<(), Error> {
        let start = Instant::now();
        loop {
            self.order(Order::Freeze);
            if !self.look()? || start.elapsed() >= at_most {
                return Ok(());
            }
        }
    }

    /// Finds those who are not known yet. Whether there are any.
    pub(crate) fn look(&mut self) -> Result<bool, Error> {
        let alive = self.members.iter().filter(|member| !member.has_ended());
        let mut meant: Vec<ProcessId> = alive.map(|member| member.id).collect();
        if let Some(named) = &mut self.named {
            let known = &self.known;
            meant.extend(named().into_iter().filter(|id| !known.contains(id)));
        }
        if meant.is_empty() {
            return Ok(false);
        }
        let table = match self.power.table() {
            Ok(table) => table,
            Err(error) if self.named.is_some() => {
                self.blindness = Some(error);
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        if !table.is_empty() {
            self.own = lineage(&table, std::process::id());
        }
        let own = &self.own;
        let is_own = |id: &ProcessId| id.pid == FIRST || own.contains(&id.pid);
        // What descends from them is not meant with them.
        meant.retain(|id| !is_own(id));
        let mut found = from_the_top(&table, &meant);
        found.retain(|id| !is_own(id) && !self.known.contains(id));
        for &id in &found {
            let hold = self.power.hold(id);
            self.admit(id, hold);
        }
        Ok(!found.is_empty())
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
            if member.has_ended() || member.told == Some(order) {
                return;
            }
            // What is about to be killed need not be frozen again.
            if order == Order::Freeze && member.told == Some(Order::Kill) {
                return;
            }
            if let Some(hold) = &member.hold {
                (member.told, member.state) = match power.send(hold, order) {
                    Ok(()) => (Some(order), MemberState::Alive),
                    // The next time there may be one.
                    Err(Refusal::NoDescriptor) => (member.told, MemberState::Alive),
                    Err(refusal) => (Some(order), MemberState::OutOfReach(refusal)),
                };
            }
        };
        if order == Order::Kill {
            self.members.iter_mut().rev().for_each(give);
        } else {
            self.members.iter_mut().for_each(give);
        }
    }

    /// Whether there is anybody who can be reached.
    fn is_anybody_left(&self) -> bool {
        self.members.iter().any(Member::is_alive)
    }

    /// Waits until all who can be reached have ended, or the time is over. Those out of reach are
    /// watched as well: they may end on their own.
    fn wait(&mut self, at_most: Duration) {
        self.note_ends(Member::is_alive, at_most);
        self.note_ends(|member| !member.is_alive(), Duration::ZERO);
    }

    fn note_ends(&mut self, is_meant: fn(&Member<P::Hold>) -> bool, at_most: Duration) {
        let mut watched: Vec<&mut Member<P::Hold>> = self
            .members
            .iter_mut()
            .filter(|member| member.hold.is_some() && is_meant(member))
            .collect();
        let holds: Vec<&P::Hold> = watched.iter().filter_map(|member| member.hold()).collect();
        let ended = self.power.wait(&holds, at_most);
        for (member, _) in watched.iter_mut().zip(ended).filter(|(_, ended)| *ended) {
            member.state = MemberState::Ended;
            // Its descriptor is of no more use, and a large tree has many.
            member.hold = None;
        }
    }

    /// How many were alive before and have ended.
    pub(crate) fn ended(&self) -> u64 {
        let ended = |member: &&Member<P::Hold>| member.state == MemberState::Ended;
        self.members.iter().filter(ended).count() as u64
    }

    /// Those who are still there.
    pub(crate) fn failures(&self) -> Vec<KillFailure> {
        let left = self.members.iter().filter(|member| !member.has_ended());
        left.map(|member| KillFailure {
            pid: member.id.pid,
            reason: member.reason(),
        })
        .collect()
    }

    /// The pids of this process and of those it descends from.
    pub(crate) fn own(&self) -> &[u32] {
        &self.own
    }

    /// Why the process table could not be read, if so.
    pub(crate) fn into_blindness(self) -> Option<Error> {
        self.blindness
    }
}

impl<H> Member<H> {
    fn hold(&self) -> Option<&H> {
        self.hold.as_ref()
    }

    fn is_alive(&self) -> bool {
        self.state == MemberState::Alive
    }

    fn has_ended(&self) -> bool {
        matches!(self.state, MemberState::Ended | MemberState::WasOver)
    }

    /// Why it is still there.
    fn reason(&self) -> String {
        match &self.state {
            MemberState::OutOfReach(refusal) => refusal.in_words(),
            _ if self.told != Some(Order::Kill) => Refusal::NoDescriptor.in_words(),
            _ => format!(
                "it is still there {} s after being killed",
                PATIENCE.as_secs()
            ),
        }
    }
}
