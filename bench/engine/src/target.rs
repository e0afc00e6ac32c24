//! A program with much memory that keeps changing its mappings: a measurement that locks its memory
//! map makes it wait.

use std::time::{Duration, Instant};

use crate::memory::Mapping;
use crate::number;

const CHANGED_MEGABYTES: usize = 64;

/// Prints how often a second memory was mapped, touched and unmapped, and the median and longest
/// time that took, in milliseconds.
pub fn run(words: &[&str]) -> Result<(), String> {
    let [held_megabytes, seconds] = words else {
        return Err("how many megabytes, and for how many seconds?".to_owned());
    };
    let _held = Mapping::private(number(held_megabytes)?).touch();
    let time = Duration::from_secs(number(seconds)?);
    let mut times = Vec::new();
    let started = Instant::now();
    while started.elapsed() < time {
        let before = Instant::now();
        drop(Mapping::private(CHANGED_MEGABYTES).touch());
        times.push(before.elapsed());
    }
    let rate = times.len() as f64 / started.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |place: usize| {
        times
            .get(place)
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    println!("{rate} {} {}", at(times.len() / 2), at(times.len() - 1));
    Ok(())
}
