//! A run as stored, without its result and its timeline.

use memtop_proc::ProcessId;
use rusqlite::Row;

use crate::PidScope;

/// The state of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is running.
    Running,
    /// It has ended and has a result.
    Ended,
    /// Its memtop ended before it; its outcome is unknown.
    Interrupted,
}

impl State {
    /// The state in lower case, as in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Ended => "ended",
            Self::Interrupted => "interrupted",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "running" => Self::Running,
            "ended" => Self::Ended,
            _ => Self::Interrupted,
        }
    }
}

/// A run as stored, without its result and its memory over time.
#[derive(Clone, Debug)]
pub struct StoredRun {
    pub(crate) key: i64,
    /// Its unique id.
    pub id: String,
    /// Its label, if the user gave one.
    pub label: Option<String>,
    /// The command line, a JSON list.
    pub command: String,
    /// The working directory.
    pub cwd: Option<String>,
    /// When it was started.
    pub started_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Its state.
    pub state: State,
    /// Its duration; so far, while it is running.
    pub duration_ms: Option<f64>,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<String>,
    /// Why it ended.
    pub cause: Option<String>,
    /// Its peak; so far, while it is running.
    pub peak_bytes: Option<i64>,
    /// The metric of the peak.
    pub peak_metric: Option<String>,
    /// The machine, as JSON.
    pub host: Option<String>,
    /// The version of memtop.
    pub memtop_version: Option<String>,
    /// The process of the command.
    pub process: Option<ProcessId>,
    /// The memtop process that records it.
    pub memtop: Option<ProcessId>,
    /// Where these pids are valid.
    pub pid_scope: PidScope,
}

impl StoredRun {
    pub(crate) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let process = |pid: &str, started: &str| -> rusqlite::Result<Option<ProcessId>> {
            let (pid, started): (Option<u32>, Option<i64>) = (row.get(pid)?, row.get(started)?);
            Ok(pid.zip(started).map(|(pid, started)| ProcessId {
                pid,
                started: started.cast_unsigned(),
            }))
        };
        Ok(Self {
            key: row.get("key")?,
            id: row.get("id")?,
            label: row.get("label")?,
            command: row.get("command")?,
            cwd: row.get("cwd")?,
            started_at: row.get("started_at")?,
            ended_at: row.get("ended_at")?,
            state: State::named(row.get_ref("state")?.as_str()?),
            duration_ms: row.get("duration_ms")?,
            exit_code: row.get("exit_code")?,
            signal: row.get("signal")?,
            cause: row.get("cause")?,
            peak_bytes: row.get("peak_bytes")?,
            peak_metric: row.get("peak_metric")?,
            host: row.get("host")?,
            memtop_version: row.get("memtop_version")?,
            process: process("pid", "start_ticks")?,
            memtop: process("memtop_pid", "memtop_start_ticks")?,
            pid_scope: PidScope::of(row)?,
        })
    }
}
