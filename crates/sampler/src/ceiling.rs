//! What the true peak cannot have been higher than, although samples have gaps.
//!
//! Between two samples a process that lives on can have had at most its high-water mark. One that
//! ended meanwhile, or that came and went, can have had at most what the largest process of the
//! whole run ever had, which is known when the command has been waited for. So for each number of
//! processes that ended within one gap the highest sum of the others is kept, and the bound is
//! worked out at the end.
//!
//! And all of them together can have written no more within a gap than the CPUs can.

use std::time::Duration;

/// From here on gaps are taken together.
const MOST_APART: usize = 64;
/// Heights that are remembered with their time.
const MOST_RECENT: usize = 64;

/// The highest sums of those that lived through a gap, by how many did not.
#[derive(Clone, Debug, Default)]
pub struct Ceiling {
    /// Of gaps without ends.
    highest: Option<u64>,
    /// Of those, what is the highest from some time on: later ones are lower.
    recent: Vec<(Duration, u64)>,
    highest_by_ended: Vec<Option<Ends>>,
    most_ended: u64,
}

/// The upper bounds of gaps in which the same number of processes ended.
#[derive(Clone, Copy, Debug)]
struct Ends {
    /// What those that lived through it can have had.
    others: u64,
    /// What all can have had by what can be written in that time, where there is such a bound.
    written: Option<u64>,
}

impl Ceiling {
    /// A gap without ends, and what the task can have had in it.
    pub(crate) fn add_gap(&mut self, at: Duration, bytes: u64) {
        self.highest = self.highest.max(Some(bytes));
        while self.recent.last().is_some_and(|&(_, lower)| lower <= bytes) {
            self.recent.pop();
        }
        if self.recent.len() == MOST_RECENT {
            // The higher one counts for longer than it need.
            let (_, higher) = self.recent.remove(0);
            self.recent[0].1 = higher;
        }
        self.recent.push((at, bytes));
    }

    /// A gap in which some ended: what those that lived through it can have had, and what all can
    /// have had by what can be `written` in that time.
    pub(crate) fn add_gap_with_ends(
        &mut self,
        at: Duration,
        others: u64,
        ended: u64,
        written: Option<u64>,
    ) {
        if ended == 0 {
            return self.add_gap(at, written.map_or(others, |written| written.min(others)));
        }
        let place = usize::try_from(ended).map_or(MOST_APART, |ended| ended.min(MOST_APART));
        if self.highest_by_ended.len() <= place {
            self.highest_by_ended.resize(place + 1, None);
        }
        let highest = &mut self.highest_by_ended[place];
        let before = highest.unwrap_or(Ends {
            others: 0,
            written: Some(0),
        });
        *highest = Some(Ends {
            others: before.others.max(others),
            written: Option::zip(before.written, written).map(|(one, other)| one.max(other)),
        });
        self.most_ended = self.most_ended.max(ended);
    }

    /// The highest of gaps without ends.
    pub(crate) fn highest(&self) -> u64 {
        self.highest.unwrap_or(0)
    }

    /// A process was larger by `bytes` than assumed, at some time after it was first seen.
    pub(crate) fn raise(&mut self, first_seen: Duration, bytes: u64) {
        for (at, highest) in &mut self.recent {
            if *at >= first_seen {
                *highest += bytes;
                self.highest = self.highest.max(Some(*highest));
            }
        }
        for highest in self.highest_by_ended.iter_mut().flatten() {
            highest.others += bytes;
            highest.written = highest.written.map(|written| written + bytes);
        }
    }

    /// The bound. `largest` is the most memory that any one process of the run ever had; without
    /// it there may be a bound only if no process ended.
    #[must_use]
    pub fn bytes(&self, largest: Option<u64>) -> Option<u64> {
        let mut bound = self.highest;
        for (place, highest) in self.highest_by_ended.iter().enumerate() {
            let Some(Ends { others, written }) = highest else {
                continue;
            };
            let ended = if place == MOST_APART {
                self.most_ended
            } else {
                place as u64
            };
            let by_size =
                largest.map(|largest| others.saturating_add(ended.saturating_mul(largest)));
            let least = match (by_size, *written) {
                (Some(by_size), Some(written)) => by_size.min(written),
                (by_size, written) => by_size.or(written)?,
            };
            bound = bound.max(Some(least));
        }
        bound
    }
}

#[cfg(test)]
mod tests {
    use super::Ceiling;
    use std::time::Duration;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn without_ends_it_is_the_highest_sum() {
        let mut ceiling = Ceiling::default();
        assert_eq!(ceiling.bytes(None), None);
        ceiling.add_gap(S, 100);
        ceiling.add_gap(S, 70);
        assert_eq!(ceiling.bytes(None), Some(100));
    }

    #[test]
    fn each_that_ended_counts_as_the_largest() {
        let mut ceiling = Ceiling::default();
        ceiling.add_gap(S, 100);
        ceiling.add_gap_with_ends(S, 20, 2, None);
        ceiling.add_gap_with_ends(S, 30, 1, None);
        assert_eq!(ceiling.bytes(None), None);
        assert_eq!(ceiling.bytes(Some(10)), Some(100));
        assert_eq!(ceiling.bytes(Some(300)), Some(620));
    }

    #[test]
    fn many_ends_at_once_are_bounded_together() {
        let mut ceiling = Ceiling::default();
        ceiling.add_gap_with_ends(S, 5, 1_000, None);
        ceiling.add_gap_with_ends(S, 7, 80, None);
        assert_eq!(ceiling.bytes(Some(2)), Some(2_007));
    }

    #[test]
    fn they_are_bounded_by_what_can_be_written_in_the_time() {
        let mut ceiling = Ceiling::default();
        ceiling.add_gap(S, 100);
        ceiling.add_gap_with_ends(S, 90, 2, Some(120));
        assert_eq!(ceiling.bytes(None), Some(120));
        assert_eq!(ceiling.bytes(Some(300)), Some(120));
        assert_eq!(ceiling.bytes(Some(1)), Some(100));
        ceiling.add_gap_with_ends(S, 90, 2, None);
        assert_eq!(ceiling.bytes(Some(300)), Some(690));
    }

    #[test]
    fn what_turns_out_later_raises_it() {
        let mut ceiling = Ceiling::default();
        ceiling.add_gap(S, 100);
        ceiling.raise(S, 50);
        assert_eq!(ceiling.bytes(None), Some(150));
    }

    #[test]
    fn it_raises_nothing_from_before_the_process_was_seen() {
        let mut ceiling = Ceiling::default();
        ceiling.add_gap(S, 100);
        ceiling.add_gap(2 * S, 60);
        ceiling.add_gap(3 * S, 20);
        ceiling.raise(2 * S, 30);
        assert_eq!(ceiling.bytes(None), Some(100));
        ceiling.raise(2 * S, 30);
        assert_eq!(ceiling.bytes(None), Some(120));
    }

    #[test]
    fn many_heights_are_remembered_by_few() {
        let mut ceiling = Ceiling::default();
        for second in 1..1_000 {
            ceiling.add_gap(second * S, 10_000 - u64::from(second));
        }
        assert!(ceiling.recent.len() <= super::MOST_RECENT);
        ceiling.raise(999 * S, 10_000);
        assert_eq!(ceiling.bytes(None), Some(10_000 - 999 + 10_000));
    }
}
