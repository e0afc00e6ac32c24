//! Families that are known page by page, against the bounds that observations give.

use std::collections::BTreeMap;

use super::{Family, Observation, Share};

const PAGE: u64 = 4096;
const SEEDS: u64 = 200;

/// Numbers that look random and are the same for a seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or(0)
    }
}

#[derive(Clone, Default)]
struct Process {
    /// In order: those that it took last come last.
    pages: Vec<u64>,
    faults: u64,
    /// At the look before.
    seen_faults: u64,
    seen_pages: u64,
}

/// Every page that there ever was, by how many have it.
#[derive(Default)]
struct Pages {
    sharers: Vec<u64>,
    /// The number of pages that any process has.
    number: u64,
}

impl Pages {
    fn sharers(&self, page: u64) -> u64 {
        self.sharers[place(page)]
    }

    fn create(&mut self) -> u64 {
        self.sharers.push(1);
        self.number += 1;
        self.sharers.len() as u64 - 1
    }

    fn share(&mut self, page: u64) {
        self.sharers[place(page)] += 1;
    }

    fn give_back(&mut self, page: u64) {
        let sharers = &mut self.sharers[place(page)];
        *sharers -= 1;
        self.number -= u64::from(*sharers == 0);
    }
}

fn place(page: u64) -> usize {
    usize::try_from(page).unwrap()
}

/// What really is, and what is known of it.
struct World {
    dice: Dice,
    processes: BTreeMap<u32, Process>,
    next_pid: u32,
    pages: Pages,
    born: Vec<(u32, u32)>,
    gone: Vec<u32>,
    known: Family,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            dice: Dice(seed),
            processes: BTreeMap::new(),
            next_pid: 2,
            pages: Pages::default(),
            born: Vec::new(),
            gone: Vec::new(),
            known: Family::default(),
        };
        let mut root = Process::default();
        world.take_pages(&mut root, 200);
        root.seen_pages = 200;
        root.seen_faults = root.faults;
        world.processes.insert(1, root);
        world.known = Family::of(1, 200 * PAGE);
        world
    }

    fn take_pages(&mut self, process: &mut Process, number: u64) {
        for _ in 0..number {
            process.pages.push(self.pages.create());
            process.faults += 1;
        }
    }

    fn true_bytes(&self) -> u64 {
        self.pages.number * PAGE
    }

    fn own_pages(&self, process: &Process) -> u64 {
        let pages = process.pages.iter();
        pages.filter(|&&page| self.pages.sharers(page) == 1).count() as u64
    }

    fn some_pages(&mut self, process: &Process) -> std::ops::Range<usize> {
        let from = self.dice.below(process.pages.len() + 1);
        let number = self.dice.below(60);
        from..(from + number).min(process.pages.len())
    }

    fn act(&mut self) {
        let pids: Vec<u32> = self.processes.keys().copied().collect();
        let pid = pids[self.dice.below(pids.len())];
        let mut process = self.processes.remove(&pid).unwrap();
        match self.dice.below(10) {
            0 | 1 if pids.len() < 12 => {
                for &page in &process.pages {
                    self.pages.share(page);
                }
                let child = Process {
                    pages: process.pages.clone(),
                    ..Process::default()
                };
                self.born.push((pid, self.next_pid));
                self.processes.insert(self.next_pid, child);
                self.next_pid += 1;
            }
            2 if pids.len() > 1 => {
                for &page in &process.pages {
                    self.pages.give_back(page);
                }
                self.gone.push(pid);
                return;
            }
            3 | 4 => {
                let number = self.dice.below(50) as u64;
                self.take_pages(&mut process, number);
            }
            5 => {
                let some = self.some_pages(&process);
                for page in process.pages.drain(some) {
                    self.pages.give_back(page);
                }
            }
            6..=8 => {
                // A page that others have is copied; one of its own only costs the fault.
                let some = self.some_pages(&process);
                let pages: Vec<u64> = process.pages.drain(some.clone()).collect();
                let (own, shared): (Vec<_>, Vec<_>) = pages
                    .into_iter()
                    .partition(|&page| self.pages.sharers(page) == 1);
                process.faults += own.len() as u64;
                process.pages.splice(some.start..some.start, own);
                for &page in &shared {
                    self.pages.give_back(page);
                }
                self.take_pages(&mut process, shared.len() as u64);
            }
            _ => {}
        }
        self.processes.insert(pid, process);
    }

    /// What a sampler does at a tick.
    fn sample(&mut self) {
        self.report_births();
        for pid in std::mem::take(&mut self.gone) {
            self.known.leave(pid);
        }
        self.known.confirm_births();
        self.observe_known();
    }

    fn report_births(&mut self) {
        for (parent, child) in std::mem::take(&mut self.born) {
            self.known.discard_walk();
            let Some(born) = self.processes.get(&child) else {
                // It forked and ended unseen, and so did any child that it left behind.
                continue;
            };
            let bytes = born.pages.len() as u64 * PAGE;
            let Some(forked) = self
                .processes
                .get(&parent)
                .filter(|_| self.known.pids().any(|pid| pid == parent))
            else {
                let born = self.processes.get_mut(&child).unwrap();
                self.known.adopt(child, bytes, born.faults * PAGE);
                born.seen_faults = born.faults;
                continue;
            };
            let had = forked.seen_pages.max(forked.pages.len() as u64) * PAGE;
            let had = had.max(bytes.saturating_sub(born.faults * PAGE));
            self.known.fork(parent, child, had);
        }
    }

    fn observe_known(&mut self) {
        let known: Vec<u32> = self.known.pids().collect();
        let living = self.processes.iter_mut();
        for (&pid, process) in living.filter(|(pid, _)| known.contains(pid)) {
            let anonymous = process.pages.len() as u64 * PAGE;
            let written = (process.faults - process.seen_faults) * PAGE;
            let look = Observation {
                anonymous,
                written,
                written_at_most: written,
            };
            self.known.observe(pid, look);
            process.seen_faults = process.faults;
            process.seen_pages = process.pages.len() as u64;
        }
    }

    fn share(&self, pid: u32) -> Share {
        let process = &self.processes[&pid];
        let pages = process.pages.iter();
        let shares = pages.map(|&page| PAGE / self.pages.sharers(page));
        Share {
            anonymous: process.pages.len() as u64 * PAGE,
            // As the kernel gives it.
            proportional: shares.sum::<u64>() / 1024 * 1024,
            private: self.own_pages(process) * PAGE,
        }
    }

    fn known_living(&self) -> Vec<u32> {
        let known = self.known.pids();
        known
            .filter(|pid| self.processes.contains_key(pid))
            .collect()
    }

    /// There may be children that were not seen yet.
    fn walk_all(&mut self) {
        let pids = self.known_living();
        let shares: Vec<_> = pids.iter().map(|&pid| (pid, self.share(pid))).collect();
        for &(pid, share) in &shares {
            self.known.add_walk(pid, share, 0);
        }
        self.known.add_all_walks(&shares, Some(0));
    }

    fn check(&mut self, what: &str) {
        self.known.update();
        let (known, is) = (self.known.bytes(), self.true_bytes());
        let slack = PAGE * self.processes.len() as u64;
        assert!(
            known.lower <= is + slack && is <= known.upper + slack,
            "{what}: {known:?} but {is}"
        );
        for (&pid, process) in &self.processes {
            let own = self.own_pages(process);
            let known = self.known.holding(pid).own;
            assert!(
                known.lower <= own * PAGE + slack && own * PAGE <= known.upper + slack,
                "{what}: of {pid} {known:?} but {}",
                own * PAGE
            );
        }
    }
}

#[test]
fn the_bounds_hold_the_truth_whatever_a_family_does() {
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        for step in 0..80 {
            for _ in 0..=world.dice.below(4) {
                world.act();
            }
            world.sample();
            world.check(&format!("seed {seed}, look {step}"));
            for _ in 0..world.dice.below(3) {
                world.act();
            }
            world.observe_known();
            match world.dice.below(8) {
                0 => {
                    let pids = world.known_living();
                    if pids.is_empty() {
                        continue;
                    }
                    let pid = pids[world.dice.below(pids.len())];
                    let share = world.share(pid);
                    world.known.add_walk(pid, share, 0);
                    world.sample();
                    world.check(&format!("seed {seed}, one read at {step}"));
                }
                1 => {
                    world.walk_all();
                    let is_seen = world.born.is_empty() && world.gone.is_empty();
                    world.sample();
                    world.check(&format!("seed {seed}, all read at {step}"));
                    let known = world.known.bytes();
                    let slack = PAGE * (1 + world.processes.len() as u64);
                    assert!(
                        !is_seen || known.width() <= 2 * slack,
                        "seed {seed}: {known:?} at {step}"
                    );
                }
                _ => {}
            }
        }
    }
}

/// 200 in the parent, of which five children rewrite 40 each and add 60.
#[test]
fn growth_and_faults_alone_tell_what_children_add_and_rewrite() {
    let mb = 1 << 20;
    let mut family = Family::of(1, 200 * mb);
    for child in 2..7 {
        family.fork(1, child, 200 * mb);
        family.observe(
            1,
            Observation {
                anonymous: 200 * mb,
                ..Observation::default()
            },
        );
        family.observe(
            child,
            Observation {
                anonymous: 200 * mb,
                ..Observation::default()
            },
        );
        let written = 100 * mb;
        let look = Observation {
            anonymous: 260 * mb,
            written,
            written_at_most: written,
        };
        family.observe(child, look);
    }
    family.update();
    let known = family.bytes();
    assert_eq!(
        (known.lower, known.best, known.upper),
        (500 * mb, 700 * mb, 700 * mb)
    );
}

/// An unseen process has the same pages, so that none seem to be own ones.
#[test]
fn a_discarded_walk_does_not_lower_the_estimate() {
    let mb = 1 << 20;
    let look = |written| Observation {
        anonymous: 240 * mb,
        written,
        written_at_most: written,
    };
    let mut family = Family::of(1, 240 * mb);
    family.fork(1, 2, 240 * mb);
    family.observe(1, look(0));
    family.observe(2, look(40 * mb));
    family.confirm_births();
    let share = Share {
        anonymous: 240 * mb,
        proportional: 100 * mb,
        private: 0,
    };
    family.add_walk(1, share, 0);
    family.add_walk(2, share, 0);
    family.add_all_walks(&[(1, share), (2, share)], Some(0));
    family.discard_walk();
    family.update();
    assert_eq!(family.bytes().best, 280 * mb);
}

#[test]
fn what_was_given_back_since_it_was_walked_over_is_not_there_any_more() {
    let mb = 1 << 20;
    let mut family = Family::of(1, 200 * mb);
    family.fork(1, 2, 200 * mb);
    let grown = Observation {
        anonymous: 260 * mb,
        written: 60 * mb,
        written_at_most: 60 * mb,
    };
    family.observe(2, grown);
    let share = |own: u64| Share {
        anonymous: 200 * mb + own,
        proportional: 100 * mb + own,
        private: own,
    };
    family.add_walk(2, share(60 * mb), 0);
    let shrunk = Observation {
        anonymous: 200 * mb,
        ..Observation::default()
    };
    family.observe(2, shrunk);
    family.add_walk(1, share(0), 0);
    family.add_all_walks(&[(2, share(60 * mb)), (1, share(0))], Some(60 * mb));
    family.confirm_births();
    family.update();
    assert_eq!(family.bytes().best, 200 * mb);
}

#[test]
fn what_was_written_over_since_it_was_walked_over_counts() {
    let mb = 1 << 20;
    let mut family = Family::of(1, 200 * mb);
    family.fork(1, 2, 200 * mb);
    let shared = Share {
        anonymous: 200 * mb,
        proportional: 100 * mb,
        private: 0,
    };
    family.add_walk(2, shared, 0);
    let rewriting = Observation {
        anonymous: 200 * mb,
        written: 80 * mb,
        written_at_most: 80 * mb,
    };
    family.observe(2, rewriting);
    let of_parent = Share {
        proportional: 140 * mb,
        private: 80 * mb,
        ..shared
    };
    family.add_walk(1, of_parent, 0);
    family.add_all_walks(&[(2, shared), (1, of_parent)], Some(80 * mb));
    family.confirm_births();
    family.update();
    assert_eq!(family.bytes().best, 280 * mb);
}

/// Faults are read after sizes.
#[test]
fn growth_whose_faults_were_told_before_it_counts_once() {
    let mb = 1 << 20;
    let mut family = Family::of(1, 200 * mb);
    family.fork(1, 2, 200 * mb);
    let look = |anonymous: u64, written: u64| Observation {
        anonymous: anonymous * mb,
        written: written * mb,
        written_at_most: written * mb,
    };
    family.observe(2, look(220, 50));
    family.observe(2, look(250, 0));
    family.update();
    assert_eq!(family.bytes().best, 250 * mb);
    family.observe(2, look(250, 40));
    family.observe(2, look(270, 20));
    family.update();
    assert_eq!(
        family.bytes().best,
        310 * mb,
        "what is written over is kept"
    );
}

/// What a worker takes and gives back again leaves the parent's alone.
#[test]
fn what_is_taken_and_given_back_is_not_taken_for_rewriting() {
    let mb = 1 << 20;
    let mut family = Family::of(1, 120 * mb);
    let idle = Observation {
        anonymous: 120 * mb,
        ..Observation::default()
    };
    family.fork(1, 2, 120 * mb);
    family.observe(1, idle);
    family.observe(2, idle);
    for _ in 0..10 {
        let written = 90 * mb;
        family.observe(
            2,
            Observation {
                anonymous: 210 * mb,
                written,
                written_at_most: written,
            },
        );
        family.update();
        assert_eq!(family.bytes().best, 210 * mb);
        family.observe(2, idle);
        family.update();
        assert_eq!(family.bytes().best, 120 * mb);
    }
}
