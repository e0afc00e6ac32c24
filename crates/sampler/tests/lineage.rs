//! The tree against a model of it, under random births, ends, orphans and pids given out again.

mod fake;

use std::collections::BTreeSet;
use std::time::Duration;

use memtop_sampler::{Metric, Sampler};
use proptest::prelude::*;

use fake::FakeTable;

const ROOT: u32 = 10;
const INIT: u32 = 1;
const STRANGER: u32 = 9;
/// Few, so that pids are given out again all the time.
const PIDS: std::ops::Range<u32> = 11..40;

#[derive(Clone, Debug)]
enum Step {
    /// A process starts another; which, and as which pid, goes by what is free.
    Fork { parent: usize, pid: u32, bytes: u64 },
    /// A process ends; its children become init's.
    End { process: usize },
    /// A process grows or shrinks.
    Resize { process: usize, bytes: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (any::<usize>(), PIDS, 1..1_000_u64)
            .prop_map(|(parent, pid, bytes)| Step::Fork { parent, pid, bytes }),
        2 => any::<usize>().prop_map(|process| Step::End { process }),
        1 => (any::<usize>(), 1..1_000_u64)
            .prop_map(|(process, bytes)| Step::Resize { process, bytes }),
    ]
}

/// Living processes: pid, whether they are inside the tree, and bytes.
#[derive(Default)]
struct Model {
    alive: Vec<(u32, bool, u64)>,
    seen: u64,
    peak: u64,
}

impl Model {
    fn start(&mut self, pid: u32, inside: bool, bytes: u64) {
        self.alive.push((pid, inside, bytes));
        self.seen += u64::from(inside);
    }

    fn inside(&self) -> BTreeSet<u32> {
        self.alive
            .iter()
            .filter(|(_, inside, _)| *inside)
            .map(|&(pid, ..)| pid)
            .collect()
    }

    fn sample(&mut self) {
        let sum = self
            .alive
            .iter()
            .filter(|(_, inside, _)| *inside)
            .map(|(_, _, bytes)| bytes)
            .sum();
        self.peak = self.peak.max(sum);
    }
}

fn apply(step: &Step, table: &FakeTable, model: &mut Model) {
    match *step {
        Step::Fork { parent, pid, bytes } => {
            if model.alive.iter().any(|&(taken, ..)| taken == pid) {
                return;
            }
            let (parent, inside, _) = model.alive[parent % model.alive.len()];
            table.start(pid, parent, bytes);
            model.start(pid, inside, bytes);
        }
        Step::End { process } => {
            let place = process % model.alive.len();
            let (pid, ..) = model.alive[place];
            // Those two are where all others come from.
            if pid == ROOT || pid == STRANGER {
                return;
            }
            model.alive.remove(place);
            table.end(pid);
            table.change(|table| {
                for child in table
                    .processes
                    .values_mut()
                    .filter(|child| child.birth.parent == pid)
                {
                    child.birth.parent = INIT;
                }
            });
        }
        Step::Resize { process, bytes } => {
            let place = process % model.alive.len();
            model.alive[place].2 = bytes;
            table.set(model.alive[place].0, bytes);
        }
    }
}

proptest! {
    #[test]
    fn the_tree_is_what_descends_from_the_root(steps in prop::collection::vec(step(), 1..200)) {
        let table = FakeTable::default();
        let mut model = Model::default();
        table.start(ROOT, INIT, 100);
        model.start(ROOT, true, 100);
        table.start(STRANGER, INIT, 100);
        model.start(STRANGER, false, 100);
        let mut sampler = Sampler::new(table.clone(), Metric::Rss);
        let task = sampler.add_task(ROOT, Duration::ZERO).unwrap().unwrap();
        for (tick, step) in steps.iter().enumerate() {
            apply(step, &table, &mut model);
            model.sample();
            sampler.tick(Duration::from_millis(tick as u64)).unwrap();
            prop_assert_eq!(sampler.pids(task).collect::<BTreeSet<_>>(), model.inside());
        }
        let record = sampler.task_record(task).unwrap();
        prop_assert_eq!(record.peak.unwrap().bytes, model.peak);
        prop_assert_eq!(record.seen, model.seen);
        prop_assert_eq!(record.unmeasured, 0);
    }
}
