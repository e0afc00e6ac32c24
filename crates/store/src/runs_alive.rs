//! Runs that are running, and who is in them.

use memtop_proc::{ProcessId, ProcessRecord, ProcessTable};
use rusqlite::params;

use crate::course::processes_of;
use crate::here::Judgement;
use crate::{Error, Here, Question, State, Store, StoredRun};

/// A memtop of another machine writes of its run every few seconds.
const SILENCE: &str = "'-5 minutes'";

/// A run that is running, and its processes.
#[derive(Clone, Debug)]
pub struct AliveRun {
    /// What is known of it.
    pub run: StoredRun,
    /// Its processes, each after its parent where that is one of them. Empty where it runs on another
    /// machine.
    pub tree: Vec<ProcessRecord>,
}

/// Why a run has no members that could be ended.
#[derive(Debug, thiserror::Error)]
pub enum NoMembers {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] Error),
    /// There is no run of that id.
    #[error("there is no run {0}")]
    Unknown(String),
    /// No process of it is alive.
    #[error("no process of run {0} is alive")]
    Over(String),
    /// Its processes are of another machine or container.
    #[error("run {0} is on another machine or in another container; end it there")]
    Elsewhere(String),
}

impl Store {
    /// Marks the runs whose memtop is no more: they were interrupted. How many these were.
    ///
    /// # Errors
    /// When the store cannot be read or written, or as `list` fails.
    pub fn settle<E: From<Error>>(
        &self,
        here: &Here,
        list: &dyn Fn() -> Result<ProcessTable, E>,
    ) -> Result<u64, E> {
        let running = self.running_rows()?;
        if running.is_empty() {
            return Ok(0);
        }
        // After the runs: a memtop that records one is there before.
        let table = list()?;
        let mut marked = 0;
        for run in running {
            let is_over = match here.judge(&run.here) {
                Judgement::Gone => Some(true),
                Judgement::ByTheTable => run.memtop.map(|memtop| !table.has(memtop)),
                Judgement::Unknown => None,
            };
            if is_over != Some(false) {
                marked += self.mark_interrupted(run.key, is_over.is_none())?;
            }
        }
        Ok(marked)
    }

    /// Where nothing is known of its memtop, silence is a sign.
    fn mark_interrupted(&self, key: i64, only_if_silent: bool) -> Result<u64, Error> {
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
        self.runs(&Question {
            state: Some(State::Running),
            ..Question::default()
        })
    }

    /// The runs that are running, oldest first, each with its living processes.
    ///
    /// # Errors
    /// When the store cannot be read or written, or as `list` fails.
    pub fn alive<E: From<Error>>(
        &self,
        here: &Here,
        list: &dyn Fn() -> Result<ProcessTable, E>,
    ) -> Result<Vec<AliveRun>, E> {
        self.settle(here, list)?;
        let running = self.running_rows()?;
        let table = list()?;
        running
            .into_iter()
            .map(|run| {
                let tree = match here.judge(&run.here) {
                    Judgement::ByTheTable => self.tree(&run, &table)?,
                    _ => Vec::new(),
                };
                Ok(AliveRun { run, tree })
            })
            .collect()
    }

    /// Who descends from the memtop of the run, and who was in it at the last look: an orphan may
    /// belong to somebody else by now.
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
        let mut looks = self
            .connection
            .prepare("SELECT processes FROM course WHERE run = ? ORDER BY at_ms DESC LIMIT 1")?;
        let mut rows = looks.query([run])?;
        let Some(row) = rows.next()? else {
            return Ok(Vec::new());
        };
        let mut process = self
            .connection
            .prepare("SELECT pid, start_ticks FROM process WHERE run = ? AND number = ?")?;
        processes_of(row.get_ref(0)?.as_blob()?)
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

    /// Whoever is to be ended for a run to end, each after its parent, also of one that was
    /// interrupted. A process that has been given one of their pids since is not among them.
    ///
    /// # Errors
    /// When there is no such run, or nobody of it is alive here, or as `list` fails.
    pub fn members<E: From<NoMembers>>(
        &self,
        id: &str,
        here: &Here,
        list: &dyn Fn() -> Result<ProcessTable, E>,
    ) -> Result<Vec<ProcessId>, E> {
        let question = Question {
            id: Some(id.to_owned()),
            ..Question::default()
        };
        let Some(run) = self.runs(&question).map_err(NoMembers::from)?.pop() else {
            return Err(NoMembers::Unknown(id.to_owned()).into());
        };
        match here.judge(&run.here) {
            Judgement::ByTheTable => {}
            Judgement::Gone => return Err(NoMembers::Over(id.to_owned()).into()),
            Judgement::Unknown => return Err(NoMembers::Elsewhere(id.to_owned()).into()),
        }
        if run.state == State::Ended {
            return Err(NoMembers::Over(id.to_owned()).into());
        }
        let table = list()?;
        let tree = self.tree(&run, &table).map_err(NoMembers::from)?;
        let mut members: Vec<ProcessId> = tree.iter().map(|record| record.id).collect();
        // Several commands are ended by their memtop, which starts no further ones then.
        if run.process.is_none()
            && let Some(memtop) = run.memtop.filter(|&memtop| table.has(memtop))
        {
            members.insert(0, memtop);
        }
        if members.is_empty() {
            return Err(NoMembers::Over(id.to_owned()).into());
        }
        Ok(members)
    }
}
