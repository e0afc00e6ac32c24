//! Who came and went between two samples, in order, and what they can have had at most at once.
//!
//! One that was told of when it was born and again when it ended lived within known bounds, so two
//! that lived one after the other never count together.

use memtop_proc::ByNumber;

#[derive(Debug, Default)]
pub(crate) struct Lives {
    moves: Vec<Move>,
}

#[derive(Clone, Copy, Debug)]
enum Move {
    Came(u32),
    Went { pid: u32, most: u64 },
}

/// The memory of those who came or went within a gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moved {
    /// The most that they can have had together at any instant.
    pub(crate) most_at_once: u64,
    /// What those of them can have had who are still there at the end.
    pub(crate) at_the_end: u64,
}

impl Lives {
    pub(crate) fn is_empty(&self) -> bool {
        self.moves.is_empty()
    }

    pub(crate) fn came(&mut self, pid: u32) {
        self.moves.push(Move::Came(pid));
    }

    /// The process had at most so much. One that did not come within the gap was there before.
    pub(crate) fn went(&mut self, pid: u32, most: u64) {
        self.moves.push(Move::Went { pid, most });
    }

    /// Ends the gap. `most_of` tells of a process that is still there.
    pub(crate) fn close(&mut self, most_of: impl Fn(u32) -> u64) -> Moved {
        // Backwards, what each had is known before it comes.
        let mut had = ByNumber::default();
        let mut moved = Moved::default();
        for change in &self.moves {
            match *change {
                Move::Came(pid) => drop(had.insert(pid, most_of(pid))),
                Move::Went { pid, .. } => drop(had.remove(&pid)),
            }
        }
        moved.at_the_end = had.values().sum();
        let mut now = moved.at_the_end;
        moved.most_at_once = now;
        for change in self.moves.drain(..).rev() {
            match change {
                Move::Went { pid, most } => {
                    now += most;
                    had.insert(pid, most);
                }
                Move::Came(pid) => now -= had.remove(&pid).unwrap_or(0),
            }
            moved.most_at_once = moved.most_at_once.max(now);
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::{Lives, Moved};

    fn moved(most_at_once: u64, at_the_end: u64) -> Moved {
        Moved {
            most_at_once,
            at_the_end,
        }
    }

    #[test]
    fn one_after_the_other_is_not_added_up() {
        let mut lives = Lives::default();
        for pid in 1..10 {
            lives.came(pid);
            lives.went(pid, 300);
        }
        assert_eq!(lives.close(|_| 0), moved(300, 0));
        assert_eq!(lives.close(|_| 0), moved(0, 0), "the next gap starts anew");
    }

    #[test]
    fn those_at_the_same_time_are() {
        let mut lives = Lives::default();
        lives.came(1);
        lives.came(2);
        lives.went(1, 300);
        lives.came(3);
        lives.went(2, 50);
        lives.went(3, 100);
        assert_eq!(lives.close(|_| 0), moved(350, 0));
    }

    #[test]
    fn who_was_there_before_counts_from_the_start() {
        let mut lives = Lives::default();
        lives.came(2);
        lives.went(2, 10);
        lives.went(1, 300);
        assert_eq!(lives.close(|_| 0), moved(310, 0));
    }

    #[test]
    fn who_is_still_there_counts_with_what_it_has() {
        let mut lives = Lives::default();
        lives.went(1, 300);
        lives.came(2);
        assert_eq!(lives.close(|_| 200), moved(300, 200));
    }

    #[test]
    fn a_pid_that_is_given_out_again_is_another_process() {
        let mut lives = Lives::default();
        lives.came(1);
        lives.went(1, 300);
        lives.came(1);
        assert_eq!(lives.close(|_| 20), moved(300, 20));
    }
}
