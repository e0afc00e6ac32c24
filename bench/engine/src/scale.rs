//! Whether twice the processes cost twice as much.

use std::time::{Duration, Instant};

use crate::allocated;
use crate::clock::{median, micros};
use crate::number;
use crate::tick::Sampled;
use crate::tree::SleepingTree;

/// Prints a line a tree: processes, the median wall and CPU time of a sample in microseconds, the
/// wall time until all were taken in and of the sample that finds that all have ended, and the
/// bytes held for them.
pub fn run(words: &[&str]) -> Result<(), String> {
    let [rounds, sizes @ ..] = words else {
        return Err("how many rounds, and how large are the trees?".to_owned());
    };
    let rounds: u32 = number(rounds)?;
    for size in sizes {
        one_tree(number(size)?, rounds)?;
    }
    Ok(())
}

fn one_tree(processes: usize, rounds: u32) -> Result<(), String> {
    let tree = SleepingTree::start(processes)?;
    let before = allocated::now();
    let (first, sampled) = wall_of(|| Sampled::start(tree.pid()));
    let mut sampled = sampled?;
    sampled.settle()?;
    let held = allocated::now() - before;
    let (mut walls, mut cpus) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (wall, cpu) = wall_of(|| sampled.tick_and_follow());
        walls.push(wall);
        cpus.push(cpu?);
    }
    drop(tree);
    let (last, outcome) = wall_of(|| sampled.tick_and_follow());
    outcome?;
    println!(
        "{processes} {:.0} {:.0} {:.0} {:.0} {held}",
        micros(median(&mut walls)),
        micros(median(&mut cpus)),
        micros(first),
        micros(last),
    );
    Ok(())
}

fn wall_of<T>(act: impl FnOnce() -> T) -> (Duration, T) {
    let before = Instant::now();
    let outcome = act();
    (before.elapsed(), outcome)
}
