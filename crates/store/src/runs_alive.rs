//! Runs that are running, and their processes.

use memtop_proc::{ProcessId, ProcessRecord, ProcessTable};
use rusqlite::params;

use crate::pid_scope::Liveness;
use crate::segment::unpack_processes;
use crate::{Error, PidScope, RunFilter, State, Store, StoredRun};

/// A run of another machine counts as interrupted after this time without a write; its memtop
/// writes every few seconds.
const SILENCE: &str = "'-5 minutes'";

/// A run that is running, and its processes.
#[derive(Clone, Debug)]
pub struct AliveRun {
    /// The run.
    pub run: StoredRun,
    /// Its processes, parents first. Empty if it runs on another machine.
    pub tree: Vec<ProcessRecord>,
}

/// Why a run has no processes that can be killed.
#[derive(Debug, thiserror::Error)]
pub enum MembersError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] Error),
    /// No run has this id.
    #[error("there is no run {0}")]
    Unknown(String),
    /// None of its processes is alive.
    #[error("no process of run {0} is alive")]
    Over(String),
    /// Its processes are on another machine or in another container.
    #[error("run {0} is on another machine or in another container; end it there")]
    Elsewhere(String),
}

impl Store {
    /// Marks runs whose memtop is gone as interrupted. Returns their number.
    ///
    /// # Errors
    /// If the store cannot be read or written, or `list` fails.
    pub fn mark_interrupted<E: From<Error>>(
        &self,
        here: &PidScope,
        list: &dyn Fn() -> Result<ProcessTable, E>,
    ) -> Result<u64, E> {
        let running = self.running_rows()?;
        if running.is_empty() {
            return Ok(0);
        }
        // Listed after the runs: a memtop starts before it records its run.
        let table = list()?;
        let mut marked = 0;
        for run in running {
            let is_gone = match here.liveness(&run.pid_scope) {
                Liveness::Gone => Some(true),
                Liveness::InTable => run.memtop.map(|memtop| !table.has(memtop)),
                Liveness::Unknown => None,
            };
            if is_gone != Some(false) {
                marked += self.mark_run_interrupted(run.key, is_gone.is_none())?;
            }
        }
        Ok(marked)
    }

    /// Marks a run; with `only_if_silent`, only if its memtop has not written for a while.
    fn mark_run_interrupted(&self, key: i64, only_if_silent: bool) -> Result<u64, Error> {
        let silent = format!(
            "(seen_at IS NULL OR seen_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', {SILENCE}))"
        );
        let condition = if only_if_silent {
            silent
        } else {
            "true".to_owned()
        };
        let changed = self.connection.execute(
            &format!(
                "UPDATE run SET state = 'interrupted', ended_at = strftime('%Y-%m-%dT%H:%M:%fZ',
                   started_at, (coalesce(duration_ms, 0) / 1000.0) || ' seconds')
                 WHERE key = ?1 AND state = 'running' AND {condition}"
            ),
            params![key],
        );
        changed
            .map(|changed| changed as u64)
            .map_err(|error| self.failed(&error))
    }

    fn running_rows(&self) -> Result<Vec<StoredRun>, Error> {
        self.runs(&RunFilter {
            state: Some(State::Running),
            ..RunFilter::default()
        })
    }

    /// The runs that are running, oldest first, each with its living processes.
    ///
    /// # Errors
    /// If the store cannot be read or written, or `list` fails.
    pub fn alive<E: From<Error>>(
        &self,
        here: &PidScope,
        list: &dyn Fn() -> Result<ProcessTable, E>,
    ) -> Result<Vec<AliveRun>, E> {
        self.mark_interrupted(here, list)?;
        let running = self.running_rows()?;
        let table = list()?;
        running
            .into_iter()
            .map(|run| {
                let tree = match here.liveness(&run.pid_scope) {
                    Liveness::InTable => self.tree(&run, &table)?,
                    _ => Vec::new(),
                };
                Ok(AliveRun { run, tree })
            })
            .collect()
    }

    /// The descendants of the run's memtop, and of the processes in the last segment, since orphans
    /// may have another parent by now.
    fn tree(&self, run: &StoredRun, table: &ProcessTable) -> Result<Vec<ProcessRecord>, Error> {
        let mut roots: Vec<ProcessId> = run.process.into_iter().collect();
        if let Some(memtop) = run.memtop.filter(|memtop| table.has(*memtop)) {
            roots.extend(table.children_of(memtop.pid));
        }
        roots.extend(
            self.last_seen(run.key)
                .map_err(|error| self.failed(&error))?,
        );
        Ok(table.with_descendants(&roots))
    }

    fn last_seen(&self, run: i64) -> rusqlite::Result<Vec<ProcessId>> {
        let mut segments = self
            .connection
            .prepare("SELECT processes FROM timeline WHERE run = ? ORDER BY at_ms DESC LIMIT 1")?;
        let mut rows = segments.query([run])?;
        let Some(row) = rows.next()? else {
            return Ok(Vec::new());
        };
        let mut process = self
            .connection
            .prepare("SELECT pid, start_ticks FROM process WHERE run = ? AND number = ?")?;
        unpack_processes(row.get_ref(0)?.as_blob()?)
            .into_iter()
            .map(|(number, _)| {
                process.query_row(params![run, number.cast_signed()], |row| {
                    Ok(ProcessId {
                        pid: row.get(0)?,
                        started: row.get::<_, i64>(1)?.cast_unsigned(),
                    })
                })
            })
            .collect()
    }

    /// The processes to kill in order to end a run, even an interrupted one, parents first. Does
    /// not include processes that have reused a pid of the run.
    ///
    /// # Errors
    /// If there is no such run, none of its processes is alive here, or `list` fails.
    pub fn members<E: From<MembersError>>(
        &self,
        id: &str,
        here: &PidScope,
        list: &dyn Fn() -> Result<ProcessTable, E>,
    ) -> Result<Vec<ProcessId>, E> {
        let filter = RunFilter {
            id: Some(id.to_owned()),
            ..RunFilter::default()
        };
        let Some(run) = self.runs(&filter).map_err(MembersError::from)?.pop() else {
            return Err(MembersError::Unknown(id.to_owned()).into());
        };
        match here.liveness(&run.pid_scope) {
            Liveness::InTable => {}
            Liveness::Gone => return Err(MembersError::Over(id.to_owned()).into()),
            Liveness::Unknown => return Err(MembersError::Elsewhere(id.to_owned()).into()),
        }
        if run.state == State::Ended {
            return Err(MembersError::Over(id.to_owned()).into());
        }
        let table = list()?;
        let tree = self.tree(&run, &table).map_err(MembersError::from)?;
        let mut members: Vec<ProcessId> = tree.iter().map(|record| record.id).collect();
        // A run of several commands is ended by its memtop, which then starts no further ones.
        if run.process.is_none()
            && let Some(memtop) = run.memtop.filter(|&memtop| table.has(memtop))
        {
            members.insert(0, memtop);
        }
        if members.is_empty() {
            return Err(MembersError::Over(id.to_owned()).into());
        }
        Ok(members)
    }
}
