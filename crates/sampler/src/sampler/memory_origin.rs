//! Where the memory of a new process comes from.

use memtop_proc::{Birth, Error, Observer, ProcessId};

use super::Sampler;
use crate::member::CachedDescription;

/// Where a new process has its memory from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemoryOrigin {
    /// Its own program.
    Own,
    /// It runs in the memory of another process.
    Borrowed(ProcessId),
    /// It has a copy of its parent's.
    Forked { parent: u32 },
    /// It has a copy of the memory of a process that is gone, and so has this sibling.
    ForkedUnseen { sibling: u32 },
    /// It has a copy of its parent's, and the parent is not watched.
    ForkedOutside,
}

impl<O: Observer> Sampler<O> {
    /// Whether a new process may share its parent's memory: after `fork`, for as long as it runs
    /// the same program, or all of it, after `vfork`.
    pub(crate) fn memory_origin(
        &mut self,
        birth: &Birth,
        description: &CachedDescription,
    ) -> MemoryOrigin {
        if let Some(index) = self.tree.index_of(birth.parent) {
            self.detect_exec(index);
            let parent = &self.tree.members()[index];
            let is_same_program = match (parent.image, birth.image) {
                (Some(one), Some(other)) => one == other,
                // Where images are hidden, the command line has to do.
                _ => parent.description.current.command == description.current.command,
            };
            let is_of_family = parent.family.is_some();
            let parent = parent.borrows_from.unwrap_or(parent.id);
            // A parent that ended before it was measured leaves its memory to its children.
            let has_memory = is_of_family || self.has_memory(parent.pid);
            if is_same_program && has_memory {
                if self.observer.same_memory(birth.id, parent) {
                    return MemoryOrigin::Borrowed(parent);
                }
                return MemoryOrigin::Forked { parent: parent.pid };
            }
        }
        self.origin_among_siblings(birth)
    }

    /// A process whose parent is gone may still share memory with others of the same exec.
    pub(crate) fn origin_among_siblings(&mut self, birth: &Birth) -> MemoryOrigin {
        let mut sibling = None;
        for member in self.tree.members() {
            let is_of_same_exec = birth.image.is_some() && member.image == birth.image;
            if !is_of_same_exec || member.id == birth.id || member.memory.is_gone() {
                continue;
            }
            if self.observer.same_memory(birth.id, member.id) {
                return MemoryOrigin::Borrowed(member.borrows_from.unwrap_or(member.id));
            }
            sibling = sibling.or(Some(member.borrows_from.unwrap_or(member.id)));
        }
        match sibling {
            Some(sibling) => MemoryOrigin::ForkedUnseen {
                sibling: sibling.pid,
            },
            None => MemoryOrigin::Own,
        }
    }

    /// Whether the parent of a task's first process runs the same program and is not watched.
    pub(super) fn is_forked_outside(&mut self, birth: &Birth) -> Result<bool, Error> {
        if birth.image.is_none() || self.tree.index_of(birth.parent).is_some() {
            return Ok(false);
        }
        let parent = self.observer.identify(birth.parent)?;
        Ok(parent.is_some_and(|parent| parent.image == birth.image))
    }
}
