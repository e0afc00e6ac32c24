//! The inspector of the process table, as a JavaScript class.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use memtop_proc::native::{NativeInspector as SystemInspector, ProcRoot};
use memtop_proc::{
    Error, Inspector, KillFailure, KillOptions, KillOutcome, ProcessRecord, SysinfoInspector,
};
use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use napi_derive::napi;

use crate::error::{self, Code, Result};
use crate::query::Query;
use crate::record::whole;

/// A snapshot of a process.
#[napi(object, object_from_js = false)]
pub struct InspectedProcess {
    pub pid: u32,
    /// Its start time, in the unit of the backend. Unique together with the pid.
    pub started: i64,
    pub parent_pid: u32,
    pub name: String,
    pub command: Vec<String>,
    pub cwd: Option<String>,
    pub rss_bytes: i64,
    pub cpu_percent: Option<f64>,
    pub state: String,
    pub user_id: Option<u32>,
}

/// How a tree is killed.
#[napi(object, object_to_js = false)]
#[derive(Clone, Copy)]
pub struct NativeKillOptions {
    pub force: bool,
    pub grace_ms: f64,
    pub started: Option<f64>,
}

/// The outcome of killing a tree.
#[napi(object, object_from_js = false)]
pub struct KillRecord {
    pub killed: i64,
    pub failed: Vec<KillFailureRecord>,
}

/// A descendant that is still alive.
#[napi(object, object_from_js = false)]
pub struct KillFailureRecord {
    pub pid: u32,
    pub reason: String,
}

/// Lists the processes of the machine and kills them. Each call runs on a thread of Node's pool.
#[napi]
pub struct NativeInspector {
    inspector: Arc<dyn Inspector>,
}

#[napi]
impl NativeInspector {
    /// # Errors
    /// If there is no such backend, or the process table cannot be read.
    // Node-API passes an owned string.
    #[allow(clippy::needless_pass_by_value)]
    #[napi(constructor)]
    pub fn new(backend: String) -> Result<Self> {
        let inspector: Arc<dyn Inspector> = match backend.as_str() {
            "native" => {
                let root = ProcRoot::system().map_err(|error| error::of_proc(&error))?;
                Arc::new(SystemInspector::new(root))
            }
            "sysinfo" => Arc::new(SysinfoInspector::new()),
            other => return Err(Code::InvalidOption.error(format!("unknown backend: {other}"))),
        };
        Ok(Self { inspector })
    }

    #[napi(ts_return_type = "Promise<Array<InspectedProcess>>")]
    #[must_use]
    pub fn list(&self) -> AsyncTask<Query<Vec<InspectedProcess>>> {
        self.ask(|inspector| inspector.list().map(inspected))
    }

    #[napi(ts_return_type = "Promise<Array<InspectedProcess>>")]
    #[must_use]
    pub fn tree(&self, pid: u32) -> AsyncTask<Query<Vec<InspectedProcess>>> {
        self.ask(move |inspector| inspector.tree(pid).map(inspected))
    }

    #[napi(ts_return_type = "Promise<Array<InspectedProcess>>")]
    #[must_use]
    pub fn find_by_cwd(&self, folder: String) -> AsyncTask<Query<Vec<InspectedProcess>>> {
        let folder = PathBuf::from(folder);
        self.ask(move |inspector| inspector.find_by_cwd(&folder).map(inspected))
    }

    /// # Errors
    /// If the grace is not a valid duration.
    #[napi(ts_return_type = "Promise<KillRecord>")]
    pub fn kill(
        &self,
        pid: u32,
        options: NativeKillOptions,
    ) -> Result<AsyncTask<Query<KillRecord>>> {
        let options = KillOptions {
            force: options.force,
            grace: grace(options.grace_ms)?,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            started: options.started.map(|started| started as u64),
        };
        Ok(self.ask(move |inspector| inspector.kill(pid, &options).map(KillRecord::from)))
    }

    #[napi(ts_return_type = "Promise<boolean>")]
    #[must_use]
    pub fn exists(&self, pid: u32) -> AsyncTask<Query<bool>> {
        self.ask(move |inspector| inspector.exists(pid))
    }

    fn ask<T>(
        &self,
        ask: impl FnOnce(&dyn Inspector) -> std::result::Result<T, Error> + Send + 'static,
    ) -> AsyncTask<Query<T>>
    where
        T: ToNapiValue + TypeName + Send + 'static,
    {
        let inspector = Arc::clone(&self.inspector);
        Query::ask(move || ask(&*inspector).map_err(|error| error::of_proc(&error)))
    }
}

pub(crate) fn grace(millis: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(millis / 1e3)
        .map_err(|_| Code::InvalidOption.error(format!("{millis} ms is not a valid duration")))
}

pub(crate) fn inspected(records: Vec<ProcessRecord>) -> Vec<InspectedProcess> {
    records.into_iter().map(InspectedProcess::from).collect()
}

impl From<ProcessRecord> for InspectedProcess {
    fn from(record: ProcessRecord) -> Self {
        Self {
            pid: record.id.pid,
            started: whole(record.id.started),
            parent_pid: record.parent,
            name: record.name,
            command: record.command,
            cwd: record.cwd.map(|cwd| cwd.to_string_lossy().into_owned()),
            rss_bytes: whole(record.rss_bytes),
            cpu_percent: record.cpu_percent,
            state: record.state.name().to_owned(),
            user_id: record.user,
        }
    }
}

impl From<KillOutcome> for KillRecord {
    fn from(outcome: KillOutcome) -> Self {
        Self {
            killed: whole(outcome.killed),
            failed: outcome
                .failed
                .into_iter()
                .map(|KillFailure { pid, reason }| KillFailureRecord { pid, reason })
                .collect(),
        }
    }
}
