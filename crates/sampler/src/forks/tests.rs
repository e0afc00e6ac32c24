//! Whether the bounds of a family hold, whatever its processes do.

use super::simulation::{PAGE, World};
use super::{Family, Observation, PageWalk};

const SEEDS: u64 = 200;

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
                    let pid = pids[world.dice.index(pids.len())];
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
    let share = PageWalk {
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
    let share = |own: u64| PageWalk {
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
    let shared = PageWalk {
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
    let of_parent = PageWalk {
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
fn growth_whose_faults_were_read_before_it_counts_once() {
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
