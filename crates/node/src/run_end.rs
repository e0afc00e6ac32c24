//! The end of a run, as a plain JavaScript value.

use memtop_proc::KillFailure;
use memtop_proc::native::BootTime;
use memtop_spawn::{End, GroupRecord, GuardRecord, OutOfMemory, Outcome, Reason, Scope, Stopped};
use napi_derive::napi;

use crate::alarm::AlarmRecord;
use crate::found::{FoundRecord, tree_and_found};
use crate::found_task_index::FoundTaskIndex;
use crate::process_identity::ProcessIdentity;
use crate::record::{LivingProcessRecord, SamplingRecord, TreeRecord, millis, whole};
use crate::tracking::TrackingRecord;

/// The accounting of the control group of a run.
#[napi(object, object_from_js = false)]
pub struct GroupEnd {
    pub version: u32,
    pub path: String,
    pub peak_bytes: Option<i64>,
    /// Anonymous memory at the highest reading.
    pub anon_bytes: Option<i64>,
    /// Page cache at the same reading.
    pub file_bytes: Option<i64>,
    /// Kernel memory at the same reading, if the kernel accounts for it.
    pub kernel_bytes: Option<i64>,
    pub oom_kills: Option<i64>,
    pub escaped: i64,
}

/// The end of a run. Either `code` or `signal` is set.
#[napi(object, object_from_js = false)]
pub struct RunEnd {
    pub code: Option<i32>,
    /// The number of the signal that ended the command.
    pub signal: Option<i32>,
    pub duration_ms: f64,
    pub tree: Option<TreeRecord>,
    pub found: Option<FoundRecord>,
    pub sampling: Option<SamplingRecord>,
    /// Why `tree` and `sampling` are absent.
    pub unmeasured_because: Option<String>,
    /// The peak of a single process according to the kernel, if that exceeds all samples.
    pub missed_bytes: Option<i64>,
    /// An upper bound of the true peak.
    pub ceiling_bytes: Option<i64>,
    pub group: Option<GroupEnd>,
    /// Why `group` is absent.
    pub no_group_because: Option<String>,
    /// How its processes were followed.
    pub tracking: TrackingRecord,
    /// Processes that outlived the command.
    pub survivors: Vec<LivingProcessRecord>,
    /// How the run was guarded.
    pub guard: Option<GuardEnd>,
    pub out_of_memory: Option<OutOfMemoryEnd>,
    /// The process of the command.
    pub process: Option<ProcessIdentity>,
    /// Why memtop killed the run, if so.
    pub stopped: Option<StoppedEnd>,
    /// The number of output pieces passed to the reader, which may receive them after the end.
    pub pieces: i64,
    pub remarks: Vec<String>,
}

/// How a run was guarded.
#[napi(object, object_from_js = false)]
pub struct GuardEnd {
    pub warned: bool,
    pub warn_bytes: Option<i64>,
    pub limit_bytes: Option<i64>,
    /// The alarm that the run was killed for.
    pub alarm: Option<AlarmRecord>,
}

/// How memory ran out.
#[napi(object, object_from_js = false)]
pub struct OutOfMemoryEnd {
    #[napi(ts_type = "'kernel' | 'heap'")]
    pub kind: String,
    #[napi(ts_type = "'group' | 'machine' | 'enclosing-group' | 'v8'")]
    pub by: String,
    pub group: Option<String>,
    pub limit_bytes: Option<i64>,
    pub heap_limit_bytes: Option<i64>,
    pub victim: Option<VictimRecord>,
    pub is_exact: bool,
}

/// A process that was killed because memory ran out.
#[napi(object, object_from_js = false)]
pub struct VictimRecord {
    pub pid: u32,
    pub name: String,
    pub command: Vec<String>,
    pub bytes: Option<i64>,
}

/// How memtop killed a run.
#[napi(object, object_from_js = false)]
pub struct StoppedEnd {
    #[napi(ts_type = "'timeout' | 'request' | 'guard'")]
    pub reason: String,
    /// How many processes were killed.
    pub ended: i64,
    pub failed: Vec<UnkilledProcess>,
    pub took_ms: f64,
}

/// A process that could not be killed.
#[napi(object, object_from_js = false)]
pub struct UnkilledProcess {
    pub pid: u32,
    pub reason: String,
}

impl RunEnd {
    /// `boot` is read at the start of the run: the wall clock may be set later.
    pub(crate) fn of(outcome: Outcome, boot: Option<BootTime>) -> Self {
        let (code, signal) = match outcome.end {
            Some(End::Exited(code)) => (Some(code), None),
            Some(End::Signaled(signal)) => (None, Some(signal)),
            None => (None, None),
        };
        let (sampling, tree, unmeasured_because) = match outcome.record {
            Ok(record) => (Some((&record).into()), Some(tree_and_found(record)), None),
            Err(reason) => (None, None, Some(reason)),
        };
        let (tree, found) = tree.unzip();
        let (group, no_group_because) = match outcome.group {
            Ok(group) => (Some(group.into()), None),
            Err(reason) => (None, Some(reason)),
        };
        Self {
            missed_bytes: outcome.missed_bytes.map(whole),
            ceiling_bytes: outcome.ceiling_bytes.ok().map(whole),
            group,
            no_group_because,
            tracking: outcome.tracking.into(),
            survivors: outcome
                .survivors
                .iter()
                .map(|survivor| LivingProcessRecord::of(survivor, &FoundTaskIndex::default()))
                .collect(),
            guard: outcome.guard.map(Into::into),
            out_of_memory: outcome.out_of_memory.map(Into::into),
            process: outcome
                .process
                .map(|process| ProcessIdentity::of(process, boot)),
            stopped: outcome.stopped.map(Into::into),
            code,
            signal,
            duration_ms: millis(outcome.duration),
            tree,
            found,
            sampling,
            unmeasured_because,
            pieces: 0,
            remarks: outcome.remarks,
        }
    }
}

impl From<GuardRecord> for GuardEnd {
    fn from(guard: GuardRecord) -> Self {
        Self {
            warned: guard.warned,
            warn_bytes: guard.thresholds.warn_bytes.map(whole),
            limit_bytes: guard.thresholds.limit_bytes.map(whole),
            alarm: guard.alarm.as_ref().map(Into::into),
        }
    }
}

impl From<GroupRecord> for GroupEnd {
    fn from(group: GroupRecord) -> Self {
        Self {
            version: group.version,
            path: group.path.to_string_lossy().into_owned(),
            peak_bytes: group.peak_bytes.map(whole),
            anon_bytes: group.at_highest_look.map(|look| whole(look.anon)),
            file_bytes: group.at_highest_look.map(|look| whole(look.file)),
            kernel_bytes: group
                .at_highest_look
                .and_then(|look| look.kernel)
                .map(whole),
            oom_kills: group.oom_kills.map(whole),
            escaped: whole(group.escaped),
        }
    }
}

impl From<Stopped> for StoppedEnd {
    fn from(stopped: Stopped) -> Self {
        let failed = stopped.failed.into_iter();
        Self {
            reason: match stopped.reason {
                Reason::Timeout => "timeout",
                Reason::Request => "request",
                Reason::Guard => "guard",
            }
            .to_owned(),
            ended: whole(stopped.ended),
            failed: failed
                .map(|KillFailure { pid, reason }| UnkilledProcess { pid, reason })
                .collect(),
            took_ms: millis(stopped.took),
        }
    }
}

impl From<OutOfMemory> for OutOfMemoryEnd {
    fn from(oom: OutOfMemory) -> Self {
        let (kind, by, group, limit, heap_limit) = match oom.scope {
            Scope::Group {
                is_own,
                path,
                limit_bytes,
            } => {
                let by = if is_own { "group" } else { "enclosing-group" };
                let path = path.to_string_lossy().into_owned();
                ("kernel", by, Some(path), limit_bytes, None)
            }
            Scope::Machine => ("kernel", "machine", None, None, None),
            Scope::Heap { limit_bytes } => ("heap", "v8", None, None, Some(limit_bytes)),
        };
        Self {
            kind: kind.to_owned(),
            by: by.to_owned(),
            group,
            limit_bytes: limit.map(whole),
            heap_limit_bytes: heap_limit.map(whole),
            victim: oom.victim.map(|victim| VictimRecord {
                pid: victim.pid,
                name: victim.name,
                command: victim.command,
                bytes: victim.bytes.map(whole),
            }),
            is_exact: oom.is_exact,
        }
    }
}
