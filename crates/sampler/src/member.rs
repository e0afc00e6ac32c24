//! One living process of a tree, and what is known of its memory.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Birth, Description, ProcessId, Proportional};

use crate::TaskId;
use crate::bracket::Bracket;
use crate::forks::FamilyId;
use crate::mapped::PageSet;

/// After so many looks in a row in which it has not written, a process is at rest.
const QUIET: u32 = 8;

#[derive(Debug)]
pub(crate) struct Member<H> {
    pub(crate) id: ProcessId,
    pub(crate) task: TaskId,
    pub(crate) handle: H,
    /// Who started it.
    pub(crate) parent: u32,
    pub(crate) first_seen: Duration,
    pub(crate) named: Named,
    /// Names the start of its program; its relatives by fork have the same.
    pub(crate) image: Option<u64>,
    pub(crate) memory: Memory,
    /// Those it may share anonymous memory with.
    pub(crate) family: Option<FamilyId>,
    /// Its page faults from its birth until it was found.
    pub(crate) born_faults: u64,
    /// Its page faults when they were last looked at.
    pub(crate) faults: Option<u64>,
    /// At which sample that was.
    pub(crate) looked_at_sample: u64,
    /// The anonymous memory that its family knows of.
    pub(crate) looked_at: u64,
    /// What it had mapped of files and shared memory then.
    pub(crate) mapped_looked_at: u64,
    /// How many looks in a row have found that it has not written.
    pub(crate) quiet_looks: u32,
    /// By how much it can have been larger than now since the last sample.
    pub(crate) hidden: u64,
    /// Whose memory this one runs in, as after `vfork`.
    pub(crate) borrows_from: Option<ProcessId>,
    /// It has ended with all its memory, and nobody has waited for it yet.
    pub(crate) is_zombie: bool,
    /// It has no memory to be seen any more, and others may still share its pages with it.
    pub(crate) is_releasing: bool,
    /// It was told that this one is about to end, and what the kernel remembers of it.
    pub(crate) is_exiting: bool,
}

impl<H> Member<H> {
    /// One that has just been found, of a task.
    pub(crate) fn of(
        birth: &Birth,
        task: TaskId,
        handle: H,
        named: Named,
        first_seen: Duration,
    ) -> Self {
        Self {
            id: birth.id,
            task,
            handle,
            parent: birth.parent,
            first_seen,
            named,
            image: birth.image,
            memory: Memory::default(),
            family: None,
            born_faults: birth.faults,
            faults: None,
            looked_at_sample: 0,
            looked_at: 0,
            mapped_looked_at: 0,
            quiet_looks: 0,
            hidden: 0,
            borrows_from: None,
            is_zombie: false,
            is_releasing: false,
            is_exiting: false,
        }
    }

    /// Whether it may be writing: what it writes over shows in no size, only in a look.
    pub(crate) fn is_active(&self) -> bool {
        self.quiet_looks < QUIET
    }

    /// Whether it had memory of its own, by all that is known, and has none now.
    pub(crate) fn has_no_memory(&self) -> bool {
        let had_some = self.memory.measured() || self.family.is_some();
        self.memory.rss == 0 && had_some && self.borrows_from.is_none()
    }

    /// What it can have had at most.
    pub(crate) fn most(&self) -> u64 {
        match self.borrows_from {
            Some(_) => 0,
            None => self.memory.highest,
        }
    }

    /// By how much it was ever larger than now.
    pub(crate) fn hidden_ever(&self) -> u64 {
        match self.borrows_from {
            Some(_) => 0,
            None => self.memory.highest.saturating_sub(self.memory.rss),
        }
    }

    /// It runs another program from now on, with memory of its own.
    pub(crate) fn renew(&mut self, image: Option<u64>) {
        self.image = image;
        self.family = None;
        self.faults = None;
        self.borrows_from = None;
        self.is_zombie = false;
        self.is_releasing = false;
        self.memory.renew();
    }
}

/// The name and command line, and when they are read again.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) description: Arc<Description>,
    /// The same for all processes of a name.
    pub(crate) program: u64,
    /// The memory of the process when they were read.
    bytes: u64,
    again_at: u64,
    again_in: u64,
}

impl Named {
    pub(crate) fn new(description: Description, tick: u64) -> Self {
        Self {
            program: program(&description),
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
            Some(new) if new != *self.description => {
                self.program = program(&new);
                self.description = Arc::new(new);
            }
            _ => {}
        }
        self.bytes = bytes;
        if tick >= self.again_at {
            self.again_in *= 2;
            self.again_at = tick + self.again_in;
        }
    }
}

fn program(description: &Description) -> u64 {
    let mut hasher = DefaultHasher::new();
    description.name.hash(&mut hasher);
    hasher.finish()
}

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
    /// Which pages of files it had when it was read.
    pub(crate) mapped: Option<PageSet>,
    proportional: Option<KnownShare>,
    /// Whether looking at its pages was refused.
    pub(crate) refused: bool,
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
        let shared = shared.min(rss);
        let (anonymous, mapped) = (self.rss - self.shared, self.shared);
        self.given_back += anonymous.saturating_sub(rss - shared) + mapped.saturating_sub(shared);
        self.rss = rss;
        self.shared = shared;
        self.highest = self.highest.max(rss);
        if let Some(set) = &mut self.mapped {
            // What comes after is something else.
            set.left = set.left.min(shared);
        }
    }

    /// The last reading was out of date already: it has no more than this.
    pub(crate) fn correct(&mut self, rss: u64, shared: u64) {
        self.rss = rss;
        self.shared = shared.min(rss);
    }

    /// What was read of the former program tells nothing.
    pub(crate) fn renew(&mut self) {
        self.proportional = None;
        self.mapped = None;
        self.refused = false;
        self.swapped = 0;
    }

    pub(crate) fn take_given_back(&mut self) -> u64 {
        std::mem::take(&mut self.given_back)
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

    /// What it has mapped of files and nobody knows which pages.
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

/// `bytes` times `part` over `whole`.
pub(crate) fn scaled(bytes: u64, part: u64, whole: u64) -> u64 {
    let scaled = u128::from(bytes) * u128::from(part) / u128::from(whole.max(1));
    u64::try_from(scaled).unwrap_or(u64::MAX)
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
    fn what_is_given_back_is_told_once_also_where_something_else_is_taken() {
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
