//! How closely a run is followed: the older it is, the more coarsely.

use std::time::Duration;

/// How often a run of some age is looked at, and how many sums are kept of each look.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From one look to the next.
    pub every: Duration,
    /// The most sums, each the highest of its stretch of time.
    pub sums: usize,
}

/// Until which age each is for.
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

    /// That of a run which has run for so long.
    #[must_use]
    pub fn at(age: Duration) -> Self {
        let pace = PACES.iter().find(|&&(until, _)| age < until);
        pace.map_or(PACES[PACES.len() - 1].1, |&(_, pace)| pace)
    }
}
