//! Maps the sampler's tasks to the tasks that were found.

use memtop_sampler::{FoundTaskRecord, TaskId};

/// The sampler's tasks that each found task consists of.
#[derive(Default)]
pub(crate) struct FoundTaskIndex(Vec<Vec<TaskId>>);

impl FoundTaskIndex {
    pub(crate) fn of(found: &[FoundTaskRecord]) -> Self {
        Self(found.iter().map(|found| found.tasks.clone()).collect())
    }

    pub(crate) fn index_of(&self, task: TaskId) -> Option<u32> {
        let index = self.0.iter().position(|tasks| tasks.contains(&task));
        index.and_then(|index| u32::try_from(index).ok())
    }
}
