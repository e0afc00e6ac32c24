//! Processes that started or ended between two samples, in order, and the most memory that they can
//! have had together.
//!
//! A process whose start and end are both reported lived within known bounds, so two that lived one
//! after the other never count together.

use memtop_proc::ByNumber;

#[derive(Debug, Default)]
pub(crate) struct Lifetimes {
    events: Vec<Event>,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Started(u32),
    Ended { pid: u32, most: u64 },
}

/// The memory of processes that started or ended within a gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct GapBytes {
    /// The most that they can have had together at any instant.
    pub(crate) most_at_once: u64,
    /// The most that those still alive at the end of the gap can have had.
    pub(crate) at_the_end: u64,
}

impl Lifetimes {
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub(crate) fn started(&mut self, pid: u32) {
        self.events.push(Event::Started(pid));
    }

    /// A process that had at most so much. If it did not start within the gap, it was there before.
    pub(crate) fn ended(&mut self, pid: u32, most: u64) {
        self.events.push(Event::Ended { pid, most });
    }

    /// Ends the gap. `most_of` gives the most that a living process can have had.
    pub(crate) fn close(&mut self, most_of: impl Fn(u32) -> u64) -> GapBytes {
        let mut alive = ByNumber::default();
        let mut bytes = GapBytes::default();
        for event in &self.events {
            match *event {
                Event::Started(pid) => drop(alive.insert(pid, most_of(pid))),
                Event::Ended { pid, .. } => drop(alive.remove(&pid)),
            }
        }
        bytes.at_the_end = alive.values().sum();
        let mut now = bytes.at_the_end;
        bytes.most_at_once = now;
        // Backwards, since what a process had is only known at its end.
        for event in self.events.drain(..).rev() {
            match event {
                Event::Ended { pid, most } => {
                    now += most;
                    alive.insert(pid, most);
                }
                Event::Started(pid) => now -= alive.remove(&pid).unwrap_or(0),
            }
            bytes.most_at_once = bytes.most_at_once.max(now);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{GapBytes, Lifetimes};

    fn bytes(most_at_once: u64, at_the_end: u64) -> GapBytes {
        GapBytes {
            most_at_once,
            at_the_end,
        }
    }

    #[test]
    fn processes_that_run_one_after_the_other_are_not_added_up() {
        let mut lifetimes = Lifetimes::default();
        for pid in 1..10 {
            lifetimes.started(pid);
            lifetimes.ended(pid, 300);
        }
        assert_eq!(lifetimes.close(|_| 0), bytes(300, 0));
        assert_eq!(
            lifetimes.close(|_| 0),
            bytes(0, 0),
            "the next gap starts anew"
        );
    }

    #[test]
    fn processes_that_run_at_the_same_time_are_added_up() {
        let mut lifetimes = Lifetimes::default();
        lifetimes.started(1);
        lifetimes.started(2);
        lifetimes.ended(1, 300);
        lifetimes.started(3);
        lifetimes.ended(2, 50);
        lifetimes.ended(3, 100);
        assert_eq!(lifetimes.close(|_| 0), bytes(350, 0));
    }

    #[test]
    fn a_process_from_before_the_gap_counts_from_its_start() {
        let mut lifetimes = Lifetimes::default();
        lifetimes.started(2);
        lifetimes.ended(2, 10);
        lifetimes.ended(1, 300);
        assert_eq!(lifetimes.close(|_| 0), bytes(310, 0));
    }

    #[test]
    fn a_process_that_is_still_alive_counts_with_what_it_has() {
        let mut lifetimes = Lifetimes::default();
        lifetimes.ended(1, 300);
        lifetimes.started(2);
        assert_eq!(lifetimes.close(|_| 200), bytes(300, 200));
    }

    #[test]
    fn a_reused_pid_is_another_process() {
        let mut lifetimes = Lifetimes::default();
        lifetimes.started(1);
        lifetimes.ended(1, 300);
        lifetimes.started(1);
        assert_eq!(lifetimes.close(|_| 20), bytes(300, 20));
    }
}
