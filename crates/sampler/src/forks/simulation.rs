//! A fork family that is known page by page, and what a sampler would observe of it.

use std::collections::BTreeMap;

use super::{Family, Observation, PageWalk};
use crate::dice::Dice;

pub(super) const PAGE: u64 = 4096;

#[derive(Clone, Default)]
pub(super) struct Process {
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
        self.sharers[index_of(page)]
    }

    fn create(&mut self) -> u64 {
        self.sharers.push(1);
        self.number += 1;
        self.sharers.len() as u64 - 1
    }

    fn share(&mut self, page: u64) {
        self.sharers[index_of(page)] += 1;
    }

    fn give_back(&mut self, page: u64) {
        let sharers = &mut self.sharers[index_of(page)];
        *sharers -= 1;
        self.number -= u64::from(*sharers == 0);
    }
}

fn index_of(page: u64) -> usize {
    usize::try_from(page).unwrap()
}

/// What really is, and what is known of it.
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) processes: BTreeMap<u32, Process>,
    next_pid: u32,
    pages: Pages,
    pub(super) born: Vec<(u32, u32)>,
    pub(super) gone: Vec<u32>,
    pub(super) known: Family,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut world = Self {
            dice: Dice::of(seed),
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
        let from = self.dice.index(process.pages.len() + 1);
        let number = self.dice.index(60);
        from..(from + number).min(process.pages.len())
    }

    pub(super) fn act(&mut self) {
        let pids: Vec<u32> = self.processes.keys().copied().collect();
        let pid = pids[self.dice.index(pids.len())];
        let mut process = self.processes.remove(&pid).unwrap();
        match self.dice.index(10) {
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
                let number = self.dice.below(50);
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
    pub(super) fn sample(&mut self) {
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

    pub(super) fn observe_known(&mut self) {
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

    pub(super) fn share(&self, pid: u32) -> PageWalk {
        let process = &self.processes[&pid];
        let pages = process.pages.iter();
        let shares = pages.map(|&page| PAGE / self.pages.sharers(page));
        PageWalk {
            anonymous: process.pages.len() as u64 * PAGE,
            // As the kernel gives it.
            proportional: shares.sum::<u64>() / 1024 * 1024,
            private: self.own_pages(process) * PAGE,
        }
    }

    pub(super) fn known_living(&self) -> Vec<u32> {
        let known = self.known.pids();
        known
            .filter(|pid| self.processes.contains_key(pid))
            .collect()
    }

    /// There may be children that were not seen yet.
    pub(super) fn walk_all(&mut self) {
        let pids = self.known_living();
        let shares: Vec<_> = pids.iter().map(|&pid| (pid, self.share(pid))).collect();
        for &(pid, share) in &shares {
            self.known.add_walk(pid, share, 0);
        }
        self.known.add_all_walks(&shares, Some(0));
    }

    pub(super) fn check(&mut self, what: &str) {
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
