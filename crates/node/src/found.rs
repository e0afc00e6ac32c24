//! Tasks, stages and programs found in a tree, as plain JavaScript values.

use memtop_sampler::{
    EndStatus, FoundTaskInfo, FoundTaskRecord, Kind, Peak, Program, Record, StageRecord, TaskRecord,
};
use memtop_spawn::missed_bytes;
use napi_derive::napi;

use crate::found_task_index::FoundTaskIndex;
use crate::record::{TimelineRecord, TreeRecord, millis, whole};

/// As many as can be distinguished by colour.
const MAX_PROGRAMS: usize = 8;
const PROGRAM_POINTS: usize = 100;
/// Programs that never had more than the peak of the run divided by this are left out.
const MIN_PART_DIVISOR: u64 = 100;

/// The tasks, stages and programs of a tree.
#[napi(object, object_from_js = false)]
pub struct FoundRecord {
    /// In the order in which they started.
    pub tasks: Vec<FoundTask>,
    pub stages: Vec<FoundStage>,
    /// The largest programs. Only set at the end.
    pub programs: Vec<FoundProgram>,
}

/// A task. At most one of `code` and `signal` is set; neither if unknown.
#[napi(object, object_from_js = false)]
pub struct FoundTask {
    /// The task runner that it belongs to.
    pub source: String,
    pub id: String,
    pub is_service: bool,
    pub started_at_ms: f64,
    /// Absent while it is running.
    pub ended_at_ms: Option<f64>,
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// Its work, without wrappers.
    pub work: TreeRecord,
    /// The peak of a single process, if that exceeds all sampled sums.
    pub missed_bytes: Option<i64>,
    pub wrappers: Option<WrappersRecord>,
    /// The highest sum of work and wrappers.
    pub total_peak_bytes: Option<i64>,
    /// Its processes; not all if there are thousands.
    pub pids: Vec<u32>,
}

/// Processes that only start others.
#[napi(object, object_from_js = false)]
pub struct WrappersRecord {
    /// Absent if none of them was measured.
    pub peak_bytes: Option<i64>,
    pub seen: i64,
}

/// A stage of the tree.
#[napi(object, object_from_js = false)]
pub struct FoundStage {
    pub name: String,
    /// Absent if the tree was not measured meanwhile.
    pub peak_bytes: Option<i64>,
    pub first_seen_ms: f64,
    pub last_seen_ms: f64,
    pub duration_ms: f64,
}

/// All processes with the same name.
#[napi(object, object_from_js = false)]
pub struct FoundProgram {
    pub name: String,
    pub peak_bytes: i64,
    pub timeline: TimelineRecord,
}

/// The current state of a task.
#[napi(object, object_from_js = false)]
pub struct FoundTaskState {
    pub source: String,
    pub id: String,
    pub is_service: bool,
    pub started_at_ms: f64,
    pub ended_at_ms: Option<f64>,
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub bytes: i64,
    pub peak_bytes: Option<i64>,
}

/// A tree and what was found in it.
pub(crate) fn tree_and_found(record: Record) -> (TreeRecord, FoundRecord) {
    let index = FoundTaskIndex::of(&record.found_tasks);
    let found = FoundRecord {
        stages: record.stages.into_iter().map(Into::into).collect(),
        tasks: record.found_tasks.into_iter().map(Into::into).collect(),
        programs: largest_programs(record.programs, record.task.peak.as_ref()),
    };
    (TreeRecord::of(record.task, &index), found)
}

fn largest_programs(mut programs: Vec<Program>, peak: Option<&Peak>) -> Vec<FoundProgram> {
    let min_bytes = peak.map_or(0, |peak| peak.bytes / MIN_PART_DIVISOR);
    programs.retain(|program| program.highest > min_bytes);
    programs.sort_by_key(|program| std::cmp::Reverse(program.highest));
    programs.truncate(MAX_PROGRAMS);
    programs.into_iter().map(Into::into).collect()
}

impl From<Program> for FoundProgram {
    fn from(program: Program) -> Self {
        Self {
            name: program.name,
            peak_bytes: whole(program.highest),
            timeline: TimelineRecord::of(&program.timeline.at_most(PROGRAM_POINTS)),
        }
    }
}

impl From<FoundTaskRecord> for FoundTask {
    fn from(found: FoundTaskRecord) -> Self {
        let FoundTaskInfo {
            source,
            name,
            kind,
            started,
            ended,
            exit,
        } = found.info;
        let (code, signal) = code_and_signal(exit);
        let peak_bytes = |record: &TaskRecord| record.peak.as_ref().map(|peak| whole(peak.bytes));
        let total_peak_bytes = peak_bytes(&found.all);
        let mut work = found.work;
        let missed_bytes = missed_bytes(&work, 0).map(whole);
        // The parts of a task have no timeline of their own.
        work.timeline = found.all.timeline;
        Self {
            source: source.to_string(),
            id: name.to_string(),
            is_service: kind == Kind::Service,
            started_at_ms: millis(started),
            ended_at_ms: ended.map(millis),
            code,
            signal,
            work: TreeRecord::of(work, &FoundTaskIndex::default()),
            missed_bytes,
            wrappers: found.wrappers.map(|wrappers| WrappersRecord {
                peak_bytes: peak_bytes(&wrappers),
                seen: whole(wrappers.seen),
            }),
            total_peak_bytes,
            pids: found.pids,
        }
    }
}

impl From<StageRecord> for FoundStage {
    fn from(StageRecord { name, summary }: StageRecord) -> Self {
        Self {
            name,
            peak_bytes: summary.peak_bytes.map(whole),
            first_seen_ms: millis(summary.first_seen),
            last_seen_ms: millis(summary.last_seen),
            duration_ms: millis(summary.duration),
        }
    }
}

impl From<memtop_sampler::FoundTaskState> for FoundTaskState {
    fn from(state: memtop_sampler::FoundTaskState) -> Self {
        let info = state.info;
        let (code, signal) = code_and_signal(info.exit);
        Self {
            source: info.source.to_string(),
            id: info.name.to_string(),
            is_service: info.kind == Kind::Service,
            started_at_ms: millis(info.started),
            ended_at_ms: info.ended.map(millis),
            code,
            signal,
            bytes: whole(state.bytes),
            peak_bytes: state.peak_bytes.map(whole),
        }
    }
}

fn code_and_signal(exit: Option<EndStatus>) -> (Option<i32>, Option<i32>) {
    match exit {
        Some(EndStatus::Code(code)) => (Some(code), None),
        Some(EndStatus::Signal(signal)) => (None, Some(signal)),
        None => (None, None),
    }
}
