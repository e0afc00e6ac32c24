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
    /// `most` is `None` if it is unknown how much it had.
    Ended {
        pid: u32,
        most: Option<u64>,
    },
}

/// The memory of processes that started or ended within a gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct GapBytes {
    /// The most that they can have had together at any instant.
    pub(crate) most_at_once: u64,
    /// The most that those still alive at the end of the gap can have had.
    pub(crate) at_the_end: u64,
    /// The most processes at any instant of which it is unknown how much they had.
    pub(crate) unknown_at_once: u64,
}

impl GapBytes {
    /// What they can have had beyond what is there at the end.
    pub(crate) fn beyond_the_end(self) -> u64 {
        self.most_at_once - self.at_the_end
    }
}

impl Lifetimes {
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub(crate) fn started(&mut self, pid: u32) {
        self.events.push(Event::Started(pid));
    }

    /// A process with at most `most` bytes. One that did not start in the gap existed before.
    pub(crate) fn ended(&mut self, pid: u32, most: Option<u64>) {
        self.events.push(Event::Ended { pid, most });
    }

    /// Ends the gap. `most_of` gives the most that a living process can have had.
    pub(crate) fn close(&mut self, most_of: impl Fn(u32) -> u64) -> GapBytes {
        let bytes = self.until_now(most_of);
        self.events.clear();
        bytes
    }

    /// The gap so far.
    pub(crate) fn until_now(&self, most_of: impl Fn(u32) -> u64) -> GapBytes {
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
        let mut unknown = 0;
        let mut alive: ByNumber<u32, Option<u64>> = alive
            .into_iter()
            .map(|(pid, most)| (pid, Some(most)))
            .collect();
        bytes.most_at_once = now;
        // Backwards, since what a process had is only known at its end.
        for event in self.events.iter().rev() {
            match *event {
                Event::Ended { pid, most } => {
                    now += most.unwrap_or(0);
                    unknown += u64::from(most.is_none());
                    alive.insert(pid, most);
                }
                Event::Started(pid) => match alive.remove(&pid) {
                    Some(Some(most)) => now -= most,
                    Some(None) => unknown -= 1,
                    None => {}
                },
            }
            bytes.most_at_once = bytes.most_at_once.max(now);
            bytes.unknown_at_once = bytes.unknown_at_once.max(unknown);
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
            unknown_at_once: 0,
        }
    }

    #[test]
    fn processes_that_run_one_after_the_other_are_not_added_up() {
        let mut lifetimes = Lifetimes::default();
        for pid in 1..10 {
            lifetimes.started(pid);
            lifetimes.ended(pid, Some(300));
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
        lifetimes.ended(1, Some(300));
        lifetimes.started(3);
        lifetimes.ended(2, Some(50));
        lifetimes.ended(3, Some(100));
        assert_eq!(lifetimes.close(|_| 0), bytes(350, 0));
    }

    #[test]
    fn a_process_from_before_the_gap_counts_from_its_start() {
        let mut lifetimes = Lifetimes::default();
        lifetimes.started(2);
        lifetimes.ended(2, Some(10));
        lifetimes.ended(1, Some(300));
        assert_eq!(lifetimes.close(|_| 0), bytes(310, 0));
    }

    #[test]
    fn a_process_that_is_still_alive_counts_with_what_it_has() {
        let mut lifetimes = Lifetimes::default();
        lifetimes.ended(1, Some(300));
        lifetimes.started(2);
        assert_eq!(lifetimes.close(|_| 200), bytes(300, 200));
    }

    #[test]
    fn processes_of_unknown_memory_are_counted_as_they_were_alive() {
        let mut lifetimes = Lifetimes::default();
        lifetimes.ended(1, None);
        for pid in 2..10 {
            lifetimes.started(pid);
            lifetimes.ended(pid, None);
        }
        assert_eq!(lifetimes.close(|_| 0).unknown_at_once, 1);
        lifetimes.ended(1, None);
        lifetimes.started(2);
        lifetimes.started(3);
        lifetimes.ended(2, None);
        lifetimes.ended(3, Some(70));
        lifetimes.ended(4, None);
        let gap = lifetimes.close(|_| 0);
        assert_eq!((gap.unknown_at_once, gap.most_at_once), (2, 70));
    }

    #[test]
    fn a_reused_pid_is_another_process() {
        let mut lifetimes = Lifetimes::default();
        lifetimes.started(1);
        lifetimes.ended(1, Some(300));
        lifetimes.started(1);
        assert_eq!(lifetimes.close(|_| 20), bytes(300, 20));
    }
}
