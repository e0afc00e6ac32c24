//! Queries for runs.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fmt::Write;

use memtop_proc::ProcessId;
use rusqlite::{OptionalExtension, Row, ToSql};

use crate::course::{processes_of, sums_of};
use crate::{Course, Error, Here, ProcessCourse, Store};

/// A filter of runs. Absent conditions match all runs.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// The run with this id.
    pub id: Option<String>,
    /// Runs whose id has this prefix.
    pub id_begins: Option<String>,
    /// Runs with this label.
    pub label: Option<String>,
    /// Runs started at or after this time, ISO 8601 in UTC.
    pub since: Option<String>,
    /// Runs in this state.
    pub state: Option<State>,
    /// Only this many of the latest runs.
    pub latest: Option<u32>,
}

impl Question {
    /// The SQL after FROM that selects the rows, oldest first, and its parameters.
    fn rows(&self) -> (String, Vec<&dyn ToSql>) {
        let mut sql = "run WHERE true".to_owned();
        let mut values: Vec<&dyn ToSql> = Vec::new();
        if let Some(id) = &self.id {
            sql += " AND id = ?";
            values.push(id);
        }
        if let Some(beginning) = &self.id_begins {
            // No id contains a character above z.
            sql += " AND id >= ? AND id < ? || '~'";
            values.push(beginning);
            values.push(beginning);
        }
        if let Some(label) = &self.label {
            sql += " AND label = ?";
            values.push(label);
        }
        if let Some(since) = &self.since {
            sql += " AND started_at >= ?";
            values.push(since);
        }
        if let Some(state) = self.state {
            // Inlined, so that SQLite can use the partial index of running runs.
            let _ = write!(sql, " AND state = '{}'", state.name());
        }
        if let Some(latest) = &self.latest {
            values.push(latest);
            sql = format!("(SELECT * FROM {sql} ORDER BY started_at DESC, key DESC LIMIT ?)");
        }
        (sql + " ORDER BY started_at, key", values)
    }
}

/// Runs with the same label, or without label and with the same command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Their label.
    pub label: Option<String>,
    /// Their command line, a JSON list, if they have no label.
    pub command: Option<String>,
    /// The number of runs.
    pub runs: u64,
    /// The peaks of the latest ended runs, oldest first; `None` for a run that was not measured.
    /// Leaves out peaks in another metric than the latest one, which cannot be compared with it.
    pub peaks: VecDeque<Option<i64>>,
    /// The metric of the peaks.
    pub metric: Option<String>,
    /// The metrics of the peaks that are left out.
    pub other_metrics: BTreeSet<String>,
}

/// Peaks with their metric, oldest first.
type Peaks = VecDeque<(Option<i64>, Option<String>)>;

impl Group {
    /// Adds the peaks that can be compared with the latest one.
    fn with(mut self, peaks: Peaks) -> Self {
        let measured = |(peak, _): &&(Option<i64>, _)| peak.is_some();
        let latest = peaks.iter().rev().find(measured);
        self.metric = latest.and_then(|(_, metric)| metric.clone());
        for (peak, metric) in peaks {
            if peak.is_none() || metric == self.metric {
                self.peaks.push_back(peak);
            } else {
                self.other_metrics.extend(metric);
            }
        }
        self
    }
}

/// A run as a JSON object, with the field names of the API.
const AS_JSON: &str = "SELECT json_object('id', id, 'label', label, 'command', json(command),
    'cwd', cwd, 'startedAt', started_at, 'endedAt', ended_at, 'state', state,
    'durationMs', duration_ms, 'exitCode', exit_code, 'signal', signal, 'cause', cause,
    'peakBytes', peak_bytes, 'peakMetric', peak_metric, 'host', json(host),
    'memtopVersion', memtop_version, 'pid', pid, 'startTicks', start_ticks,
    'memtopPid', memtop_pid, 'memtopStartTicks', memtop_start_ticks)";

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
    pub here: Here,
}

impl StoredRun {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
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
            here: Here::of(row)?,
        })
    }
}

impl Store {
    /// The matching runs, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn runs(&self, question: &Question) -> Result<Vec<StoredRun>, Error> {
        self.select(question).map_err(|error| self.failed(&error))
    }

    fn select(&self, question: &Question) -> rusqlite::Result<Vec<StoredRun>> {
        let (selected, values) = question.rows();
        let mut statement = self
            .connection
            .prepare(&format!("SELECT * FROM {selected}"))?;
        let rows = statement.query_map(values.as_slice(), StoredRun::of)?;
        rows.collect()
    }

    /// The same as [`Self::runs`] as a JSON list, which is ten times as fast for thousands of runs.
    /// Unknown values are null.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn runs_json(&self, question: &Question) -> Result<String, Error> {
        let list = || {
            let (selected, values) = question.rows();
            let mut statement = self
                .connection
                .prepare(&format!("{AS_JSON} FROM {selected}"))?;
            let mut rows = statement.query(values.as_slice())?;
            let mut list = "[".to_owned();
            while let Some(row) = rows.next()? {
                if list.len() > 1 {
                    list.push(',');
                }
                list.push_str(row.get_ref(0)?.as_str()?);
            }
            list.push(']');
            Ok(list)
        };
        list().map_err(|error| self.failed(&error))
    }

    /// The matching runs by label or command, each with its latest peaks. The group with the latest
    /// run comes first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn groups(&self, question: &Question, peaks: usize) -> Result<Vec<Group>, Error> {
        self.select_groups(question, peaks)
            .map_err(|error| self.failed(&error))
    }

    fn select_groups(&self, question: &Question, most: usize) -> rusqlite::Result<Vec<Group>> {
        let (selected, values) = question.rows();
        let mut statement = self.connection.prepare(&format!(
            "SELECT label, iif(label IS NULL, command, NULL), state, peak_bytes, peak_metric
             FROM {selected}"
        ))?;
        let mut rows = statement.query(values.as_slice())?;
        let mut groups: Vec<(usize, Peaks, Group)> = Vec::new();
        let mut places: HashMap<(Option<String>, Option<String>), usize> = HashMap::new();
        let mut number = 0;
        while let Some(row) = rows.next()? {
            let key: (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
            let place = *places.entry(key).or_insert_with_key(|(label, command)| {
                let group = Group {
                    label: label.clone(),
                    command: command.clone(),
                    runs: 0,
                    peaks: VecDeque::new(),
                    metric: None,
                    other_metrics: BTreeSet::new(),
                };
                groups.push((0, Peaks::new(), group));
                groups.len() - 1
            });
            let (latest, peaks, group) = &mut groups[place];
            number += 1;
            *latest = number;
            group.runs += 1;
            if row.get_ref(2)?.as_str()? == State::Ended.name() {
                peaks.push_back((row.get(3)?, row.get(4)?));
                if peaks.len() > most {
                    peaks.pop_front();
                }
            }
        }
        groups.sort_unstable_by_key(|&(latest, ..)| std::cmp::Reverse(latest));
        let groups = groups.into_iter();
        Ok(groups.map(|(_, peaks, group)| group.with(peaks)).collect())
    }

    /// The result of a run as JSON. `None` if it has none.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn result(&self, id: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT json FROM result JOIN run ON run.key = result.run WHERE id = ?";
        let found = self.connection.query_row(sql, [id], |row| row.get(0));
        found.optional().map_err(|error| self.failed(&error))
    }

    /// The memory of a run over time, as far as it was recorded.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn course(&self, id: &str) -> Result<Course, Error> {
        self.select_course(id).map_err(|error| self.failed(&error))
    }

    fn select_course(&self, id: &str) -> rusqlite::Result<Course> {
        let mut course = Course::default();
        let mut processes = self.connection.prepare(
            "SELECT process.pid, process.start_ticks, name FROM process JOIN run ON run.key = run
             WHERE id = ? ORDER BY number",
        )?;
        for process in processes.query_map([id], |row| {
            Ok(ProcessCourse {
                id: ProcessId {
                    pid: row.get(0)?,
                    started: row.get::<_, i64>(1)?.cast_unsigned(),
                },
                name: row.get(2)?,
                points: Vec::new(),
            })
        })? {
            course.processes.push(process?);
        }
        let mut looks = self.connection.prepare(
            "SELECT at_ms, sums, processes FROM course JOIN run ON run.key = run
             WHERE id = ? ORDER BY at_ms",
        )?;
        let mut rows = looks.query([id])?;
        let mut before: Vec<usize> = Vec::new();
        while let Some(row) = rows.next()? {
            let at_ms = row.get::<_, i64>(0)?.cast_unsigned();
            course.sums.extend(sums_of(row.get_ref(1)?.as_blob()?));
            let mut now = Vec::new();
            for (number, bytes) in processes_of(row.get_ref(2)?.as_blob()?) {
                let place = usize::try_from(number).unwrap_or(usize::MAX);
                if let Some(process) = course.processes.get_mut(place) {
                    process.points.push((at_ms, bytes));
                    now.push(place);
                }
            }
            for gone in before.iter().filter(|place| !now.contains(place)) {
                course.processes[*gone].points.push((at_ms, 0));
            }
            before = now;
        }
        Ok(course)
    }
}
