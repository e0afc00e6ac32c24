//! One living process of a tree, and how much of its memory is its own.

use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Description, ProcessId, Proportional};

use crate::TaskId;

#[derive(Debug)]
pub(crate) struct Member<H> {
    pub(crate) id: ProcessId,
    pub(crate) task: TaskId,
    pub(crate) handle: H,
    /// Who started it.
    pub(crate) parent: u32,
    pub(crate) first_seen: Duration,
    pub(crate) named: Named,
    pub(crate) memory: Memory,
    /// The parent, as long as this one runs in the parent's very memory (`vfork`).
    pub(crate) borrows_from: Option<ProcessId>,
    /// It was told that this one is about to end, and what the kernel remembers of it.
    pub(crate) is_leaving: bool,
}

impl<H> Member<H> {
    /// What it can have had at most.
    pub(crate) fn most(&self) -> u64 {
        match self.borrows_from {
            Some(_) => 0,
            None => self.memory.highest,
        }
    }
}

/// The name and command line, and when they are read again.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) description: Arc<Description>,
    /// The memory of the process when they were read.
    bytes: u64,
    again_at: u64,
    again_in: u64,
}

impl Named {
    pub(crate) fn new(description: Description, tick: u64) -> Self {
        Self {
            description: Arc::new(description),
            bytes: 0,
            again_at: tick + 1,
            again_in: 1,
        }
    }

    /// A process that execs does so early, as a rule, and one that does so later has other memory
    /// needs after: it is worth another look after 1, 2, 4, 8 … ticks and whenever its memory has
    /// changed much.
    pub(crate) fn is_old(&self, tick: u64, bytes: u64) -> bool {
        let changed_much = bytes > self.bytes + self.bytes / 4 || bytes < self.bytes / 2;
        tick >= self.again_at || (self.bytes > 0 && changed_much)
    }

    /// `None` leaves the former description: the process is on its way out.
    pub(crate) fn renew(&mut self, description: Option<Description>, tick: u64, bytes: u64) {
        match description {
            // In the midst of an exec there are no arguments for an instant.
            Some(new) if new.command.is_empty() && !self.description.command.is_empty() => {
                self.again_at = tick + 1;
                return;
            }
            Some(new) if new != *self.description => self.description = Arc::new(new),
            _ => {}
        }
        self.bytes = bytes;
        if tick >= self.again_at {
            self.again_in *= 2;
            self.again_at = tick + self.again_in;
        }
    }
}

/// What is known of a process's memory at the last sample.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) rss: u64,
    /// The part of it that belongs to files or to shared memory.
    shared: u64,
    /// The highest that it was ever known to be.
    pub(crate) highest: u64,
    /// Its anonymous memory, too, may be shared with a relative: it was forked, or has forked,
    /// without exec.
    pub(crate) forked: bool,
    proportional: Option<KnownShare>,
    /// Whether asking for the proportional size was refused.
    pub(crate) refused: bool,
}

/// A reading of the proportional size.
#[derive(Clone, Copy, Debug)]
struct KnownShare {
    bytes: u64,
    /// The resident memory at the same time, and what of it others could have.
    rss: u64,
    shared: u64,
    /// Somebody has come since who may share with this process: it may be smaller by now.
    may_be_less: bool,
    /// Somebody has gone since who may have shared with this process: it may be larger by now.
    may_be_more: bool,
}

impl Memory {
    /// Before the first sample.
    pub(crate) fn of_relative(forked: bool) -> Self {
        Self {
            forked,
            ..Self::default()
        }
    }

    pub(crate) fn sample(&mut self, rss: u64, shared: u64) {
        self.rss = rss;
        self.shared = shared.min(rss);
        self.highest = self.highest.max(rss);
    }

    /// Another program has a memory of its own: nothing of it is shared with a relative, and what
    /// was read of the former tells nothing. Whether a relative has lost a sharer by that.
    pub(crate) fn renew(&mut self) -> bool {
        self.proportional = None;
        std::mem::take(&mut self.forked)
    }

    pub(crate) fn shared(&self) -> u64 {
        self.shared
    }

    pub(crate) fn measured(&self) -> bool {
        self.highest > 0
    }

    /// Its share of the tree's memory by all that is known, never less than it really is but for
    /// what was freed within a shared part.
    pub(crate) fn share(&self) -> u64 {
        match self.proportional {
            Some(known) if !known.may_be_more => known.scaled_to(self.rss),
            _ => self.rss,
        }
    }

    /// How much of [`Self::share`] may be somebody else's as well.
    pub(crate) fn uncertain(&self) -> u64 {
        if self.refused {
            return 0;
        }
        let at_most = self.share().saturating_sub(self.rss - self.shareable());
        match self.proportional {
            Some(known) if !known.may_be_more && !known.may_be_less => {
                // What a forked process adds is its own until it forks again, and that is a birth.
                let given_back = known.rss.saturating_sub(self.rss);
                let changed = if self.forked { given_back } else { 0 };
                at_most.min(known.shared.abs_diff(self.shared) + changed)
            }
            _ => at_most,
        }
    }

    /// The part that others can have, too.
    pub(crate) fn shareable(&self) -> u64 {
        if self.forked { self.rss } else { self.shared }
    }

    pub(crate) fn set_proportional(&mut self, read: Proportional) {
        self.proportional = Some(KnownShare {
            bytes: read.bytes.min(read.resident_bytes),
            rss: read.resident_bytes,
            shared: self.shared,
            may_be_less: false,
            may_be_more: false,
        });
    }

    pub(crate) fn a_sharer_came(&mut self) {
        if let Some(known) = &mut self.proportional {
            known.may_be_less = true;
        }
    }

    pub(crate) fn a_sharer_went(&mut self) {
        if let Some(known) = &mut self.proportional
            && known.bytes < known.rss
        {
            known.may_be_more = true;
        }
    }
}

impl KnownShare {
    /// What has come since is taken to be the process's own; what has gone, to have gone evenly.
    fn scaled_to(self, rss: u64) -> u64 {
        if let Some(more) = rss.checked_sub(self.rss) {
            self.bytes + more
        } else {
            let scaled = u128::from(self.bytes) * u128::from(rss) / u128::from(self.rss.max(1));
            u64::try_from(scaled).unwrap_or(rss)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Memory, Proportional};

    fn memory(rss: u64, shared: u64) -> Memory {
        let mut memory = Memory::default();
        memory.sample(rss, shared);
        memory
    }

    fn reading(bytes: u64, resident_bytes: u64) -> Proportional {
        Proportional {
            bytes,
            resident_bytes,
        }
    }

    #[test]
    fn memory_of_its_own_is_certain_without_asking() {
        let memory = memory(1_000, 30);
        assert_eq!((memory.share(), memory.uncertain()), (1_000, 30));
    }

    #[test]
    fn a_forked_process_may_share_everything() {
        let mut memory = memory(1_000, 30);
        memory.forked = true;
        assert_eq!((memory.share(), memory.uncertain()), (1_000, 1_000));
    }

    #[test]
    fn a_reading_makes_it_certain_until_somebody_comes_or_goes() {
        let mut memory = memory(1_000, 30);
        memory.forked = true;
        memory.set_proportional(reading(200, 1_000));
        assert_eq!((memory.share(), memory.uncertain()), (200, 0));
        memory.a_sharer_came();
        assert_eq!((memory.share(), memory.uncertain()), (200, 200));
        memory.a_sharer_went();
        assert_eq!((memory.share(), memory.uncertain()), (1_000, 1_000));
    }

    #[test]
    fn what_grows_after_a_reading_is_its_own_and_what_shrinks_goes_evenly() {
        let mut memory = memory(1_000, 500);
        memory.set_proportional(reading(600, 1_000));
        memory.sample(1_400, 500);
        assert_eq!((memory.share(), memory.uncertain()), (1_000, 0));
        memory.sample(1_400, 530);
        assert_eq!((memory.share(), memory.uncertain()), (1_000, 30));
        memory.sample(1_400, 500);
        memory.a_sharer_came();
        assert_eq!(memory.uncertain(), 100, "900 are its own in any case");
        memory.sample(500, 500);
        assert_eq!((memory.share(), memory.uncertain()), (300, 300));
    }

    #[test]
    fn the_highest_is_kept() {
        let mut memory = memory(1_000, 0);
        memory.sample(10, 0);
        assert_eq!((memory.highest, memory.measured()), (1_000, true));
    }
}
