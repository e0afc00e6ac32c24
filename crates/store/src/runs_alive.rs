//! Runs that are running: who is in them, and how they are ended.

use std::collections::{HashMap, HashSet};

use memtop_proc::{
    Error as ProcError, Inspector, KillOptions, KillOutcome, ProcessId, ProcessRecord,
    State as ProcessState,
};
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

/// Why a run was not ended.
#[derive(Debug, thiserror::Error)]
pub enum RunKillError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] Error),
    /// The processes cannot be seen or ended.
    #[error(transparent)]
    Process(#[from] ProcError),
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

/// Who is alive, but for those who only wait to be reaped.
struct Table {
    records: HashMap<u32, ProcessRecord>,
}

impl Table {
    fn of(inspector: &dyn Inspector) -> Result<Self, ProcError> {
        let alive = inspector.list()?.into_iter();
        let alive = alive.filter(|record| record.state != ProcessState::Zombie);
        Ok(Self {
            records: alive.map(|record| (record.id.pid, record)).collect(),
        })
    }

    fn has(&self, id: ProcessId) -> bool {
        self.records
            .get(&id.pid)
            .is_some_and(|record| record.id == id)
    }

    /// These and all their descendants, each after its parent.
    fn below(&self, roots: &[ProcessId]) -> Vec<ProcessRecord> {
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        for record in self.records.values() {
            children
                .entry(record.parent)
                .or_default()
                .push(record.id.pid);
        }
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for root in roots.iter().filter(|root| self.has(**root)) {
            let mut open = vec![root.pid];
            while let Some(pid) = open.pop() {
                if !seen.insert(pid) {
                    continue;
                }
                found.extend(self.records.get(&pid).cloned());
                let mut below = children.get(&pid).cloned().unwrap_or_default();
                below.sort_unstable_by(|one, other| other.cmp(one));
                open.extend(below);
            }
        }
        found
    }
}

impl Store {
    /// Marks the runs whose memtop is no more: they were interrupted. How many these were.
    ///
    /// # Errors
    /// When the store or the process table cannot be read.
    pub fn settle(&self, here: &Here, inspector: &dyn Inspector) -> Result<u64, RunKillError> {
        let running = self.running_rows()?;
        if running.is_empty() {
            return Ok(0);
        }
        let table = Table::of(inspector)?;
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
    /// When the store or the process table cannot be read.
    pub fn alive(
        &self,
        here: &Here,
        inspector: &dyn Inspector,
    ) -> Result<Vec<AliveRun>, RunKillError> {
        self.settle(here, inspector)?;
        let running = self.running_rows()?;
        let table = Table::of(inspector)?;
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
    fn tree(&self, run: &StoredRun, table: &Table) -> Result<Vec<ProcessRecord>, Error> {
        let mut roots: Vec<ProcessId> = run.process.into_iter().collect();
        if let Some(memtop) = run.memtop.filter(|memtop| table.has(*memtop)) {
            let children = table.records.values();
            let children = children.filter(|record| record.parent == memtop.pid);
            let mut children: Vec<ProcessId> = children.map(|record| record.id).collect();
            children.sort_unstable_by_key(|child| child.pid);
            roots.extend(children);
        }
        roots.extend(
            self.last_seen(run.key)
                .map_err(|error| self.failed(&error))?,
        );
        Ok(table.below(&roots))
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

    /// Ends all processes of a run that are alive, also those of one that was interrupted. A process
    /// that has been given one of their pids since is safe.
    ///
    /// # Errors
    /// When there is no such run, nobody of it is alive, or the processes cannot be ended.
    pub fn kill(
        &self,
        id: &str,
        here: &Here,
        inspector: &dyn Inspector,
        options: &KillOptions,
    ) -> Result<KillOutcome, RunKillError> {
        let question = Question {
            id: Some(id.to_owned()),
            ..Question::default()
        };
        let Some(run) = self.runs(&question)?.pop() else {
            return Err(RunKillError::Unknown(id.to_owned()));
        };
        match here.judge(&run.here) {
            Judgement::ByTheTable => {}
            Judgement::Gone => return Err(RunKillError::Over(id.to_owned())),
            Judgement::Unknown => return Err(RunKillError::Elsewhere(id.to_owned())),
        }
        if run.state == State::Ended {
            return Err(RunKillError::Over(id.to_owned()));
        }
        let table = Table::of(inspector)?;
        let mut members = self.tree(&run, &table)?;
        // Several commands are ended by their memtop, which starts no further ones then.
        if run.process.is_none()
            && let Some(memtop) = run.memtop.and_then(|memtop| table.records.get(&memtop.pid))
            && Some(memtop.id) == run.memtop
        {
            members.insert(0, memtop.clone());
        }
        if members.is_empty() {
            return Err(RunKillError::Over(id.to_owned()));
        }
        end_each(&members, inspector, options).map_err(Into::into)
    }
}

/// Whoever has ended with another is no failure.
fn end_each(
    members: &[ProcessRecord],
    inspector: &dyn Inspector,
    options: &KillOptions,
) -> Result<KillOutcome, ProcError> {
    let mut outcome = KillOutcome::default();
    for member in members {
        let options = KillOptions {
            started: Some(member.id.started),
            ..options.clone()
        };
        match inspector.kill(member.id.pid, &options) {
            Ok(one) => {
                outcome.killed += one.killed;
                outcome.failed.extend(one.failed);
            }
            Err(ProcError::ProcessNotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    outcome.failed.dedup_by_key(|failure| failure.pid);
    Ok(outcome)
}
