//! The history of runs, as JavaScript holds it.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use memtop_proc::native::{NativeInspector, ProcRoot};
use memtop_proc::{Inspector, KillOptions, ProcessId, ProcessTable, kill_each, lock};
use memtop_store::{
    AliveRun, Course, Here, NewRun, NoMembers, ProcessCourse, Pruning, Question as StoreQuestion,
    State, Store,
};
use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi_derive::napi;

use crate::error::{self, Code, Result};
use crate::inspector::{InspectedProcess, KillRecord, NativeKillOptions, grace, inspected};
use crate::question::Question;
use crate::record::whole;
use crate::recorder::{RecordEnd, RecordStart};

/// Which runs are meant. What is absent lets all through.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct RunQuestion {
    pub id: Option<String>,
    pub id_begins: Option<String>,
    pub label: Option<String>,
    /// Runs that were started then or later.
    pub since: Option<String>,
    #[napi(ts_type = "'running' | 'ended' | 'interrupted'")]
    pub state: Option<String>,
    /// Only so many, the latest.
    pub latest: Option<u32>,
}

/// Runs of one label, or of one command without a label.
#[napi(object, object_from_js = false)]
pub struct RunGroup {
    pub label: Option<String>,
    /// A list in JSON, where they have no label.
    pub command: Option<String>,
    pub runs: i64,
    /// Of the latest that have ended, oldest first; null for one that was not measured. Only those
    /// in the metric of the latest one.
    pub peaks: Vec<Option<i64>>,
    pub metric: Option<String>,
    /// What those of the latest were measured in that are left out.
    pub other_metrics: Vec<String>,
}

/// A run that is running, with its living processes.
#[napi(object, object_from_js = false)]
pub struct AliveRunRow {
    pub id: String,
    pub tree: Vec<InspectedProcess>,
}

/// The course of a run's memory. Each point is milliseconds from the start, and bytes.
#[napi(object)]
pub struct CourseRecord {
    pub sums: Vec<Vec<i64>>,
    pub processes: Vec<ProcessCourseRecord>,
}

/// The course of one process; 0 bytes once it is gone.
#[napi(object)]
pub struct ProcessCourseRecord {
    pub pid: u32,
    pub start_ticks: i64,
    pub name: String,
    pub points: Vec<Vec<i64>>,
}

/// What is to go.
#[napi(object, object_to_js = false)]
pub struct PruneOptions {
    pub before: Option<String>,
    pub keep: Option<u32>,
    pub most_bytes: Option<i64>,
}

/// What has gone.
#[napi(object, object_from_js = false)]
pub struct PruneRecord {
    pub removed: i64,
    pub left: i64,
    pub bytes_before: i64,
    pub bytes_after: i64,
}

/// The schema of a store, in SQL with comments.
#[napi]
#[must_use]
pub fn store_schema() -> &'static str {
    memtop_store::SCHEMA
}

/// An open store.
#[napi]
pub struct NativeStore {
    store: Arc<Mutex<Store>>,
}

#[napi]
impl NativeStore {
    /// Opens a store; nothing when there is none.
    ///
    /// # Errors
    /// When it cannot be used.
    // Node-API makes a text of its own for each call.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    pub fn open_existing(file: String) -> Result<Option<NativeStore>> {
        let store = Store::open_existing(Path::new(&file)).map_err(|error| of_store(&error))?;
        Ok(store.map(Self::of))
    }

    /// Opens a store, and makes it where there is none.
    ///
    /// # Errors
    /// When it cannot be used.
    #[allow(clippy::needless_pass_by_value)]
    #[napi(factory)]
    pub fn open(file: String) -> Result<Self> {
        let store = Store::open(Path::new(&file)).map_err(|error| of_store(&error))?;
        Ok(Self::of(store))
    }

    fn of(store: Store) -> Self {
        Self {
            store: Arc::new(Mutex::new(store)),
        }
    }

    /// The runs that are meant as a list in JSON, oldest first, once those are marked whose memtop is
    /// no more.
    ///
    /// # Errors
    /// When the store cannot be read.
    #[napi]
    pub fn runs(&self, question: RunQuestion) -> Result<String> {
        let store = locked(&self.store);
        settle(&store)?;
        let question = asked(question)?;
        store.runs_json(&question).map_err(|error| of_store(&error))
    }

    /// What was run, each label or command with so many of its latest peaks.
    ///
    /// # Errors
    /// When the store cannot be read.
    #[napi]
    pub fn groups(&self, question: RunQuestion, peaks: u32) -> Result<Vec<RunGroup>> {
        let question = asked(question)?;
        let groups = locked(&self.store).groups(&question, peaks as usize);
        let groups = groups.map_err(|error| of_store(&error))?;
        Ok(groups
            .into_iter()
            .map(|group| RunGroup {
                label: group.label,
                command: group.command,
                runs: whole(group.runs),
                peaks: group.peaks.into(),
                metric: group.metric,
                other_metrics: group.other_metrics.into_iter().collect(),
            })
            .collect())
    }

    /// The result of a run in JSON.
    ///
    /// # Errors
    /// When the store cannot be read.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    pub fn result(&self, id: String) -> Result<Option<String>> {
        locked(&self.store)
            .result(&id)
            .map_err(|error| of_store(&error))
    }

    /// The course of a run, as far as it was recorded.
    ///
    /// # Errors
    /// When the store cannot be read.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    pub fn course(&self, id: String) -> Result<CourseRecord> {
        let course = locked(&self.store).course(&id);
        course.map(Into::into).map_err(|error| of_store(&error))
    }

    /// Adds a run of another store; false when there is one of its id already. Without an end it is
    /// one that was interrupted.
    ///
    /// # Errors
    /// When the store cannot be written.
    #[napi]
    pub fn import_run(
        &self,
        start: RecordStart,
        end: Option<RecordEnd>,
        course: CourseRecord,
    ) -> Result<bool> {
        let (start, end): (NewRun, _) = (start.into(), end.map(Into::into));
        locked(&self.store)
            .import(&start, end.as_ref(), &course.into())
            .map_err(|error| of_store(&error))
    }

    /// Removes runs.
    ///
    /// # Errors
    /// When the store cannot be written.
    #[napi]
    pub fn prune(&self, options: PruneOptions) -> Result<PruneRecord> {
        let store = locked(&self.store);
        settle(&store)?;
        let pruned = store
            .prune(&Pruning {
                before: options.before,
                keep: options.keep,
                most_bytes: options
                    .most_bytes
                    .map(|bytes| u64::try_from(bytes).unwrap_or(0)),
            })
            .map_err(|error| of_store(&error))?;
        Ok(PruneRecord {
            removed: whole(pruned.removed),
            left: whole(pruned.left),
            bytes_before: whole(pruned.bytes_before),
            bytes_after: whole(pruned.bytes_after),
        })
    }

    /// The runs that are running, oldest first, each with its living processes.
    #[napi(ts_return_type = "Promise<Array<AliveRunRow>>")]
    #[must_use]
    pub fn alive(&self) -> AsyncTask<Question<Vec<AliveRunRow>>> {
        self.ask(|store| {
            let alive = store.alive(&here(), &living)?;
            Ok(alive.into_iter().map(Into::into).collect())
        })
    }

    /// Ends all processes of a run.
    ///
    /// # Errors
    /// When the grace is no length of time.
    #[napi(ts_return_type = "Promise<KillRecord>")]
    pub fn kill(
        &self,
        id: String,
        options: NativeKillOptions,
    ) -> Result<AsyncTask<Question<KillRecord>>> {
        let options = KillOptions {
            force: options.force,
            grace: grace(options.grace_ms)?,
            started: None,
        };
        Ok(self.ask(move |store| {
            let members = store.members(&id, &here(), &living)?;
            Ok(kill_each(&inspector()?, &members, &options)?.into())
        }))
    }

    fn ask<T>(
        &self,
        ask: impl FnOnce(&Store) -> std::result::Result<T, Failure> + Send + 'static,
    ) -> AsyncTask<Question<T>>
    where
        T: ToNapiValue + TypeName + Send + 'static,
    {
        let store = Arc::clone(&self.store);
        Question::ask(move || ask(&locked(&store)).map_err(Into::into))
    }
}

fn locked(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    // What SQLite has begun and not ended it takes back.
    lock(store)
}

fn settle(store: &Store) -> Result<()> {
    let settled = store.mark_interrupted(&here(), &living);
    settled.map(drop).map_err(Into::into)
}

fn here() -> Here {
    Here::at(Path::new("/proc"))
}

fn inspector() -> std::result::Result<NativeInspector, Failure> {
    Ok(NativeInspector::new(ProcRoot::system()?))
}

fn living() -> std::result::Result<ProcessTable, Failure> {
    Ok(ProcessTable::without_zombies(inspector()?.list()?))
}

/// Why a question to the store has no answer.
enum Failure {
    Store(memtop_store::Error),
    Process(memtop_proc::Error),
    Members(NoMembers),
}

impl From<memtop_store::Error> for Failure {
    fn from(error: memtop_store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<memtop_proc::Error> for Failure {
    fn from(error: memtop_proc::Error) -> Self {
        Self::Process(error)
    }
}

impl From<NoMembers> for Failure {
    fn from(error: NoMembers) -> Self {
        match error {
            NoMembers::Store(error) => Self::Store(error),
            other => Self::Members(other),
        }
    }
}

impl From<Failure> for napi::Error<Code> {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => of_store(&error),
            Failure::Process(error) => error::of_proc(&error),
            Failure::Members(error) => Code::ProcessNotFound.error(error),
        }
    }
}

fn of_store(error: &memtop_store::Error) -> napi::Error<Code> {
    Code::System.error(error)
}

fn asked(question: RunQuestion) -> Result<StoreQuestion> {
    let state = match question.state.as_deref() {
        None => None,
        Some("running") => Some(State::Running),
        Some("ended") => Some(State::Ended),
        Some("interrupted") => Some(State::Interrupted),
        Some(other) => return Err(Code::InvalidOption.error(format!("{other} is no state"))),
    };
    Ok(StoreQuestion {
        id: question.id,
        id_begins: question.id_begins,
        label: question.label,
        since: question.since,
        state,
        latest: question.latest,
    })
}

impl From<AliveRun> for AliveRunRow {
    fn from(alive: AliveRun) -> Self {
        Self {
            id: alive.run.id,
            tree: inspected(alive.tree),
        }
    }
}

impl From<Course> for CourseRecord {
    fn from(course: Course) -> Self {
        let processes = course.processes.into_iter();
        Self {
            sums: pairs(&course.sums),
            processes: processes
                .map(|process| ProcessCourseRecord {
                    pid: process.id.pid,
                    start_ticks: whole(process.id.started),
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
                        started: process.start_ticks.cast_unsigned(),
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
