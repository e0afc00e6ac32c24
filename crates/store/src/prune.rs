//! Removes runs from a store, except those that are running.

use rusqlite::params;

use crate::{Error, Store};

/// Which runs to remove: those that any of the given conditions selects.
#[derive(Clone, Debug, Default)]
pub struct Pruning {
    /// Runs started before this time, ISO 8601 in UTC.
    pub before: Option<String>,
    /// All but this many of the latest runs.
    pub keep: Option<u32>,
    /// The oldest runs, until the store has at most this many bytes.
    pub most_bytes: Option<u64>,
}

/// The outcome of pruning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many runs were removed.
    pub removed: u64,
    /// How many runs are left.
    pub left: u64,
    /// The size of the store before.
    pub bytes_before: u64,
    /// The size of the store after.
    pub bytes_after: u64,
}

impl Store {
    /// Removes runs.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn prune(&self, pruning: &Pruning) -> Result<Pruned, Error> {
        self.remove(pruning).map_err(|error| self.failed(&error))
    }

    fn remove(&self, pruning: &Pruning) -> rusqlite::Result<Pruned> {
        let bytes_before = self.size()?;
        let mut removed = 0;
        if let Some(before) = &pruning.before {
            removed += self.connection.execute(
                "DELETE FROM run WHERE started_at < ? AND state <> 'running'",
                [before],
            )? as u64;
        }
        if let Some(keep) = pruning.keep {
            removed += self.connection.execute(
                "DELETE FROM run WHERE state <> 'running' AND key NOT IN
                   (SELECT key FROM run ORDER BY started_at DESC, key DESC LIMIT ?)",
                [keep],
            )? as u64;
        }
        if let Some(most) = pruning.most_bytes {
            removed += self.shrink_to(most)?;
        }
        self.vacuum()?;
        let left: i64 = self
            .connection
            .query_row("SELECT count(*) FROM run", (), |row| row.get(0))?;
        Ok(Pruned {
            removed,
            left: left.cast_unsigned(),
            bytes_before,
            bytes_after: self.size()?,
        })
    }

    /// Approaches the size in steps, since the size of runs varies.
    fn shrink_to(&self, most: u64) -> rusqlite::Result<u64> {
        let mut removed = 0;
        loop {
            let size = self.size()?;
            let count: i64 = self.connection.query_row(
                "SELECT count(*) FROM run WHERE state <> 'running'",
                (),
                |row| row.get(0),
            )?;
            if size <= most || count == 0 {
                return Ok(removed);
            }
            let excess = u128::from(size - most) * u128::from(count.cast_unsigned());
            let step = (excess / u128::from(size) / 2).max(1);
            removed += self.connection.execute(
                "DELETE FROM run WHERE key IN (SELECT key FROM run WHERE state <> 'running'
                   ORDER BY started_at, key LIMIT ?)",
                params![i64::try_from(step).unwrap_or(i64::MAX)],
            )? as u64;
        }
    }

    /// The size of the store in bytes, without free pages.
    fn size(&self) -> rusqlite::Result<u64> {
        let pragma = |name: &str| -> rusqlite::Result<i64> {
            let sql = format!("PRAGMA {name}");
            self.connection.query_row(&sql, (), |row| row.get(0))
        };
        let pages = pragma("page_count")? - pragma("freelist_count")?;
        Ok((pages * pragma("page_size")?).cast_unsigned())
    }

    /// Returns free pages to the file system.
    fn vacuum(&self) -> rusqlite::Result<()> {
        let mut vacuum = self.connection.prepare("PRAGMA incremental_vacuum")?;
        let mut rows = vacuum.query(())?;
        while rows.next()?.is_some() {}
        drop(rows);
        // Does nothing while another process reads; then a later checkpoint does it.
        let mut checkpoint = self.connection.prepare("PRAGMA wal_checkpoint(TRUNCATE)")?;
        let mut rows = checkpoint.query(())?;
        while rows.next()?.is_some() {}
        Ok(())
    }
}
