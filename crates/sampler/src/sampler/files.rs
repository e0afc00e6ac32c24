//! Which pages of files processes have mapped, as far as that was read.

use memtop_proc::{ByNumber, Error, MappedRange, Observer, Reading};

use crate::estimate::{LikelyUnshared, ProgramMappings, ReadPages};
use crate::mapped::{PageSet, Union};
use crate::member::Member;

/// A page set that is larger than what the kernel counts, by more than this part, is of something
/// that does not count.
const TOO_LARGE: u64 = 8;
/// Programs whose pages are remembered.
const MOST_LEARNED: usize = 200;

#[derive(Debug, Default)]
pub(crate) struct Files {
    version: u64,
    /// The pages of files that a process of each program had.
    learned: ByNumber<u64, PageSet>,
    programs: ByNumber<u64, ProgramMappings>,
    /// Kept for their room.
    union: Union,
    ranges: Vec<MappedRange>,
}

impl Files {
    /// Changes with what was read, and with the processes that it was read of.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// A process that was read is gone, in another task, or has other memory.
    pub(crate) fn change(&mut self) {
        self.version += 1;
    }

    /// Reads which pages a process has mapped. Whether it may be asked.
    pub(super) fn read<O: Observer>(
        &mut self,
        observer: &mut O,
        member: &mut Member<O::Handle>,
    ) -> Result<bool, Error> {
        self.version += 1;
        self.ranges.clear();
        let read = observer.mapped(member.id, &mut self.ranges);
        let again = observer.resident(&mut member.handle);
        match (read, again) {
            (
                Ok(Some(())),
                Ok(Reading::Resident {
                    bytes,
                    shared_bytes,
                }),
            ) => {
                member.memory.sample(bytes, shared_bytes);
                self.keep(observer.page_bytes(), member);
                Ok(true)
            }
            // On its way out; the next sample finds it gone.
            (Ok(_), Ok(_)) => Ok(true),
            (Err(error), _) if error.is_denied() => {
                member.memory.refused = true;
                Ok(false)
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    fn keep<H>(&mut self, page_bytes: u64, member: &mut Member<H>) {
        let pages: u64 = self.ranges.iter().map(|range| range.pages).sum();
        let mapped = member.memory.shared();
        if pages * page_bytes > mapped + mapped / TOO_LARGE + 64 * page_bytes {
            member.memory.refused = true;
            return;
        }
        let set = PageSet::of(&self.ranges, mapped);
        self.learn(member.description.program, &set);
        member.memory.mapped = Some(set);
    }

    /// Remembers what a process of a program had, at its largest.
    fn learn(&mut self, program: u64, set: &PageSet) {
        let is_worth_it = match self.learned.get(&program) {
            Some(known) => known.bytes < set.bytes,
            None => self.learned.len() < MOST_LEARNED,
        };
        if is_worth_it {
            self.learned.insert(program, set.clone());
        }
    }

    pub(super) fn begin_sums(&mut self) {
        self.programs.clear();
    }

    /// Counts a process among those of its program, before any of them is asked what it adds.
    pub(super) fn add<H>(&mut self, member: &Member<H>) {
        let program = self.programs.entry(member.description.program).or_default();
        program.add(&member.memory);
    }

    /// What a process most likely adds to what the others of its program have.
    pub(super) fn likely_unshared<H>(&mut self, member: &Member<H>) -> LikelyUnshared {
        let is_learned = self.learned.contains_key(&member.description.program);
        let program = self.programs.get_mut(&member.description.program);
        program.map_or_else(LikelyUnshared::default, |program| {
            program.likely_unshared(&member.memory, is_learned)
        })
    }

    /// Pages that some processes have together, by those that were read; and what the others would
    /// add with the pages that processes of their programs had.
    pub(super) fn pages_of<'a, H: 'a>(
        &mut self,
        members: impl Iterator<Item = &'a Member<H>> + Clone,
    ) -> ReadPages {
        self.union.clear();
        for set in members
            .clone()
            .filter_map(|member| member.memory.mapped.as_ref())
        {
            self.union.add(set);
        }
        let known = self.union.pages();
        let unread = members.filter(|member| member.memory.mapped.is_none());
        let mut sets = unread
            .filter_map(|member| self.learned.get(&member.description.program))
            .peekable();
        if sets.peek().is_none() {
            return ReadPages { known, likely: 0 };
        }
        for set in sets {
            self.union.add(set);
        }
        let likely = self.union.pages() - known;
        ReadPages { known, likely }
    }
}
