//! One living process of a tree, and what is known of its memory.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use memtop_proc::{Birth, Description, ProcessId, Proportional};

use crate::TaskId;
use crate::bracket::Bracket;
use crate::forks::FamilyId;
use crate::mapped::PageSet;

/// After so many observations in a row without a page fault, a process is idle.
const QUIET: u32 = 8;

#[derive(Debug)]
pub(crate) struct Member<H> {
    pub(crate) id: ProcessId,
    pub(crate) task: TaskId,
    pub(crate) handle: H,
    /// The pid of its parent at its birth.
    pub(crate) parent: u32,
    pub(crate) first_seen: Duration,
    pub(crate) named: Named,
    /// Identifies the exec that started its program; forked processes inherit it.
    pub(crate) image: Option<u64>,
    pub(crate) memory: Memory,
    /// Processes that it may share anonymous memory with.
    pub(crate) family: Option<FamilyId>,
    /// Its page faults from its birth until it was found.
    pub(crate) faults_before: u64,
    pub(crate) observed: Observed,
    /// By how much it can have been larger than now since the last sample.
    pub(crate) hidden: u64,
    /// The process whose memory this one runs in, as after `vfork`.
    pub(crate) borrows_from: Option<ProcessId>,
    /// It has ended, its memory is gone, and it is not reaped yet.
    pub(crate) is_zombie: bool,
    /// It shows no memory any more, and its pages may still count as shared with others.
    pub(crate) is_releasing: bool,
    /// Its exit was reported, with its high-water mark.
    pub(crate) is_exiting: bool,
}

impl<H> Member<H> {
    /// A process of a task that has just been found.
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
            faults_before: birth.faults,
            observed: Observed::default(),
            hidden: 0,
            borrows_from: None,
            is_zombie: false,
            is_releasing: false,
            is_exiting: false,
        }
    }

    /// Whether its page faults are to be read at a sample. What it rewrites shows nowhere else.
    pub(crate) fn is_to_be_observed(&self, is_idle_turn: bool) -> bool {
        let is_active = self.observed.is_active();
        match self.family {
            Some(_) => {
                let has_changed = self.observed.anonymous != self.memory.anonymous();
                is_idle_turn || is_active || has_changed
            }
            None if self.borrows_from.is_some() => is_idle_turn || is_active,
            None => is_idle_turn && self.hidden > 0,
        }
    }

    /// Whether it had memory of its own, by all that is known, and has none now.
    pub(crate) fn has_no_memory(&self) -> bool {
        let had_some = self.memory.measured() || self.family.is_some();
        self.memory.rss == 0 && had_some && self.borrows_from.is_none()
    }

    /// The most memory of its own that it can have had.
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
    pub(crate) fn exec(&mut self, image: Option<u64>) {
        self.image = image;
        self.family = None;
        self.observed.faults = None;
        self.borrows_from = None;
        self.is_zombie = false;
        self.is_releasing = false;
        self.memory.exec();
    }
}

/// What was known of a process when its page faults were last read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Observed {
    /// Its page faults; `None` where those until now do not matter.
    pub(crate) faults: Option<u64>,
    /// The number of the sample.
    sample: u64,
    /// What its family knows of its memory.
    anonymous: u64,
    mapped: u64,
    /// Observations in a row without a page fault.
    quiet: u32,
}

/// What has changed since a process was last observed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SinceObserved {
    pub(crate) faults: Option<u64>,
    pub(crate) grown: u64,
    /// Growth of mapped memory.
    pub(crate) mapped: u64,
}

impl Observed {
    pub(crate) fn update(
        &mut self,
        faults: Option<u64>,
        memory: &Memory,
        sample: u64,
    ) -> SinceObserved {
        let before = std::mem::replace(
            self,
            Self {
                faults: faults.or(self.faults),
                sample,
                anonymous: memory.anonymous(),
                mapped: memory.shared(),
                quiet: 0,
            },
        );
        let since = SinceObserved {
            faults: Option::zip(before.faults, self.faults)
                .map(|(before, now)| now.saturating_sub(before)),
            grown: self.anonymous.saturating_sub(before.anonymous),
            mapped: self.mapped.saturating_sub(before.mapped),
        };
        if since.faults == Some(0) {
            // Walks observe several times within a sample.
            let is_first = before.sample != sample;
            self.quiet = before.quiet.saturating_add(u32::from(is_first));
        }
        since
    }

    pub(crate) fn is_of_sample(&self, sample: u64) -> bool {
        self.sample == sample
    }

    fn is_active(&self) -> bool {
        self.quiet < QUIET
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
            // During an exec there are no arguments for an instant.
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
            // What is mapped later is something else.
            set.left = set.left.min(shared);
        }
    }

    /// The last reading was out of date already: it has no more than this.
    pub(crate) fn correct(&mut self, rss: u64, shared: u64) {
        self.rss = rss;
        self.shared = shared.min(rss);
    }

    /// What was read of the program before does not hold any more.
    fn exec(&mut self) {
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
