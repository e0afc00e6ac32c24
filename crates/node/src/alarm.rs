//! What the guard of a run says, as plain JavaScript values.

use memtop_proc::LimitedBy;
use memtop_sampler::{Alarm, Cause, Level};
use napi_derive::napi;

use crate::found::{FoundRecord, tree_and_found};
use crate::places::Places;
use crate::record::{LivingProcessRecord, SamplingRecord, TreeRecord, millis, whole};

/// A run has more memory than it may.
#[napi(object, object_from_js = false)]
pub struct AlarmRecord {
    /// `limit`: the run is being ended.
    #[napi(ts_type = "'warn' | 'limit'")]
    pub level: String,
    /// What the tree has, shared pages counted once.
    pub bytes: i64,
    pub at_ms: f64,
    /// What it was allowed; absent when it is the room that runs out.
    pub threshold_bytes: Option<i64>,
    /// What there is and what is left of it.
    pub room: Option<RoomRecord>,
    /// How things were, when the run is being ended.
    pub scene: Option<SceneRecord>,
}

/// What a run can have, and what is left of it.
#[napi(object, object_from_js = false)]
pub struct RoomRecord {
    pub total_bytes: i64,
    pub available_bytes: i64,
    /// The control group with the least left; absent for the machine.
    pub group: Option<String>,
}

/// How things were at an alarm.
#[napi(object, object_from_js = false)]
pub struct SceneRecord {
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
            scene: alarm.snapshot.as_ref().map(|scene| {
                let places = Places::of(&scene.record.named);
                let living = scene.living.iter();
                let (tree, found) = tree_and_found(scene.record.clone());
                SceneRecord {
                    sampling: (&scene.record).into(),
                    tree,
                    found,
                    living: living
                        .map(|process| LivingProcessRecord::of(process, &places))
                        .collect(),
                }
            }),
        }
    }
}
