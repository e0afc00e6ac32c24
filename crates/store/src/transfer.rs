//! Imports runs from other stores.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, TransactionBehavior};

use crate::segment::{PackedSegment, pack_processes, pack_sums};
use crate::write::{insert, put_end, put_segment};
use crate::{Error, NewRun, RunEnd, Store, StoredTimeline};

impl Store {
    /// Adds a run from another store. Without an end it is marked as interrupted. Returns false if
    /// there is already a run with its id.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn import(
        &mut self,
        run: &NewRun,
        end: Option<&RunEnd>,
        timeline: &StoredTimeline,
    ) -> Result<bool, Error> {
        let done = self.try_import(run, end, timeline);
        done.map_err(|error| self.failed(&error))
    }

    fn try_import(
        &mut self,
        run: &NewRun,
        end: Option<&RunEnd>,
        timeline: &StoredTimeline,
    ) -> rusqlite::Result<bool> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known = transaction
            .prepare("SELECT 1 FROM run WHERE id = ?")?
            .query_row([&run.id], |_| Ok(()))
            .optional()?;
        if known.is_some() {
            return Ok(false);
        }
        let key = insert(&transaction, run, "interrupted")?;
        for segment in segments_of(timeline) {
            put_segment(&transaction, key, &segment)?;
        }
        if let Some(end) = end {
            put_end(&transaction, key, end)?;
        } else {
            transaction
                .prepare(
                    "UPDATE run SET duration_ms = ?2, peak_bytes = ?3, ended_at =
                       strftime('%Y-%m-%dT%H:%M:%fZ', started_at, (?2 / 1000.0) || ' seconds')
                     WHERE key = ?1",
                )?
                .execute((
                    key,
                    timeline.sums.last().map(|&(at, _)| at.cast_signed()),
                    timeline
                        .sums
                        .iter()
                        .map(|&(_, bytes)| bytes.cast_signed())
                        .max(),
                ))?;
        }
        transaction.commit()?;
        Ok(true)
    }
}

/// Restores the segments that a timeline consists of.
fn segments_of(timeline: &StoredTimeline) -> Vec<PackedSegment> {
    let mut segments: BTreeMap<u64, Vec<(u32, u64)>> = BTreeMap::new();
    let numbered = timeline.processes.iter().zip(0_u32..);
    for (process, number) in numbered {
        for &(at_ms, bytes) in &process.points {
            let seen = segments.entry(at_ms).or_default();
            if bytes > 0 {
                seen.push((number, bytes));
            }
        }
    }
    // Sums after the last segment need one of their own.
    let last_segment = segments.last_key_value().map(|(&at_ms, _)| at_ms);
    if let Some(&(last, _)) = timeline.sums.last()
        && last_segment.is_none_or(|segment| segment < last)
    {
        segments.entry(last).or_default();
    }
    let mut sums = timeline.sums.iter().copied().peekable();
    let mut packed: Vec<PackedSegment> = segments
        .into_iter()
        .map(|(at_ms, mut seen)| {
            seen.sort_unstable();
            let until = std::iter::from_fn(|| sums.next_if(|&(at, _)| at <= at_ms));
            PackedSegment {
                at_ms,
                sums: pack_sums(until),
                processes: pack_processes(&seen),
                ..PackedSegment::default()
            }
        })
        .collect();
    if let Some(first) = packed.first_mut() {
        let processes = timeline.processes.iter().zip(0_u32..);
        first.new = processes
            .map(|(process, number)| (number, process.id, process.name.clone()))
            .collect();
    }
    packed
}
