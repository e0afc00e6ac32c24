//! The history of runs, as a JavaScript class.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use memtop_proc::native::{BootTime, NativeInspector, ProcRoot};
use memtop_proc::{Inspector, KillOptions, ProcessTable, kill_each, lock};
use memtop_store::{
    AliveRun, MembersError, NewRun, PidScope, Pruning, RunFilter as StoreFilter, State, Store,
};
use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi_derive::napi;

use crate::error::{self, Code, Result};
use crate::inspector::{InspectedProcess, KillRecord, NativeKillOptions, grace, inspected};
use crate::process_identity::ProcessIdentity;
use crate::query::Query;
use crate::record::whole;
use crate::recorder::{RecordEnd, RecordStart};
use crate::stored_timeline::StoredTimelineRecord;

/// A filter of runs. Absent conditions match all runs.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct RunFilter {
    pub id: Option<String>,
    pub id_begins: Option<String>,
    pub label: Option<String>,
    /// Runs started at or after this time.
    pub since: Option<String>,
    #[napi(ts_type = "'running' | 'ended' | 'interrupted'")]
    pub state: Option<String>,
    /// Only this many of the latest runs.
    pub latest: Option<u32>,
}

/// Runs with the same label, or without label and with the same command.
#[napi(object, object_from_js = false)]
pub struct RunGroup {
    pub label: Option<String>,
    /// A JSON list, if they have no label.
    pub command: Option<String>,
    pub runs: i64,
    /// The peaks of the latest ended runs, oldest first; null for a run that was not measured.
    /// Leaves out peaks in another metric than the latest one.
    pub peaks: Vec<Option<i64>>,
    pub metric: Option<String>,
    /// The metrics of the peaks that are left out.
    pub other_metrics: Vec<String>,
}

/// A run that is running, with its living processes.
#[napi(object, object_from_js = false)]
pub struct AliveRunRow {
    pub id: String,
    pub tree: Vec<InspectedProcess>,
}

/// A run that is running on this system.
#[napi(object, object_from_js = false)]
pub struct RunningHere {
    pub id: String,
    /// The process of the command.
    pub process: Option<ProcessIdentity>,
    /// The memtop that records it.
    pub memtop: Option<ProcessIdentity>,
}

/// Which runs to remove.
#[napi(object, object_to_js = false)]
pub struct PruneOptions {
    pub before: Option<String>,
    pub keep: Option<u32>,
    pub most_bytes: Option<i64>,
}

/// The outcome of removing runs.
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

/// A store.
#[napi]
pub struct NativeStore {
    path: PathBuf,
    /// `None` once it is closed. Queries on other threads share it.
    store: Mutex<Option<Arc<Mutex<Store>>>>,
}

#[napi]
impl NativeStore {
    /// Opens a store. Returns null if it does not exist.
    ///
    /// # Errors
    /// If it cannot be used.
    // Node-API passes an owned string.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    pub fn open_existing(file: String) -> Result<Option<NativeStore>> {
        let store = Store::open_existing(Path::new(&file)).map_err(|error| of_store(&error))?;
        Ok(store.map(Self::of))
    }

    /// Opens a store, and creates it if it does not exist.
    ///
    /// # Errors
    /// If it cannot be used.
    #[allow(clippy::needless_pass_by_value)]
    #[napi(factory)]
    pub fn open(file: String) -> Result<Self> {
        let store = Store::open(Path::new(&file)).map_err(|error| of_store(&error))?;
        Ok(Self::of(store))
    }

    fn of(store: Store) -> Self {
        Self {
            path: store.path().to_owned(),
            store: Mutex::new(Some(Arc::new(Mutex::new(store)))),
        }
    }

    /// Closes the file, as soon as queries on other threads have ended. Safe to call again.
    #[napi]
    pub fn close(&self) {
        *lock(&self.store) = None;
    }

    /// The matching runs as a JSON list, oldest first. Marks runs whose memtop is gone as
    /// interrupted before.
    ///
    /// # Errors
    /// If the store cannot be read.
    #[napi]
    pub fn runs(&self, filter: RunFilter) -> Result<String> {
        let filter = checked(filter)?;
        self.with(|store| {
            mark_interrupted(store)?;
            store.runs_json(&filter).map_err(|error| of_store(&error))
        })
    }

    /// The runs that are recorded as running, of this boot of this machine. Their processes may
    /// have ended.
    ///
    /// # Errors
    /// If the store cannot be read.
    #[napi]
    pub fn running_here(&self) -> Result<Vec<RunningHere>> {
        let filter = StoreFilter {
            state: Some(State::Running),
            ..StoreFilter::default()
        };
        let running = self.with(|store| store.runs(&filter).map_err(|error| of_store(&error)))?;
        let (here, boot) = (here(), BootTime::read());
        let identity = |process| ProcessIdentity::of(process, boot);
        Ok(running
            .into_iter()
            .filter(|run| here.boot_id.is_some() && run.pid_scope == here)
            .map(|run| RunningHere {
                id: run.id,
                process: run.process.map(identity),
                memtop: run.memtop.map(identity),
            })
            .collect())
    }

    /// The matching runs by label or command, each with this many of its latest peaks.
    ///
    /// # Errors
    /// If the store cannot be read.
    #[napi]
    pub fn groups(&self, filter: RunFilter, peaks: u32) -> Result<Vec<RunGroup>> {
        let filter = checked(filter)?;
        let groups = self.with(|store| {
            let groups = store.groups(&filter, peaks as usize);
            groups.map_err(|error| of_store(&error))
        })?;
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

    /// The result of a run as JSON.
    ///
    /// # Errors
    /// If the store cannot be read.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    pub fn result(&self, id: String) -> Result<Option<String>> {
        self.with(|store| store.result(&id).map_err(|error| of_store(&error)))
    }

    /// The memory of a run over time, as far as it was recorded.
    ///
    /// # Errors
    /// If the store cannot be read.
    #[allow(clippy::needless_pass_by_value)]
    #[napi]
    pub fn timeline(&self, id: String) -> Result<StoredTimelineRecord> {
        let timeline = self.with(|store| store.timeline(&id).map_err(|error| of_store(&error)));
        timeline.map(Into::into)
    }

    /// Adds a run from another store. Without an end it is marked as interrupted. Returns false if
    /// there is already a run with its id.
    ///
    /// # Errors
    /// If the store cannot be written.
    #[napi]
    pub fn import_run(
        &self,
        start: RecordStart,
        end: Option<RecordEnd>,
        timeline: StoredTimelineRecord,
    ) -> Result<bool> {
        let (start, end): (NewRun, _) = (start.into(), end.map(Into::into));
        let (end, timeline) = (end.as_ref(), timeline.into());
        self.with(|store| {
            let added = store.import(&start, end, &timeline);
            added.map_err(|error| of_store(&error))
        })
    }

    /// Removes runs.
    ///
    /// # Errors
    /// If the store cannot be written.
    #[napi]
    pub fn prune(&self, options: PruneOptions) -> Result<PruneRecord> {
        let pruning = Pruning {
            before: options.before,
            keep: options.keep,
            most_bytes: options
                .most_bytes
                .map(|bytes| u64::try_from(bytes).unwrap_or(0)),
        };
        let pruned = self.with(|store| {
            mark_interrupted(store)?;
            store.prune(&pruning).map_err(|error| of_store(&error))
        })?;
        Ok(PruneRecord {
            removed: whole(pruned.removed),
            left: whole(pruned.left),
            bytes_before: whole(pruned.bytes_before),
            bytes_after: whole(pruned.bytes_after),
        })
    }

    /// The runs that are running, oldest first, each with its living processes.
    ///
    /// # Errors
    /// If the store is closed.
    #[napi(ts_return_type = "Promise<Array<AliveRunRow>>")]
    pub fn alive(&self) -> Result<AsyncTask<Query<Vec<AliveRunRow>>>> {
        self.ask(|store| {
            let alive = store.alive(&here(), &living)?;
            Ok(alive.into_iter().map(Into::into).collect())
        })
    }

    /// Kills all processes of a run.
    ///
    /// # Errors
    /// If the grace is not a valid duration, or the store is closed.
    #[napi(ts_return_type = "Promise<KillRecord>")]
    pub fn kill(
        &self,
        id: String,
        options: NativeKillOptions,
    ) -> Result<AsyncTask<Query<KillRecord>>> {
        let options = KillOptions {
            force: options.force,
            grace: grace(options.grace_ms)?,
            started: None,
        };
        self.ask(move |store| {
            let members = store.members(&id, &here(), &living)?;
            Ok(kill_each(&inspector()?, &members, &options)?.into())
        })
    }

    fn ask<T>(
        &self,
        ask: impl FnOnce(&Store) -> std::result::Result<T, Failure> + Send + 'static,
    ) -> Result<AsyncTask<Query<T>>>
    where
        T: ToNapiValue + TypeName + Send + 'static,
    {
        let store = self.opened()?;
        let answer = move || ask(&lock(&store)).map_err(Into::into);
        Ok(Query::ask(answer))
    }

    fn with<T>(&self, ask: impl FnOnce(&mut Store) -> Result<T>) -> Result<T> {
        // After a panic SQLite rolls back the open transaction.
        ask(&mut lock(&*self.opened()?))
    }

    fn opened(&self) -> Result<Arc<Mutex<Store>>> {
        lock(&self.store).clone().ok_or_else(|| {
            let path = self.path.display();
            Code::StoreClosed.error(format!("the store {path} is closed"))
        })
    }
}

fn mark_interrupted(store: &Store) -> Result<()> {
    let marked = store.mark_interrupted(&here(), &living);
    marked.map(drop).map_err(Into::into)
}

fn here() -> PidScope {
    PidScope::at(Path::new("/proc"))
}

fn inspector() -> std::result::Result<NativeInspector, Failure> {
    Ok(NativeInspector::new(ProcRoot::system()?))
}

fn living() -> std::result::Result<ProcessTable, Failure> {
    Ok(ProcessTable::without_zombies(inspector()?.list()?))
}

/// Why a query failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Store(#[from] memtop_store::Error),
    #[error(transparent)]
    Process(#[from] memtop_proc::Error),
    #[error(transparent)]
    Members(#[from] MembersError),
}

impl From<Failure> for napi::Error<Code> {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) | Failure::Members(MembersError::Store(error)) => {
                of_store(&error)
            }
            Failure::Process(error) => error::of_proc(&error),
            Failure::Members(error) => Code::ProcessNotFound.error(error),
        }
    }
}

fn of_store(error: &memtop_store::Error) -> napi::Error<Code> {
    Code::System.error(error)
}

fn checked(filter: RunFilter) -> Result<StoreFilter> {
    let state = match filter.state.as_deref() {
        None => None,
        Some("running") => Some(State::Running),
        Some("ended") => Some(State::Ended),
        Some("interrupted") => Some(State::Interrupted),
        Some(other) => return Err(Code::InvalidOption.error(format!("unknown state: {other}"))),
    };
    Ok(StoreFilter {
        id: filter.id,
        id_begins: filter.id_begins,
        label: filter.label,
        since: filter.since,
        state,
        latest: filter.latest,
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
