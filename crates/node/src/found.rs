//! Tasks and stages that were found in a tree, as plain JavaScript values.

use memtop_sampler::{
    EndStatus, Finding, Kind, NamedRecord, NamedState, Peak, Program, Record, StageRecord,
    TaskRecord,
};
use memtop_spawn::missed_bytes;
use napi_derive::napi;

use crate::places::Places;
use crate::record::{TimelineRecord, TreeRecord, millis, whole};

/// More than can be told apart by colours.
const MOST_PROGRAMS: usize = 8;
const PROGRAM_POINTS: usize = 100;
/// Who never had this part of the run's peak is not worth telling.
const SMALLEST_PART: u64 = 100;

/// What was found in a tree, and what is known of it.
#[napi(object, object_from_js = false)]
pub struct FoundRecord {
    /// In the order of their starts.
    pub tasks: Vec<FoundTask>,
    pub stages: Vec<FoundStage>,
    /// Those that had the most, at the end alone.
    pub programs: Vec<FoundProgram>,
}

/// One task. Of `code` and `signal` at most one is there; neither while it is not known.
#[napi(object, object_from_js = false)]
pub struct FoundTask {
    /// The runner that it belongs to.
    pub source: String,
    pub id: String,
    pub is_service: bool,
    pub started_at_ms: f64,
    /// Absent while it goes on.
    pub ended_at_ms: Option<f64>,
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// Its work, without what only started others.
    pub work: TreeRecord,
    /// What one process of it had, where no sum that was sampled says as much.
    pub missed_bytes: Option<i64>,
    pub wrappers: Option<WrappersRecord>,
    /// The highest sum of both.
    pub total_peak_bytes: Option<i64>,
    /// Its processes; of thousands not all.
    pub pids: Vec<u32>,
}

/// What only started others.
#[napi(object, object_from_js = false)]
pub struct WrappersRecord {
    /// Absent when none of them was measured.
    pub peak_bytes: Option<i64>,
    pub seen: i64,
}

/// One stage that the tree was in.
#[napi(object, object_from_js = false)]
pub struct FoundStage {
    pub name: String,
    /// Absent when the tree was not measured then.
    pub peak_bytes: Option<i64>,
    pub first_seen_ms: f64,
    pub last_seen_ms: f64,
    pub duration_ms: f64,
}

/// All processes of a name.
#[napi(object, object_from_js = false)]
pub struct FoundProgram {
    pub name: String,
    pub peak_bytes: i64,
    pub timeline: TimelineRecord,
}

/// How a task is right now.
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

/// A tree with what was found in it.
pub(crate) fn tree_and_found(record: Record) -> (TreeRecord, FoundRecord) {
    let places = Places::of(&record.named);
    let found = FoundRecord {
        stages: record.stages.into_iter().map(Into::into).collect(),
        tasks: record.named.into_iter().map(Into::into).collect(),
        programs: largest_programs(record.programs, record.task.peak.as_ref()),
    };
    (TreeRecord::of(record.task, &places), found)
}

fn largest_programs(mut programs: Vec<Program>, peak: Option<&Peak>) -> Vec<FoundProgram> {
    let worth_it = peak.map_or(0, |peak| peak.bytes / SMALLEST_PART);
    programs.retain(|program| program.highest > worth_it);
    programs.sort_by_key(|program| std::cmp::Reverse(program.highest));
    programs.truncate(MOST_PROGRAMS);
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

impl From<NamedRecord> for FoundTask {
    fn from(named: NamedRecord) -> Self {
        let Finding {
            source,
            name,
            kind,
            started,
            ended,
            exit,
        } = named.finding;
        let (code, signal) = code_and_signal(exit);
        let peak_bytes = |record: &TaskRecord| record.peak.as_ref().map(|peak| whole(peak.bytes));
        let total_peak_bytes = peak_bytes(&named.all);
        let mut work = named.work;
        let missed_bytes = missed_bytes(&work, 0).map(whole);
        // The parts of a task have no course of their own.
        work.timeline = named.all.timeline;
        Self {
            source: source.to_string(),
            id: name.to_string(),
            is_service: kind == Kind::Service,
            started_at_ms: millis(started),
            ended_at_ms: ended.map(millis),
            code,
            signal,
            work: TreeRecord::of(work, &Places::default()),
            missed_bytes,
            wrappers: named.wrappers.map(|wrappers| WrappersRecord {
                peak_bytes: peak_bytes(&wrappers),
                seen: whole(wrappers.seen),
            }),
            total_peak_bytes,
            pids: named.pids,
        }
    }
}

impl From<StageRecord> for FoundStage {
    fn from(StageRecord { name, course }: StageRecord) -> Self {
        Self {
            name,
            peak_bytes: course.peak_bytes.map(whole),
            first_seen_ms: millis(course.first_seen),
            last_seen_ms: millis(course.last_seen),
            duration_ms: millis(course.duration),
        }
    }
}

impl From<NamedState> for FoundTaskState {
    fn from(state: NamedState) -> Self {
        let finding = state.finding;
        let (code, signal) = code_and_signal(finding.exit);
        Self {
            source: finding.source.to_string(),
            id: finding.name.to_string(),
            is_service: finding.kind == Kind::Service,
            started_at_ms: millis(finding.started),
            ended_at_ms: finding.ended.map(millis),
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
