//! What can be measured on this machine, as a plain JavaScript value.

use memtop_proc::Error;
use memtop_proc::native::cgroup::{Cgroups, GroupFeatures, Limit, RunCgroupError};
use memtop_proc::native::survey::{
    GroupSurvey, OwnGroup, ProcessSurvey, PssSupport, TracingSurvey, open_files, page_bytes,
};
use memtop_proc::native::{Meminfo, Pressure, ProcRoot};
use memtop_spawn::probe_kernel_events;
use napi_derive::napi;

use crate::record::whole;

/// The findings of the survey. Absent ones could not be determined.
#[napi(object, object_from_js = false)]
pub struct SurveyRecord {
    pub page_bytes: i64,
    /// Absent if unlimited.
    pub open_files: Option<i64>,
    /// Why all of the following are absent.
    pub proc_problem: Option<String>,
    pub processes: Option<ProcessSurveyRecord>,
    pub tracing: Option<TracingSurveyRecord>,
    pub kernel_events: KernelEventsRecord,
    pub memory: Option<MemoryRecord>,
    pub pressure: Option<PressureRecord>,
    pub group: Option<OwnGroupRecord>,
    /// Why `group` is absent.
    pub group_problem: Option<String>,
    pub run_group: Option<GroupFeaturesRecord>,
    /// Why `run_group` is absent.
    pub run_group_problem: Option<ProblemRecord>,
}

/// What the process table shows.
#[napi(object, object_from_js = false)]
pub struct ProcessSurveyRecord {
    pub visible: i64,
    pub unreadable: i64,
    pub hidepid: Option<String>,
    /// readable, denied, absent or not-tried.
    pub own_pss: String,
    pub others_pss: String,
}

/// Whether the kernel reports which processes start and end.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct KernelEventsRecord {
    /// Why it does not.
    pub refused: Option<String>,
    /// Why it does not report the high-water marks of processes that have ended.
    pub without_high_water: Option<String>,
}

/// What affects tracing by this process.
#[napi(object, object_from_js = false)]
pub struct TracingSurveyRecord {
    pub refused: Option<String>,
    pub is_superuser: bool,
    pub has_capability: Option<bool>,
    pub has_no_new_privileges: bool,
    pub yama_scope: Option<u32>,
    pub seccomp_mode: Option<u32>,
}

/// The machine's memory.
// The names carry the unit.
#[allow(clippy::struct_field_names)]
#[napi(object, object_from_js = false)]
pub struct MemoryRecord {
    pub total_bytes: i64,
    pub available_bytes: i64,
    pub swap_total_bytes: i64,
    pub swap_free_bytes: i64,
}

/// The memory stall time of the last ten seconds, in percent.
#[napi(object, object_from_js = false)]
pub struct PressureRecord {
    pub some_avg10: f64,
    pub full_avg10: f64,
}

/// The group that this process is in.
#[napi(object, object_from_js = false)]
pub struct OwnGroupRecord {
    pub version: u32,
    pub path: String,
    pub directory: String,
    pub max: Option<LimitRecord>,
    pub high: Option<LimitRecord>,
    pub swap_max: Option<LimitRecord>,
    pub features: GroupFeaturesRecord,
    pub pressure: Option<PressureRecord>,
}

/// A limit and the directory of the group that sets it.
#[napi(object, object_from_js = false)]
pub struct LimitRecord {
    pub bytes: i64,
    pub group: String,
}

/// The features of a group.
#[napi(object, object_from_js = false)]
pub struct GroupFeaturesRecord {
    pub peak: bool,
    pub peak_since: bool,
    pub kill: bool,
}

/// A problem and its remedy.
#[napi(object, object_from_js = false)]
pub struct ProblemRecord {
    pub reason: String,
    pub remedy: Option<String>,
}

/// Finds what can be measured on this machine. Creates a control group and removes it again.
#[napi]
#[must_use]
pub fn survey() -> SurveyRecord {
    let nothing = SurveyRecord {
        page_bytes: whole(page_bytes()),
        open_files: open_files().map(whole),
        proc_problem: None,
        processes: None,
        tracing: None,
        kernel_events: kernel_events(),
        memory: None,
        pressure: None,
        group: None,
        group_problem: None,
        run_group: None,
        run_group_problem: None,
    };
    match of_proc() {
        Ok(answers) => SurveyRecord {
            page_bytes: nothing.page_bytes,
            open_files: nothing.open_files,
            kernel_events: nothing.kernel_events,
            ..answers
        },
        Err(error) => SurveyRecord {
            proc_problem: Some(error.to_string()),
            ..nothing
        },
    }
}

fn kernel_events() -> KernelEventsRecord {
    match probe_kernel_events() {
        Ok(without_high_water) => KernelEventsRecord {
            refused: None,
            without_high_water,
        },
        Err(reason) => KernelEventsRecord {
            refused: Some(reason),
            without_high_water: None,
        },
    }
}

fn of_proc() -> Result<SurveyRecord, Error> {
    let root = ProcRoot::system()?;
    root.require_own_namespace()?;
    let groups = GroupSurvey::take(&Cgroups::system()?);
    let (group, group_problem) = sides(groups.own);
    let (run_group, run_group_problem) = sides(groups.run);
    Ok(SurveyRecord {
        page_bytes: 0,
        open_files: None,
        proc_problem: None,
        processes: Some(ProcessSurvey::take(&root)?.into()),
        tracing: Some(TracingSurvey::take(&root).into()),
        kernel_events: KernelEventsRecord::default(),
        memory: Meminfo::read(&root).ok().map(MemoryRecord::from),
        pressure: Pressure::of_machine(&root).map(PressureRecord::from),
        group: group.map(OwnGroupRecord::from),
        group_problem: group_problem.map(|problem| problem.to_string()),
        run_group: run_group.map(GroupFeaturesRecord::from),
        run_group_problem: run_group_problem.map(ProblemRecord::from),
    })
}

fn sides<T, E>(result: Result<T, E>) -> (Option<T>, Option<E>) {
    match result {
        Ok(value) => (Some(value), None),
        Err(error) => (None, Some(error)),
    }
}

impl From<ProcessSurvey> for ProcessSurveyRecord {
    fn from(survey: ProcessSurvey) -> Self {
        Self {
            visible: whole(survey.visible),
            unreadable: whole(survey.unreadable),
            hidepid: survey.hidepid,
            own_pss: word(&survey.own_pss),
            others_pss: word(&survey.others_pss),
        }
    }
}

fn word(answer: &PssSupport) -> String {
    match answer {
        PssSupport::NotTried => "not-tried",
        PssSupport::Readable => "readable",
        PssSupport::Denied => "denied",
        PssSupport::Absent => "absent",
    }
    .to_owned()
}

impl From<TracingSurvey> for TracingSurveyRecord {
    fn from(survey: TracingSurvey) -> Self {
        Self {
            refused: survey.refused,
            is_superuser: survey.is_superuser,
            has_capability: survey.has_capability,
            has_no_new_privileges: survey.has_no_new_privileges,
            yama_scope: survey.yama_scope,
            seccomp_mode: survey.seccomp_mode,
        }
    }
}

impl From<Meminfo> for MemoryRecord {
    fn from(memory: Meminfo) -> Self {
        Self {
            total_bytes: whole(memory.total_bytes),
            available_bytes: whole(memory.available_bytes),
            swap_total_bytes: whole(memory.swap_total_bytes),
            swap_free_bytes: whole(memory.swap_free_bytes),
        }
    }
}

impl From<Pressure> for PressureRecord {
    fn from(pressure: Pressure) -> Self {
        Self {
            some_avg10: pressure.some.avg10,
            full_avg10: pressure.full.avg10,
        }
    }
}

impl From<OwnGroup> for OwnGroupRecord {
    fn from(own: OwnGroup) -> Self {
        Self {
            version: own.cgroup.version().number(),
            path: own.cgroup.path().display().to_string(),
            directory: own.cgroup.directory().display().to_string(),
            max: own.limits.max.map(LimitRecord::from),
            high: own.limits.high.map(LimitRecord::from),
            swap_max: own.limits.swap_max.map(LimitRecord::from),
            features: own.features.into(),
            pressure: own.pressure.map(PressureRecord::from),
        }
    }
}

impl From<Limit> for LimitRecord {
    fn from(limit: Limit) -> Self {
        Self {
            bytes: whole(limit.bytes),
            group: limit.group.display().to_string(),
        }
    }
}

impl From<GroupFeatures> for GroupFeaturesRecord {
    fn from(features: GroupFeatures) -> Self {
        Self {
            peak: features.peak,
            peak_since: features.peak_since,
            kill: features.kill,
        }
    }
}

impl From<RunCgroupError> for ProblemRecord {
    fn from(problem: RunCgroupError) -> Self {
        Self {
            reason: problem.to_string(),
            remedy: problem.remedy().map(str::to_owned),
        }
    }
}
