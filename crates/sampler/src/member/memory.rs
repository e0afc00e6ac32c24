//! What is known of the memory of one process.

use memtop_proc::Proportional;

use crate::bracket::Bracket;
use crate::mapped::PageSet;
use crate::scaled::scaled;

/// What is known of a process's memory at the last sample.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) rss: u64,
    /// The part of it that belongs to files or to shared memory.
    shared: u64,
    /// What of it is swapped out, beside that.
    pub(crate) swapped: u64,
    /// The highest resident size that it was ever known to have.
    pub(crate) highest: u64,
    /// What it gave back since this was last asked for.
    given_back: u64,
    /// What it had before it showed none at all.
    last_shown: LastShown,
    /// Which pages of files it had when it was read.
    pub(crate) mapped: Option<PageSet>,
    proportional: Option<KnownShare>,
    /// Whether looking at its pages was refused.
    pub(crate) refused: bool,
}

/// The last memory that a process showed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastShown {
    pub(crate) rss: u64,
    pub(crate) anonymous: u64,
}

/// A reading of the proportional size.
#[derive(Clone, Copy, Debug)]
struct KnownShare {
    bytes: u64,
    /// The resident memory at the same time.
    rss: u64,
    at_sample: u64,
}

impl Memory {
    pub(crate) fn sample(&mut self, rss: u64, shared: u64) {
        self.correct(rss, shared);
        let shared = self.shared;
        self.highest = self.highest.max(rss);
        if let Some(set) = &mut self.mapped {
            // What is mapped later is something else.
            set.left = set.left.min(shared);
        }
    }

    /// The last reading was out of date already: it has no more than this.
    pub(crate) fn correct(&mut self, rss: u64, shared: u64) {
        let shared = shared.min(rss);
        let (anonymous, mapped) = (self.rss - self.shared, self.shared);
        if rss == 0 && self.rss > 0 {
            self.last_shown = LastShown {
                rss: self.rss,
                anonymous,
            };
        }
        self.given_back += anonymous.saturating_sub(rss - shared) + mapped.saturating_sub(shared);
        self.rss = rss;
        self.shared = shared;
    }

    /// What was read of the program before does not hold any more.
    pub(super) fn exec(&mut self) {
        self.proportional = None;
        self.mapped = None;
        self.refused = false;
        self.swapped = 0;
    }

    pub(crate) fn take_given_back(&mut self) -> u64 {
        std::mem::take(&mut self.given_back)
    }

    /// What it had before it showed none. Its anonymous memory is not given back before its end.
    pub(crate) fn take_last_shown(&mut self) -> LastShown {
        let last = std::mem::take(&mut self.last_shown);
        self.given_back = self.given_back.saturating_sub(last.anonymous);
        last
    }

    /// Memory that no file backs.
    pub(crate) fn anonymous(&self) -> u64 {
        self.rss - self.shared + self.swapped
    }

    /// Memory of files and shared memory.
    pub(crate) fn shared(&self) -> u64 {
        self.shared
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.rss + self.swapped
    }

    /// It had memory and has none any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.rss == 0 && self.measured()
    }

    pub(crate) fn measured(&self) -> bool {
        self.highest > 0
    }

    /// What it has mapped of files without its pages having been read.
    pub(crate) fn unread(&self) -> u64 {
        match &self.mapped {
            Some(set) => self.shared.saturating_sub(set.left),
            None => self.shared,
        }
    }

    /// Its proportional size by the last reading: what has come since is taken to be its own, what
    /// has gone to have gone evenly.
    pub(crate) fn proportional(&self) -> Option<u64> {
        let KnownShare { bytes, rss, .. } = self.proportional?;
        Some(match self.rss.checked_sub(rss) {
            Some(more) => bytes + more,
            None => scaled(bytes, self.rss, rss),
        })
    }

    /// The same with its bounds at a sample: since a reading before it, others may have mapped or
    /// unmapped anything that it has.
    pub(crate) fn proportional_at(&self, sample: u64) -> Bracket {
        let best = self.proportional().unwrap_or(self.rss);
        let is_read = self
            .proportional
            .is_some_and(|read| read.at_sample == sample);
        if is_read {
            Bracket::exactly(best)
        } else {
            Bracket::around(0, best, self.rss)
        }
    }

    pub(crate) fn set_proportional(&mut self, read: Proportional, sample: u64) {
        self.proportional = Some(KnownShare {
            bytes: read.bytes.min(read.resident_bytes),
            rss: read.resident_bytes,
            at_sample: sample,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Memory, Proportional};
    use crate::bracket::Bracket;

    fn memory(rss: u64, shared: u64) -> Memory {
        let mut memory = Memory::default();
        memory.sample(rss, shared);
        memory
    }

    #[test]
    fn what_grows_after_a_reading_is_its_own_and_what_shrinks_goes_evenly() {
        let mut memory = memory(1_000, 500);
        assert_eq!(memory.proportional_at(1), Bracket::around(0, 1_000, 1_000));
        let read = Proportional {
            bytes: 600,
            resident_bytes: 1_000,
            ..Proportional::default()
        };
        memory.set_proportional(read, 1);
        assert_eq!(memory.proportional_at(1), Bracket::exactly(600));
        memory.sample(1_400, 500);
        assert_eq!(memory.proportional_at(2), Bracket::around(0, 1_000, 1_400));
        memory.sample(500, 500);
        assert_eq!(memory.proportional_at(3), Bracket::around(0, 300, 500));
    }

    #[test]
    fn the_highest_is_kept() {
        let mut memory = memory(1_000, 0);
        memory.sample(10, 0);
        assert_eq!((memory.highest, memory.measured()), (1_000, true));
    }

    #[test]
    fn returned_memory_is_reported_once_even_if_other_memory_is_taken() {
        let mut memory = memory(1_000, 400);
        memory.sample(900, 700);
        memory.sample(800, 600);
        assert_eq!(memory.take_given_back(), 400 + 100);
        assert_eq!(memory.take_given_back(), 0);
    }

    #[test]
    fn what_is_swapped_out_counts() {
        let mut memory = memory(1_000, 400);
        memory.swapped = 50;
        assert_eq!((memory.anonymous(), memory.bytes()), (650, 1_050));
    }
}
