//! The memory of a run over time, as plain JavaScript values.

use memtop_proc::ProcessId;
use memtop_store::{ProcessTimeline, StoredTimeline};
use napi_derive::napi;

use crate::record::whole;

/// The memory of a run over time. Each point is milliseconds since the start, and bytes.
#[napi(object)]
pub struct StoredTimelineRecord {
    pub sums: Vec<Vec<i64>>,
    pub processes: Vec<ProcessTimelineRecord>,
}

/// The memory of a process over time; 0 bytes once it is gone.
#[napi(object)]
pub struct ProcessTimelineRecord {
    pub pid: u32,
    pub name: String,
    pub points: Vec<Vec<i64>>,
}

impl From<StoredTimeline> for StoredTimelineRecord {
    fn from(timeline: StoredTimeline) -> Self {
        let processes = timeline.processes.into_iter();
        Self {
            sums: pairs(&timeline.sums),
            processes: processes
                .map(|process| ProcessTimelineRecord {
                    pid: process.id.pid,
                    name: process.name,
                    points: pairs(&process.points),
                })
                .collect(),
        }
    }
}

impl From<StoredTimelineRecord> for StoredTimeline {
    fn from(timeline: StoredTimelineRecord) -> Self {
        let processes = timeline.processes.into_iter();
        Self {
            sums: points(&timeline.sums),
            processes: processes
                .map(|process| ProcessTimeline {
                    id: ProcessId {
                        pid: process.pid,
                        // It is of another machine or another boot.
                        started: 0,
                    },
                    name: process.name,
                    points: points(&process.points),
                })
                .collect(),
        }
    }
}

fn pairs(points: &[(u64, u64)]) -> Vec<Vec<i64>> {
    points
        .iter()
        .map(|&(at_ms, bytes)| vec![whole(at_ms), whole(bytes)])
        .collect()
}

fn points(pairs: &[Vec<i64>]) -> Vec<(u64, u64)> {
    let number = |value: Option<&i64>| value.map_or(0, |&value| u64::try_from(value).unwrap_or(0));
    pairs
        .iter()
        .map(|pair| (number(pair.first()), number(pair.get(1))))
        .collect()
}
