//! Finding out who shares memory with whom, only where it decides something and within a budget.

use std::time::{Duration, Instant};

use memtop_proc::{Error, Observer, Reading};

use crate::TaskId;
use crate::budget::Budget;
use crate::task::Tasks;
use crate::tree::Tree;

/// What a peak is measured in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Metric {
    /// Proportional memory where sharing matters, by as few readings as decide it.
    #[default]
    Auto,
    /// Resident memory; no reading that could disturb a process.
    Rss,
    /// Proportional memory of every process at each new high.
    Pss,
}

/// Reading the proportional size takes this long for each byte (4.7 ms per GiB), and the process
/// waits meanwhile if it changes its mappings.
const NANOS_PER_MIB: u64 = 4_600;
const COST_OF_A_READING: Duration = Duration::from_micros(40);
/// The share of all time that readings may take.
const SHARE_IN_AUTO: f64 = 0.003;
const SHARE_IN_PSS: f64 = 0.05;
const MOST_AT_ONCE: Duration = Duration::from_millis(15);

/// What the sizes are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A new high of the task.
    Peak,
    /// Something that is about to be done.
    Certainty,
}

#[derive(Debug)]
pub(crate) struct Sharing {
    metric: Metric,
    budget: Budget,
    order: Vec<usize>,
    /// Time that readings have taken so far.
    pub(crate) spent: Duration,
    pub(crate) readings: u64,
    pub(crate) refused: u64,
}

impl Sharing {
    pub(crate) fn new(metric: Metric) -> Self {
        let share = if metric == Metric::Pss {
            SHARE_IN_PSS
        } else {
            SHARE_IN_AUTO
        };
        Self {
            metric,
            budget: Budget::new(share, MOST_AT_ONCE),
            order: Vec::new(),
            spent: Duration::ZERO,
            readings: 0,
            refused: 0,
        }
    }

    pub(crate) fn metric(&self) -> Metric {
        self.metric
    }

    /// Reads proportional sizes of a task, those first that can change most, until the rest does not
    /// matter. For a peak also no more than the budget allows, and only while it may be one.
    pub(crate) fn settle<O: Observer>(
        &mut self,
        observer: &mut O,
        tree: &mut Tree<O::Handle>,
        tasks: &mut Tasks,
        root: TaskId,
        now: Duration,
        need: Need,
    ) -> Result<(), Error> {
        self.budget.fill(now);
        let Some(task) = tasks.get(root) else {
            return Ok(());
        };
        let peak = match (need, &task.record.peak) {
            (Need::Peak, Some(peak)) => peak.bytes,
            _ => 0,
        };
        let mut sums = task.sums;
        self.order.clear();
        self.order.extend((0..tree.len()).filter(|&place| {
            let member = &tree.members()[place];
            member.borrows_from.is_none()
                && member.memory.uncertain() > 0
                && tasks.is_within(member.task, root)
        }));
        let members = tree.members_mut();
        self.order
            .sort_unstable_by_key(|&place| u64::MAX - members[place].memory.uncertain());

        let mut outcome = Ok(());
        for &place in &self.order {
            if sums.share <= peak || self.is_enough(sums.share, sums.uncertain) {
                break;
            }
            let member = &mut members[place];
            if need == Need::Peak && !self.budget.allows(cost(member.memory.rss)) {
                break;
            }
            let started = Instant::now();
            let read = observer.proportional(member.id);
            let again = observer.resident(&mut member.handle);
            let took = started.elapsed();
            self.budget.spend(took);
            self.spent += took;
            self.readings += 1;

            let before = (member.memory.share(), member.memory.uncertain());
            match (read, again) {
                (
                    Ok(Some(proportional)),
                    Ok(Reading::Resident {
                        bytes: rss,
                        shared_bytes,
                    }),
                ) => {
                    member.memory.sample(rss, shared_bytes);
                    member.memory.set_proportional(proportional);
                }
                // Gone with its memory, which those that shared it have alone from now on.
                (Ok(None), _) | (_, Ok(Reading::Gone)) if need == Need::Certainty => {
                    member.memory.sample(0, 0);
                }
                // On its way out; the next sample finds it gone.
                (Ok(_), Ok(_)) => {}
                (Err(error), _) if error.is_denied() => {
                    member.memory.refused = true;
                    self.refused += 1;
                }
                (Err(error), _) | (_, Err(error)) => outcome = outcome.and(Err(error)),
            }
            let after = (member.memory.share(), member.memory.uncertain());
            let task = member.task;
            sums.share = sums.share - before.0 + after.0;
            sums.uncertain = sums.uncertain - before.1 + after.1;
            tasks.each_outwards(task, |task| {
                task.sums.share = task.sums.share - before.0 + after.0;
                task.sums.uncertain = task.sums.uncertain - before.1 + after.1;
            });
        }
        outcome
    }

    fn is_enough(&self, share: u64, uncertain: u64) -> bool {
        match self.metric {
            Metric::Auto => uncertain <= share / 100,
            Metric::Pss => uncertain == 0,
            Metric::Rss => true,
        }
    }
}

fn cost(rss: u64) -> Duration {
    COST_OF_A_READING + Duration::from_nanos((rss >> 20) * NANOS_PER_MIB)
}
