//! The memory of a run over time, as plain JavaScript values.

use memtop_proc::ProcessId;
use memtop_store::{Course, ProcessCourse};
use napi_derive::napi;

use crate::record::whole;

/// The memory of a run over time. Each point is milliseconds since the start, and bytes.
#[napi(object)]
pub struct CourseRecord {
    pub sums: Vec<Vec<i64>>,
    pub processes: Vec<ProcessCourseRecord>,
}

/// The memory of a process over time; 0 bytes once it is gone.
#[napi(object)]
pub struct ProcessCourseRecord {
    pub pid: u32,
    pub name: String,
    pub points: Vec<Vec<i64>>,
}

impl From<Course> for CourseRecord {
    fn from(course: Course) -> Self {
        let processes = course.processes.into_iter();
        Self {
            sums: pairs(&course.sums),
            processes: processes
                .map(|process| ProcessCourseRecord {
                    pid: process.id.pid,
                    name: process.name,
                    points: pairs(&process.points),
                })
                .collect(),
        }
    }
}

impl From<CourseRecord> for Course {
    fn from(course: CourseRecord) -> Self {
        let processes = course.processes.into_iter();
        Self {
            sums: points(&course.sums),
            processes: processes
                .map(|process| ProcessCourse {
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
