//! Alarms of the guard, as plain JavaScript values.

use memtop_proc::LimitedBy;
use memtop_sampler::{Alarm, Cause, Level};
use napi_derive::napi;

use crate::found::{FoundRecord, tree_and_found};
use crate::found_task_index::FoundTaskIndex;
use crate::record::{LivingProcessRecord, SamplingRecord, TreeRecord, millis, whole};

/// A run uses more memory than it may.
#[napi(object, object_from_js = false)]
pub struct AlarmRecord {
    /// `limit`: the run is being killed.
    #[napi(ts_type = "'warn' | 'limit'")]
    pub level: String,
    /// The memory of the tree, counting shared pages once.
    pub bytes: i64,
    pub at_ms: f64,
    /// The exceeded threshold; absent if available memory is running out instead.
    pub threshold_bytes: Option<i64>,
    /// The available memory, if that is running out.
    pub room: Option<RoomRecord>,
    /// The state of the run, if it is being killed.
    pub snapshot: Option<AlarmSnapshotRecord>,
}

/// The memory available to a run.
#[napi(object, object_from_js = false)]
pub struct RoomRecord {
    pub total_bytes: i64,
    pub available_bytes: i64,
    /// The control group with the least memory left; absent for the machine.
    pub group: Option<String>,
}

/// The state of a run at an alarm.
#[napi(object, object_from_js = false)]
pub struct AlarmSnapshotRecord {
    pub tree: TreeRecord,
    pub found: FoundRecord,
    pub sampling: SamplingRecord,
    pub living: Vec<LivingProcessRecord>,
}

impl From<&Alarm> for AlarmRecord {
    fn from(alarm: &Alarm) -> Self {
        let (threshold_bytes, room) = match &alarm.cause {
            Cause::Threshold(bytes) => (Some(whole(*bytes)), None),
            Cause::Room(room) => (
                None,
                Some(RoomRecord {
                    total_bytes: whole(room.place_bytes()),
                    available_bytes: whole(room.left_bytes()),
                    group: match &room.limited_by {
                        LimitedBy::Machine => None,
                        LimitedBy::Group { path } => Some(path.to_string_lossy().into_owned()),
                    },
                }),
            ),
        };
        Self {
            level: match alarm.level {
                Level::Warn => "warn",
                Level::Limit => "limit",
            }
            .to_owned(),
            bytes: whole(alarm.bytes),
            at_ms: millis(alarm.at),
            threshold_bytes,
            room,
            snapshot: alarm.snapshot.as_ref().map(|snapshot| {
                let index = FoundTaskIndex::of(&snapshot.record.found_tasks);
                let living = snapshot.living.iter();
                let (tree, found) = tree_and_found(snapshot.record.clone());
                AlarmSnapshotRecord {
                    sampling: (&snapshot.record).into(),
                    tree,
                    found,
                    living: living
                        .map(|process| LivingProcessRecord::of(process, &index))
                        .collect(),
                }
            }),
        }
    }
}
