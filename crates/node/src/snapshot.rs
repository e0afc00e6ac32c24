//! A snapshot of a tree, as a plain JavaScript value.

use memtop_sampler::Snapshot;
use napi_derive::napi;

use crate::found::{FoundRecord, tree_and_found};
use crate::found_task_index::FoundTaskIndex;
use crate::record::{LivingProcessRecord, SamplingRecord, TreeRecord, millis, whole};

/// A snapshot of a tree.
#[napi(object, object_from_js = false)]
pub struct SnapshotRecord {
    /// When the last sample was taken.
    pub at_ms: f64,
    /// The memory of the tree, as a lower bound.
    pub bytes: i64,
    /// The limit at which it is killed.
    pub limit_bytes: Option<i64>,
    pub tree: TreeRecord,
    pub found: FoundRecord,
    pub sampling: SamplingRecord,
    pub living: Vec<LivingProcessRecord>,
}

impl From<Snapshot> for SnapshotRecord {
    fn from(snapshot: Snapshot) -> Self {
        let index = FoundTaskIndex::of(&snapshot.record.found_tasks);
        let sampling = (&snapshot.record).into();
        let (tree, found) = tree_and_found(snapshot.record);
        let living = snapshot.living.iter();
        Self {
            at_ms: millis(snapshot.at),
            bytes: whole(snapshot.bytes),
            limit_bytes: None,
            sampling,
            tree,
            found,
            living: living
                .map(|process| LivingProcessRecord::of(process, &index))
                .collect(),
        }
    }
}
