//! What each process of a random tree does. All of it follows from the seed, so a tree that memtop
//! measured wrongly can be had again.

use super::prng::Prng;

const MOST_PROCESSES: usize = 40;
const MOST_GENERATIONS: usize = 4;
/// Of all processes together, with some room below 1.2 GB.
const MOST_MEGABYTES: usize = 1_000;
const ROOTS_STEPS: (usize, usize) = (24, 40);
const CHILDS_STEPS: (usize, usize) = (6, 20);
const PAUSE_MS: (usize, usize) = (2, 20);
const HOLD_MS: (usize, usize) = (20, 200);
const LINGER_MS: (usize, usize) = (0, 150);
const MOST_MEGABYTES_OF_ACTION: usize = 30;

/// Of one process.
#[derive(Debug, PartialEq)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// After the last step.
    pub linger_ms: u64,
    /// Whether it ends without waiting for its children.
    pub leaves_children: bool,
}

#[derive(Debug, PartialEq)]
pub struct Step {
    pub pause_ms: u64,
    pub action: Action,
}

#[derive(Debug, PartialEq)]
pub enum Action {
    Grow {
        megabytes: usize,
    },
    /// Gives back one of the mappings that it has, inherited ones included.
    Shrink {
        mapping: usize,
    },
    Rewrite {
        mapping: usize,
        megabytes: usize,
    },
    MapShared {
        megabytes: usize,
    },
    ReadShared {
        mapping: usize,
    },
    Fork(Plan),
    /// The child of a child that is gone at once.
    DoubleFork(Plan),
    ForkAndExec {
        megabytes: usize,
        hold_ms: usize,
    },
    /// As `posix_spawn` does: the child has its parent's memory until it is a program.
    VforkAndExec {
        megabytes: usize,
        hold_ms: usize,
    },
    NewSession,
}

impl Plan {
    /// Of the root; without `steps` their number is random too.
    pub fn of_root(seed: u64, steps: Option<usize>) -> Self {
        let mut prng = Prng::new(seed);
        let drawn = prng.between(ROOTS_STEPS.0, ROOTS_STEPS.1);
        let planner = Planner {
            generation: 1,
            processes: MOST_PROCESSES - 1,
            megabytes: MOST_MEGABYTES,
            private: Vec::new(),
            shared: 0,
            has_forked: false,
            prng,
        };
        planner.plan(steps.unwrap_or(drawn))
    }
}

struct Planner {
    prng: Prng,
    generation: usize,
    /// How many more there may be below this one.
    processes: usize,
    /// What it and its descendants may still take.
    megabytes: usize,
    /// The sizes and owners of its private mappings.
    private: Vec<(usize, Owner)>,
    /// How many shared mappings it has.
    shared: usize,
    has_forked: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Owner {
    Itself,
    Ancestor,
}

impl Planner {
    fn plan(mut self, steps: usize) -> Plan {
        let mut plan = Plan {
            steps: Vec::new(),
            linger_ms: self.prng.between(LINGER_MS.0, LINGER_MS.1) as u64,
            leaves_children: self.generation > 1 && self.prng.between(1, 4) == 1,
        };
        while plan.steps.len() < steps {
            let pause_ms = self.prng.between(PAUSE_MS.0, PAUSE_MS.1) as u64;
            if let Some(action) = self.action() {
                plan.steps.push(Step { pause_ms, action });
            } else if self.generation > 1 && self.prng.between(1, 10) == 1 {
                break;
            }
        }
        plan
    }

    /// Nothing if what was drawn cannot be done.
    fn action(&mut self) -> Option<Action> {
        match self.prng.between(0, 99) {
            0..=24 => {
                let megabytes = self.take_megabytes()?;
                self.private.push((megabytes, Owner::Itself));
                Some(Action::Grow { megabytes })
            }
            25..=34 => self.shrink(),
            35..=51 => self.rewrite(),
            52..=58 => {
                let megabytes = self.take_megabytes()?;
                self.shared += 1;
                Some(Action::MapShared { megabytes })
            }
            59..=63 => {
                let mapping = self.prng.between(0, self.shared.checked_sub(1)?);
                Some(Action::ReadShared { mapping })
            }
            64..=79 => self.child().map(Action::Fork),
            80..=84 => self.child().map(Action::DoubleFork),
            85..=89 => {
                let (megabytes, hold_ms) = self.program()?;
                Some(Action::ForkAndExec { megabytes, hold_ms })
            }
            90..=94 => {
                let (megabytes, hold_ms) = self.program()?;
                Some(Action::VforkAndExec { megabytes, hold_ms })
            }
            95..=96 => Some(Action::NewSession),
            _ => None,
        }
    }

    fn shrink(&mut self) -> Option<Action> {
        let mapping = self.prng.between(0, self.private.len().checked_sub(1)?);
        let (megabytes, owner) = self.private.remove(mapping);
        // What a relative may have as well is not there any less.
        if owner == Owner::Itself && !self.has_forked {
            self.megabytes += megabytes;
        }
        Some(Action::Shrink { mapping })
    }

    fn rewrite(&mut self) -> Option<Action> {
        let mapping = self.prng.between(0, self.private.len().checked_sub(1)?);
        let most = self.private[mapping].0.min(self.megabytes);
        let megabytes = self.prng.between(1, most);
        // At worst another process still has the old pages.
        self.megabytes = self.megabytes.checked_sub(megabytes)?;
        Some(Action::Rewrite { mapping, megabytes })
    }

    fn program(&mut self) -> Option<(usize, usize)> {
        self.processes = self.processes.checked_sub(1)?;
        let hold_ms = self.prng.between(HOLD_MS.0, HOLD_MS.1);
        Some((self.take_megabytes()?, hold_ms))
    }

    fn child(&mut self) -> Option<Plan> {
        if self.generation == MOST_GENERATIONS {
            return None;
        }
        // The one in between of a double fork counts, too.
        let remaining = self.processes.checked_sub(2)?;
        self.has_forked = true;
        let (processes, megabytes) = (
            self.prng.between(0, remaining / 2),
            self.prng.between(0, self.megabytes / 3),
        );
        self.processes = remaining - processes;
        self.megabytes -= megabytes;
        let steps = self.prng.between(CHILDS_STEPS.0, CHILDS_STEPS.1);
        let inherited = self
            .private
            .iter()
            .map(|&(size, _)| (size, Owner::Ancestor));
        let planner = Planner {
            prng: Prng::new(self.prng.next()),
            generation: self.generation + 1,
            processes,
            megabytes,
            private: inherited.collect(),
            shared: self.shared,
            has_forked: false,
        };
        Some(planner.plan(steps))
    }

    fn take_megabytes(&mut self) -> Option<usize> {
        let megabytes = self.prng.between(1, MOST_MEGABYTES_OF_ACTION);
        self.megabytes = self.megabytes.checked_sub(megabytes)?;
        Some(megabytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, Debug)]
    struct Totals {
        processes: usize,
        megabytes: usize,
    }

    fn add(plan: &Plan, totals: &mut Totals) {
        totals.processes += 1;
        for step in &plan.steps {
            match &step.action {
                Action::Grow { megabytes }
                | Action::MapShared { megabytes }
                | Action::Rewrite { megabytes, .. } => totals.megabytes += megabytes,
                Action::Fork(child) => add(child, totals),
                Action::DoubleFork(child) => {
                    totals.processes += 1;
                    add(child, totals);
                }
                Action::ForkAndExec { megabytes, .. } | Action::VforkAndExec { megabytes, .. } => {
                    totals.processes += 1;
                    totals.megabytes += megabytes;
                }
                Action::Shrink { .. } | Action::ReadShared { .. } | Action::NewSession => {}
            }
        }
    }

    #[test]
    fn a_seed_always_gives_the_same_tree() {
        assert_eq!(Plan::of_root(7, None), Plan::of_root(7, None));
        assert_ne!(Plan::of_root(7, None), Plan::of_root(8, None));
    }

    #[test]
    fn no_tree_has_too_many_processes_or_too_much_memory() {
        for seed in 0..2_000 {
            let mut totals = Totals::default();
            add(&Plan::of_root(seed, None), &mut totals);
            assert!(totals.processes <= MOST_PROCESSES, "{seed}: {totals:?}");
            // What was given back may be taken again, and is counted twice here.
            assert!(totals.megabytes <= 2 * MOST_MEGABYTES, "{seed}: {totals:?}");
        }
    }

    #[test]
    fn most_trees_are_worth_measuring() {
        let large = (0..200).filter(|&seed| {
            let mut totals = Totals::default();
            add(&Plan::of_root(seed, None), &mut totals);
            totals.processes >= 8 && totals.megabytes >= 200
        });
        assert!(large.count() > 150);
    }

    #[test]
    fn the_number_of_steps_can_be_given() {
        assert_eq!(Plan::of_root(7, Some(5)).steps.len(), 5);
    }
}
