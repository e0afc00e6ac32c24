//! Which stage a tree is in, by the command lines of its living processes.

use std::time::Duration;

/// What is known of one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageRecord {
    /// Its name.
    pub name: String,
    /// When it was, and its peak.
    pub summary: StageSummary,
}

/// When a stage was, and its peak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageSummary {
    /// Its place in the rules.
    pub stage: usize,
    /// The most that the whole tree had while it was in this stage; `None` when it was not sampled
    /// then.
    pub peak_bytes: Option<u64>,
    /// When the tree was first in this stage, counted from the sampler's start.
    pub first_seen: Duration,
    /// When it was last in it.
    pub last_seen: Duration,
    /// The total time that it was in it.
    pub duration: Duration,
}

/// The stages of a tree. With processes of several stages alive, it is in the first by the rules.
#[derive(Debug, Default)]
pub(crate) struct Stages {
    alive: Vec<u64>,
    since: Option<(usize, Duration)>,
    records: Vec<StageSummary>,
}

impl Stages {
    pub(crate) fn records(&self, now: Duration) -> Vec<StageSummary> {
        let mut records = self.records.clone();
        if let Some((stage, since)) = self.since
            && let Some(record) = records.iter_mut().find(|record| record.stage == stage)
        {
            record.last_seen = record.last_seen.max(now);
            record.duration += now.saturating_sub(since);
        }
        records
    }

    pub(crate) fn process_started(&mut self, stage: usize, now: Duration) {
        if self.alive.len() <= stage {
            self.alive.resize(stage + 1, 0);
        }
        self.alive[stage] += 1;
        self.update(now);
    }

    pub(crate) fn process_ended(&mut self, stage: usize, now: Duration) {
        if let Some(alive) = self.alive.get_mut(stage) {
            *alive = alive.saturating_sub(1);
        }
        self.update(now);
    }

    /// The tree has, or must have had, this much in its present stage; or one process of another
    /// stage alone has had it.
    pub(crate) fn note_bytes(&mut self, of: Option<usize>, bytes: u64) {
        let stage = of.or(self.since.map(|(stage, _)| stage));
        let record = self
            .records
            .iter_mut()
            .find(|record| Some(record.stage) == stage);
        if let Some(record) = record {
            record.peak_bytes = record.peak_bytes.max(Some(bytes));
        }
    }

    pub(crate) fn current(&self) -> Option<usize> {
        self.since.map(|(stage, _)| stage)
    }

    fn update(&mut self, now: Duration) {
        let current = self.alive.iter().position(|&alive| alive > 0);
        if self.since.map(|(stage, _)| stage) == current {
            return;
        }
        if let Some((stage, since)) = self.since.take()
            && let Some(record) = self.records.iter_mut().find(|record| record.stage == stage)
        {
            record.last_seen = now;
            record.duration += now.saturating_sub(since);
        }
        if let Some(stage) = current {
            self.since = Some((stage, now));
            if !self.records.iter().any(|record| record.stage == stage) {
                self.records.push(StageSummary {
                    stage,
                    peak_bytes: None,
                    first_seen: now,
                    last_seen: now,
                    duration: Duration::ZERO,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{StageSummary, Stages};
    use std::time::Duration;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn record(stage: usize, peak: u64, [first, last, duration]: [u64; 3]) -> StageSummary {
        StageSummary {
            stage,
            peak_bytes: Some(peak),
            first_seen: ms(first),
            last_seen: ms(last),
            duration: ms(duration),
        }
    }

    #[test]
    fn one_stage_follows_another() {
        let mut stages = Stages::default();
        stages.process_started(0, ms(10));
        stages.note_bytes(None, 500);
        stages.process_ended(0, ms(30));
        stages.note_bytes(None, 9_000);
        stages.process_started(1, ms(40));
        stages.note_bytes(None, 300);
        stages.note_bytes(None, 200);
        let expected = [record(0, 500, [10, 30, 20]), record(1, 300, [40, 100, 60])];
        assert_eq!(stages.records(ms(100)), expected);
    }

    #[test]
    fn of_two_at_once_the_first_by_the_rules_counts() {
        let mut stages = Stages::default();
        stages.process_started(1, ms(0));
        stages.note_bytes(None, 10);
        stages.process_started(0, ms(10));
        stages.note_bytes(None, 70);
        stages.process_ended(0, ms(30));
        stages.note_bytes(None, 20);
        stages.process_ended(1, ms(40));
        let expected = [record(1, 20, [0, 40, 20]), record(0, 70, [10, 30, 20])];
        assert_eq!(stages.records(ms(99)), expected);
    }

    #[test]
    fn a_stage_ends_with_the_last_of_its_processes() {
        let mut stages = Stages::default();
        stages.process_started(0, ms(0));
        stages.process_started(0, ms(5));
        stages.process_ended(0, ms(10));
        stages.note_bytes(None, 7);
        stages.process_ended(0, ms(20));
        assert_eq!(stages.records(ms(99)), [record(0, 7, [0, 20, 20])]);
        assert_eq!(stages.current(), None);
    }
}
