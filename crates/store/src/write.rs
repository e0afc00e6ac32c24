//! Writes a run: its start, its segments and its end, each in a small transaction.

use memtop_proc::ProcessId;
use rusqlite::{Connection, TransactionBehavior, params};

use crate::segment::{PackedSegment, SegmentPacker};
use crate::{Error, PidScope, Store, TimelineSegment};

/// SQL for the current time in the format of the store.
pub(crate) const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/// The data of a run at its start.
#[derive(Clone, Debug, Default)]
pub struct NewRun {
    /// Its unique id.
    pub id: String,
    /// Its label, if the user gave one.
    pub label: Option<String>,
    /// The command line, a JSON list.
    pub command: String,
    /// The working directory.
    pub cwd: Option<String>,
    /// When it was started, ISO 8601 in UTC.
    pub started_at: String,
    /// The machine, as JSON.
    pub host: String,
    /// The version of memtop.
    pub memtop_version: String,
    /// The process of the command; none if there are several commands.
    pub process: Option<ProcessId>,
    /// The memtop process that records it.
    pub memtop: Option<ProcessId>,
    /// Where these pids are valid.
    pub pid_scope: PidScope,
}

/// The data of a run at its end.
#[derive(Clone, Debug, Default)]
pub struct RunEnd {
    /// When it ended, ISO 8601 in UTC.
    pub ended_at: String,
    /// Its duration.
    pub duration_ms: f64,
    /// Its exit code, if it has one.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<String>,
    /// Why it ended.
    pub cause: String,
    /// Its peak, if it was measured.
    pub peak_bytes: Option<i64>,
    /// The metric of the peak.
    pub peak_metric: Option<String>,
    /// The whole result, as JSON.
    pub result: String,
}

/// Writes one run, each call in a small transaction.
#[derive(Debug)]
pub struct RunWriter<'store> {
    store: &'store mut Store,
    key: i64,
    timeline: SegmentPacker,
}

impl<'store> RunWriter<'store> {
    /// Writes the start of a run.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn begin(store: &'store mut Store, run: &NewRun) -> Result<Self, Error> {
        let key =
            insert(&store.connection, run, "running").map_err(|error| store.failed(&error))?;
        Ok(Self {
            store,
            key,
            timeline: SegmentPacker::default(),
        })
    }

    /// Writes a segment.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn add(&mut self, segment: &TimelineSegment) -> Result<(), Error> {
        match self.timeline.pack(segment) {
            Some(packed) => {
                self.in_transaction(|connection, key| put_progress(connection, key, &packed))
            }
            None => Ok(()),
        }
    }

    /// Writes the end of the run.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn end(&mut self, end: &RunEnd) -> Result<(), Error> {
        self.in_transaction(|connection, key| put_end(connection, key, end))
    }

    fn in_transaction(
        &mut self,
        write: impl FnOnce(&Connection, i64) -> rusqlite::Result<()>,
    ) -> Result<(), Error> {
        let key = self.key;
        let connection = &mut self.store.connection;
        let written = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                write(&transaction, key)?;
                transaction.commit()
            });
        written.map_err(|error| self.store.failed(&error))
    }
}

pub(crate) fn insert(connection: &Connection, run: &NewRun, state: &str) -> rusqlite::Result<i64> {
    connection
        .prepare(&format!(
            "INSERT INTO run (id, label, command, cwd, started_at, state, host, memtop_version,
               pid, start_ticks, memtop_pid, memtop_start_ticks,
               boot_id, pid_namespace, host_name, seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, {NOW})"
        ))?
        .insert(params![
            run.id,
            run.label,
            run.command,
            run.cwd,
            run.started_at,
            state,
            run.host,
            run.memtop_version,
            run.process.map(|process| process.pid),
            run.process.map(|process| whole(process.started)),
            run.memtop.map(|memtop| memtop.pid),
            run.memtop.map(|memtop| whole(memtop.started)),
            run.pid_scope.boot_id,
            run.pid_scope.pid_namespace,
            run.pid_scope.host_name,
        ])
}

fn put_progress(
    connection: &Connection,
    run: i64,
    segment: &PackedSegment,
) -> rusqlite::Result<()> {
    put_segment(connection, run, segment)?;
    connection
        .prepare(&format!(
            "UPDATE run SET state = 'running', duration_ms = ?2, seen_at = {NOW},
             peak_bytes = nullif(max(coalesce(peak_bytes, 0), ?3), 0) WHERE key = ?1"
        ))?
        .execute(params![
            run,
            whole(segment.at_ms),
            whole(segment.highest_bytes)
        ])?;
    Ok(())
}

pub(crate) fn put_segment(
    connection: &Connection,
    run: i64,
    segment: &PackedSegment,
) -> rusqlite::Result<()> {
    for (number, id, name) in &segment.new {
        connection
            .prepare(
                "INSERT INTO process (run, number, pid, start_ticks, name)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![run, number, id.pid, whole(id.started), name])?;
    }
    connection
        .prepare("INSERT INTO timeline (run, at_ms, sums, processes) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            run,
            whole(segment.at_ms),
            segment.sums,
            segment.processes
        ])?;
    Ok(())
}

pub(crate) fn put_end(connection: &Connection, run: i64, end: &RunEnd) -> rusqlite::Result<()> {
    connection
        .prepare(&format!(
            "UPDATE run SET state = 'ended', ended_at = ?2, duration_ms = ?3, exit_code = ?4,
               signal = ?5, cause = ?6, peak_bytes = ?7, peak_metric = ?8, seen_at = {NOW}
             WHERE key = ?1"
        ))?
        .execute(params![
            run,
            end.ended_at,
            end.duration_ms,
            end.exit_code,
            end.signal,
            end.cause,
            end.peak_bytes,
            end.peak_metric,
        ])?;
    connection
        .prepare("INSERT OR REPLACE INTO result (run, json) VALUES (?1, ?2)")?
        .execute(params![run, end.result])?;
    Ok(())
}

/// `SQLite` has no unsigned 64-bit integers; no real value exceeds the signed range.
pub(crate) fn whole(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
