//! Maps accounts of processes to the tasks that were found.

use memtop_sampler::{NamedRecord, TaskId};

/// The index of the found task that an account belongs to.
#[derive(Default)]
pub(crate) struct Places(Vec<Vec<TaskId>>);

impl Places {
    pub(crate) fn of(named: &[NamedRecord]) -> Self {
        Self(named.iter().map(|named| named.accounts.clone()).collect())
    }

    pub(crate) fn place(&self, account: TaskId) -> Option<u32> {
        let place = self
            .0
            .iter()
            .position(|accounts| accounts.contains(&account));
        place.and_then(|place| u32::try_from(place).ok())
    }
}
