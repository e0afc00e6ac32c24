//! Runs by label or command, with their latest peaks.

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::{Error, RunFilter, State, Store};

/// Runs with the same label, or without label and with the same command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunGroup {
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

impl RunGroup {
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

impl Store {
    /// The matching runs by label or command, each with its latest peaks. The group with the latest
    /// run comes first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn groups(&self, filter: &RunFilter, peaks: usize) -> Result<Vec<RunGroup>, Error> {
        self.select_groups(filter, peaks)
            .map_err(|error| self.failed(&error))
    }

    fn select_groups(&self, filter: &RunFilter, most: usize) -> rusqlite::Result<Vec<RunGroup>> {
        let (selected, values) = filter.rows();
        let mut statement = self.connection.prepare(&format!(
            "SELECT label, iif(label IS NULL, command, NULL), state, peak_bytes, peak_metric
             FROM {selected}"
        ))?;
        let mut rows = statement.query(values.as_slice())?;
        let mut groups: Vec<(usize, Peaks, RunGroup)> = Vec::new();
        let mut places: HashMap<(Option<String>, Option<String>), usize> = HashMap::new();
        let mut number = 0;
        while let Some(row) = rows.next()? {
            let key: (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
            let place = *places.entry(key).or_insert_with_key(|(label, command)| {
                let group = RunGroup {
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
}
