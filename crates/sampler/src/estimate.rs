//! Sums over the processes of a task, and the estimate that follows from them.

use crate::bracket::Bracket;
use crate::member::{Member, Memory};

/// What processes of different programs have of the same libraries, as a rule: the C library and
/// the loader.
const COMMON: u64 = 1_300 << 10;

/// One sample's sums over the processes of a task.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) alive: u64,
    pub(crate) rss: u64,
    /// Anonymous memory of processes without a family.
    pub(crate) anonymous: u64,
    /// Anonymous memory of families, each page once.
    pub(crate) families: Bracket,
    pub(crate) mapped: Mapped,
    /// Proportional sizes.
    pub(crate) proportional: Bracket,
    /// By how much each was ever larger than now.
    pub(crate) hidden: u64,
    /// What processes show no more and may not have been freed yet.
    pub(crate) releasing: u64,
}

/// What processes have mapped of files and shared memory.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mapped {
    /// Each page as often as it is mapped.
    sum: u64,
    largest: u64,
    /// Mapped memory whose pages were not read.
    unread: u64,
    /// What of that other processes likely do not have.
    unshared: u64,
    programs: u64,
    /// What of it is of programs whose pages were read in other processes.
    learned: u64,
    /// What went since their pages were read.
    gone: u64,
}

/// Mapped memory of a process whose pages were not read, and that no other process of its program
/// likely has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LikelyUnshared {
    /// Its pages can only be guessed.
    unknown: u64,
    /// Its pages are likely those that another process of the program had.
    learned: u64,
}

/// Mapped memory of one program's processes whose pages were not read. They run the same files, and
/// what one maps later the others usually have, too.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ProgramMappings {
    processes: u64,
    is_read: bool,
    /// What was counted already.
    unshared: u64,
}

impl ProgramMappings {
    pub(crate) fn add(&mut self, memory: &Memory) {
        self.processes += u64::from(memory.shared() > 0);
        self.is_read |= memory.mapped.is_some();
    }

    pub(crate) fn likely_unshared(&mut self, memory: &Memory, is_learned: bool) -> LikelyUnshared {
        if self.processes > 1 && self.is_read {
            return LikelyUnshared::default();
        }
        let more = memory.unread().saturating_sub(self.unshared);
        self.unshared += more;
        if is_learned && memory.mapped.is_none() {
            LikelyUnshared {
                unknown: 0,
                learned: more,
            }
        } else {
            LikelyUnshared {
                unknown: more,
                learned: 0,
            }
        }
    }
}

/// Pages of files, each once: those that are known, and what likely comes to them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReadPages {
    pub(crate) known: u64,
    pub(crate) likely: u64,
}

impl ReadPages {
    /// The same in bytes.
    pub(crate) fn times(self, page_bytes: u64) -> Self {
        Self {
            known: self.known * page_bytes,
            likely: self.likely * page_bytes,
        }
    }
}

/// The memory of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Estimate {
    /// Memory that no file backs.
    pub(crate) anonymous: Bracket,
    /// Pages of files and shared memory that are mapped.
    pub(crate) mapped: Bracket,
    pub(crate) total: Bracket,
}

impl Sums {
    /// What one process adds.
    pub(crate) fn of<H>(member: &Member<H>, likely_unshared: LikelyUnshared, sample: u64) -> Self {
        let alive = Self {
            alive: 1,
            ..Self::default()
        };
        if member.borrows_from.is_some() {
            return alive;
        }
        let memory = &member.memory;
        let read = memory.mapped.as_ref();
        Self {
            rss: memory.rss,
            anonymous: match member.family {
                Some(_) => 0,
                None => memory.anonymous(),
            },
            mapped: Mapped {
                sum: memory.shared(),
                largest: memory.shared(),
                unread: memory.unread(),
                unshared: likely_unshared.unknown,
                programs: u64::from(read.is_none() && likely_unshared.unknown > 0),
                learned: likely_unshared.learned,
                gone: read.map_or(0, |set| set.bytes - set.left),
            },
            proportional: memory.proportional_at(sample),
            hidden: member.hidden,
            releasing: member.releasing_alone(),
            ..alive
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.alive += other.alive;
        self.rss += other.rss;
        self.anonymous += other.anonymous;
        self.families = self.families.plus(other.families);
        self.mapped.add(&other.mapped);
        self.proportional = self.proportional.plus(other.proportional);
        self.hidden += other.hidden;
        self.releasing += other.releasing;
    }
}

impl Mapped {
    fn add(&mut self, other: &Self) {
        self.sum += other.sum;
        self.largest = self.largest.max(other.largest);
        self.unread += other.unread;
        self.unshared += other.unshared;
        self.programs += other.programs;
        self.learned += other.learned;
        self.gone += other.gone;
    }

    /// Each page once. `union` is known page by page; `likely` is what processes of known programs
    /// probably add to it.
    pub(crate) fn bracket(&self, union: u64, likely: u64) -> Bracket {
        // Of several programs each has the common libraries, and they are there once.
        let others = (self.programs + u64::from(union + likely > 0)).saturating_sub(1);
        let unshared = self
            .unshared
            .saturating_sub((others * COMMON).min(self.unshared));
        let known = union.saturating_sub(self.gone);
        Bracket::around(
            known.max(self.largest),
            known + likely.min(self.learned) + unshared,
            (union + self.unread).min(self.sum),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{COMMON, Mapped};
    use crate::bracket::Bracket;

    #[test]
    fn unread_files_are_between_the_largest_and_the_sum() {
        let mapped = Mapped {
            sum: 90 << 20,
            largest: 50 << 20,
            unread: 90 << 20,
            unshared: 60 << 20,
            programs: 2,
            learned: 0,
            gone: 0,
        };
        let expected = Bracket {
            lower: 50 << 20,
            best: (60 << 20) - COMMON,
            upper: 90 << 20,
        };
        assert_eq!(mapped.bracket(0, 0), expected);
    }

    #[test]
    fn files_that_were_read_are_known_but_for_what_came_and_went_since() {
        let mapped = Mapped {
            sum: 100,
            largest: 60,
            unread: 7,
            unshared: 7,
            programs: 0,
            learned: 0,
            gone: 5,
        };
        let expected = Bracket {
            lower: 65,
            best: 72,
            upper: 77,
        };
        assert_eq!(mapped.bracket(70, 0), expected);
    }

    #[test]
    fn a_process_of_a_known_program_likely_has_its_pages_as_far_as_it_has_mapped_so_much() {
        let mapped = Mapped {
            sum: 100,
            largest: 60,
            unread: 40,
            unshared: 0,
            programs: 0,
            learned: 40,
            gone: 0,
        };
        assert_eq!(mapped.bracket(60, 25).best, 85);
        assert_eq!(mapped.bracket(60, 90).best, 100);
    }
}
