//! Which runs a query is about.

use std::fmt::Write;

use rusqlite::ToSql;

use crate::State;

/// A filter of runs. Absent conditions match all runs.
#[derive(Clone, Debug, Default)]
pub struct RunFilter {
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

impl RunFilter {
    /// The SQL after FROM that selects the rows, oldest first, and its parameters.
    pub(crate) fn rows(&self) -> (String, Vec<&dyn ToSql>) {
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
