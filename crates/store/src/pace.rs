//! How often a run is recorded: the longer it runs, the less often.

use std::time::Duration;

/// How often to record a segment of the timeline, and with how many sums.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The time between two segments.
    pub every: Duration,
    /// The most sums per segment, each the highest of its interval.
    pub sums: usize,
}

/// The paces, each with the age up to which it applies.
const PACES: [(Duration, Pace); 3] = [
    (Duration::from_mins(1), Pace::of(1, 50)),
    (Duration::from_hours(1), Pace::of(2, 8)),
    (Duration::MAX, Pace::of(10, 10)),
];

impl Pace {
    const fn of(seconds: u64, sums: usize) -> Self {
        Self {
            every: Duration::from_secs(seconds),
            sums,
        }
    }

    /// The pace of a run of this age.
    #[must_use]
    pub fn at(age: Duration) -> Self {
        let pace = PACES.iter().find(|&&(until, _)| age < until);
        pace.map_or(PACES[PACES.len() - 1].1, |&(_, pace)| pace)
    }
}
