//! The memory of a run over time, as read from the store.

use memtop_proc::ProcessId;

use crate::segment::{unpack_processes, unpack_sums};
use crate::{Error, Store};

/// The memory of a run over time, as read from the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredTimeline {
    /// Milliseconds from the start of the run, and bytes.
    pub sums: Vec<(u64, u64)>,
    /// In the order in which they were first seen.
    pub processes: Vec<ProcessTimeline>,
}

/// The memory of a process over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessTimeline {
    /// Its identity.
    pub id: ProcessId,
    /// Its name.
    pub name: String,
    /// Milliseconds from the start of the run, and bytes: 0 at the end of the first segment without
    /// it.
    pub points: Vec<(u64, u64)>,
}

impl Store {
    /// The memory of a run over time, as far as it was recorded.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn timeline(&self, id: &str) -> Result<StoredTimeline, Error> {
        self.select_timeline(id)
            .map_err(|error| self.failed(&error))
    }

    fn select_timeline(&self, id: &str) -> rusqlite::Result<StoredTimeline> {
        let mut timeline = StoredTimeline::default();
        let mut processes = self.connection.prepare(
            "SELECT process.pid, process.start_ticks, name FROM process JOIN run ON run.key = run
             WHERE id = ? ORDER BY number",
        )?;
        for process in processes.query_map([id], |row| {
            Ok(ProcessTimeline {
                id: ProcessId {
                    pid: row.get(0)?,
                    started: row.get::<_, i64>(1)?.cast_unsigned(),
                },
                name: row.get(2)?,
                points: Vec::new(),
            })
        })? {
            timeline.processes.push(process?);
        }
        let mut segments = self.connection.prepare(
            "SELECT at_ms, sums, processes FROM timeline JOIN run ON run.key = run
             WHERE id = ? ORDER BY at_ms",
        )?;
        let mut rows = segments.query([id])?;
        let mut before: Vec<usize> = Vec::new();
        while let Some(row) = rows.next()? {
            let at_ms = row.get::<_, i64>(0)?.cast_unsigned();
            timeline
                .sums
                .extend(unpack_sums(row.get_ref(1)?.as_blob()?));
            let mut now = Vec::new();
            for (number, bytes) in unpack_processes(row.get_ref(2)?.as_blob()?) {
                let place = usize::try_from(number).unwrap_or(usize::MAX);
                if let Some(process) = timeline.processes.get_mut(place) {
                    process.points.push((at_ms, bytes));
                    now.push(place);
                }
            }
            for gone in before.iter().filter(|place| !now.contains(place)) {
                timeline.processes[*gone].points.push((at_ms, 0));
            }
            before = now;
        }
        Ok(timeline)
    }
}
