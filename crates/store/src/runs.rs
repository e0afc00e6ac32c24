//! What is known of runs, as rows.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fmt::Write;

use memtop_proc::ProcessId;
use rusqlite::{OptionalExtension, Row, ToSql};

use crate::course::{processes_of, sums_of};
use crate::{Course, Error, Here, ProcessCourse, Store};

/// Which runs are meant. What is absent lets all through.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// This run.
    pub id: Option<String>,
    /// Runs whose id begins so.
    pub id_begins: Option<String>,
    /// Runs of this label.
    pub label: Option<String>,
    /// Runs that were started then or later, ISO 8601 in UTC.
    pub since: Option<String>,
    /// Runs in this state.
    pub state: Option<State>,
    /// Only so many, the latest.
    pub latest: Option<u32>,
}

impl Question {
    /// What stands behind FROM for the rows that are meant, oldest first, and the values in it.
    fn rows(&self) -> (String, Vec<&dyn ToSql>) {
        let mut sql = "run WHERE true".to_owned();
        let mut values: Vec<&dyn ToSql> = Vec::new();
        if let Some(id) = &self.id {
            sql += " AND id = ?";
            values.push(id);
        }
        if let Some(beginning) = &self.id_begins {
            // No id holds a character behind z.
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
            // As a word of the text, so that the index of the running ones is of use.
            let _ = write!(sql, " AND state = '{}'", state.name());
        }
        if let Some(latest) = &self.latest {
            values.push(latest);
            sql = format!("(SELECT * FROM {sql} ORDER BY started_at DESC, key DESC LIMIT ?)");
        }
        (sql + " ORDER BY started_at, key", values)
    }
}

/// Runs of one label, or of one command without a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Their label.
    pub label: Option<String>,
    /// Their command line, a list in JSON, where they have no label.
    pub command: Option<String>,
    /// How many there are.
    pub runs: u64,
    /// The peaks of the latest that have ended, oldest first; `None` for one that was not measured.
    /// Only those in the metric of the latest one: others cannot be compared with it.
    pub peaks: VecDeque<Option<i64>>,
    /// That metric.
    pub metric: Option<String>,
    /// What those of the latest were measured in that are left out.
    pub other_metrics: BTreeSet<String>,
}

/// Peaks with what they were measured in, oldest first.
type Peaks = VecDeque<(Option<i64>, Option<String>)>;

impl Group {
    /// Keeps those that can be compared with the latest.
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

/// A run as JSON, with the names that programs know.
const AS_JSON: &str = "SELECT json_object('id', id, 'label', label, 'command', json(command),
    'cwd', cwd, 'startedAt', started_at, 'endedAt', ended_at, 'state', state,
    'durationMs', duration_ms, 'exitCode', exit_code, 'signal', signal, 'cause', cause,
    'peakBytes', peak_bytes, 'peakMetric', peak_metric, 'host', json(host),
    'memtopVersion', memtop_version, 'pid', pid, 'startTicks', start_ticks,
    'memtopPid', memtop_pid, 'memtopStartTicks', memtop_start_ticks)";

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs.
    Running,
    /// It has ended, and there is a result.
    Ended,
    /// Its memtop has ended before it, and nothing is known of what came then.
    Interrupted,
}

impl State {
    /// The word for it.
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

/// What is known of a run but for its result and its course.
#[derive(Clone, Debug)]
pub struct StoredRun {
    pub(crate) key: i64,
    /// Its name.
    pub id: String,
    /// The name that somebody gave it.
    pub label: Option<String>,
    /// The command line, a list in JSON.
    pub command: String,
    /// Where it worked.
    pub cwd: Option<String>,
    /// When it was started.
    pub started_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// How far it is.
    pub state: State,
    /// How long it took, or has taken.
    pub duration_ms: Option<f64>,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<String>,
    /// Why it ended.
    pub cause: Option<String>,
    /// Its peak, so far while it runs.
    pub peak_bytes: Option<i64>,
    /// What that is measured in.
    pub peak_metric: Option<String>,
    /// The machine, in JSON.
    pub host: Option<String>,
    /// The version of memtop.
    pub memtop_version: Option<String>,
    /// The process of the command.
    pub process: Option<ProcessId>,
    /// The memtop that records it.
    pub memtop: Option<ProcessId>,
    /// Where these are.
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
    /// The runs that are meant, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn runs(&self, question: &Question) -> Result<Vec<StoredRun>, Error> {
        self.select(question).map_err(|error| self.failed(&error))
    }

    fn select(&self, question: &Question) -> rusqlite::Result<Vec<StoredRun>> {
        let (meant, values) = question.rows();
        let mut statement = self.connection.prepare(&format!("SELECT * FROM {meant}"))?;
        let rows = statement.query_map(values.as_slice(), StoredRun::of)?;
        rows.collect()
    }

    /// The same as [`Self::runs`] as a list in JSON, which takes a tenth of the time where there are
    /// thousands. What is not known is null.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn runs_json(&self, question: &Question) -> Result<String, Error> {
        let list = || {
            let (meant, values) = question.rows();
            let mut statement = self
                .connection
                .prepare(&format!("{AS_JSON} FROM {meant}"))?;
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

    /// What was run, each label or command with its latest peaks; the one with the latest run first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn groups(&self, question: &Question, peaks: usize) -> Result<Vec<Group>, Error> {
        self.select_groups(question, peaks)
            .map_err(|error| self.failed(&error))
    }

    fn select_groups(&self, question: &Question, most: usize) -> rusqlite::Result<Vec<Group>> {
        let (meant, values) = question.rows();
        let mut statement = self.connection.prepare(&format!(
            "SELECT label, iif(label IS NULL, command, NULL), state, peak_bytes, peak_metric FROM {meant}"
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

    /// The result of a run in JSON; `None` when there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn result(&self, id: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT json FROM result JOIN run ON run.key = result.run WHERE id = ?";
        let found = self.connection.query_row(sql, [id], |row| row.get(0));
        found.optional().map_err(|error| self.failed(&error))
    }

    /// The course of a run, as far as it was recorded.
    ///
    /// # Errors
    /// When the store cannot be read.
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
