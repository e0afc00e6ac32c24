//! Queries for runs and their results.

use rusqlite::OptionalExtension;

use crate::{Error, RunFilter, Store, StoredRun};

/// A run as a JSON object, with the field names of the API.
const AS_JSON: &str = "SELECT json_object('id', id, 'label', label, 'command', json(command),
    'cwd', cwd, 'startedAt', started_at, 'endedAt', ended_at, 'state', state,
    'durationMs', duration_ms, 'exitCode', exit_code, 'signal', signal, 'cause', cause,
    'peakBytes', peak_bytes, 'peakMetric', peak_metric, 'host', json(host),
    'memtopVersion', memtop_version, 'pid', pid, 'startTicks', start_ticks,
    'memtopPid', memtop_pid, 'memtopStartTicks', memtop_start_ticks)";

impl Store {
    /// The matching runs, oldest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn runs(&self, filter: &RunFilter) -> Result<Vec<StoredRun>, Error> {
        self.select(filter).map_err(|error| self.failed(&error))
    }

    fn select(&self, filter: &RunFilter) -> rusqlite::Result<Vec<StoredRun>> {
        let (selected, values) = filter.rows();
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
    pub fn runs_json(&self, filter: &RunFilter) -> Result<String, Error> {
        let list = || {
            let (selected, values) = filter.rows();
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

    /// The result of a run as JSON. `None` if it has none.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn result(&self, id: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT json FROM result JOIN run ON run.key = result.run WHERE id = ?";
        let found = self.connection.query_row(sql, [id], |row| row.get(0));
        found.optional().map_err(|error| self.failed(&error))
    }
}
