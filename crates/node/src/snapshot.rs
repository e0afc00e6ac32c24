//! How a tree is at one instant, as a plain JavaScript value.

use memtop_sampler::Snapshot;
use napi_derive::napi;

use crate::record::{LivingProcessRecord, SamplingRecord, TreeRecord, millis, whole};

/// How a tree is at one instant.
#[napi(object, object_from_js = false)]
pub struct SnapshotRecord {
    /// When the last sample was taken.
    pub at_ms: f64,
    /// What the tree has, as far as that is certain.
    pub bytes: i64,
    pub tree: TreeRecord,
    pub sampling: SamplingRecord,
    pub living: Vec<LivingProcessRecord>,
}

impl From<Snapshot> for SnapshotRecord {
    fn from(snapshot: Snapshot) -> Self {
        Self {
            at_ms: millis(snapshot.at),
            bytes: whole(snapshot.bytes),
            sampling: (&snapshot.record).into(),
            tree: snapshot.record.task.into(),
            living: snapshot.living.into_iter().map(Into::into).collect(),
        }
    }
}
