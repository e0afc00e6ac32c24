//! How much of a CPU each process has been using.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::ProcessId;
use crate::lock;

/// Operating systems count CPU time in steps of about 10 ms. Over less than this, a step more or
/// less would be most of the figure.
const SHORTEST: Duration = Duration::from_millis(200);

/// Keeps a reading of each process between looks.
#[derive(Debug, Default)]
pub(crate) struct CpuShares {
    readings: HashMap<ProcessId, Reading>,
}

#[derive(Clone, Copy, Debug)]
struct Reading {
    cpu: Duration,
    at: Instant,
    percent: Option<f64>,
}

/// What one look at a process has told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CpuLook {
    pub(crate) id: ProcessId,
    /// CPU time used since its start.
    pub(crate) cpu: Duration,
    /// Time passed since its start.
    pub(crate) age: Duration,
}

impl CpuShares {
    /// What was seen of all processes, each with its percentage.
    pub(crate) fn of_all<T>(
        shares: &Mutex<Self>,
        seen: Vec<T>,
        look_at: impl Fn(&T) -> CpuLook,
    ) -> impl Iterator<Item = (T, Option<f64>)> {
        let looks: Vec<CpuLook> = seen.iter().map(look_at).collect();
        // What a panic leaves behind is at worst one look less.
        let mut shares = lock(shares);
        let percents = shares.look(&looks, Instant::now());
        seen.into_iter().zip(percents)
    }

    /// Percentages for a look at all processes, in their order. Who is not among them is
    /// forgotten.
    pub(crate) fn look(&mut self, looks: &[CpuLook], now: Instant) -> Vec<Option<f64>> {
        let before = std::mem::take(&mut self.readings);
        looks
            .iter()
            .map(|look| {
                let reading = next(before.get(&look.id), look, now);
                self.readings.insert(look.id, reading);
                reading.percent
            })
            .collect()
    }
}

fn next(before: Option<&Reading>, look: &CpuLook, now: Instant) -> Reading {
    let (cpu, passed) = match before {
        Some(before) => (
            look.cpu.saturating_sub(before.cpu),
            now.saturating_duration_since(before.at),
        ),
        None => (look.cpu, look.age),
    };
    match before {
        // The interval goes on growing until it is long enough.
        Some(before) if passed < SHORTEST => *before,
        _ => Reading {
            cpu: look.cpu,
            at: now,
            percent: (passed >= SHORTEST).then(|| 100.0 * cpu.as_secs_f64() / passed.as_secs_f64()),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{CpuLook, CpuShares};
    use crate::ProcessId;

    fn look(cpu_ms: u64, age_ms: u64) -> CpuLook {
        CpuLook {
            id: ProcessId {
                pid: 7,
                started: 70,
            },
            cpu: Duration::from_millis(cpu_ms),
            age: Duration::from_millis(age_ms),
        }
    }

    fn rounded(percents: &[Option<f64>]) -> Vec<Option<i64>> {
        #[expect(clippy::cast_possible_truncation)]
        percents
            .iter()
            .map(|percent| percent.map(|percent| percent.round() as i64))
            .collect()
    }

    #[test]
    fn the_first_look_tells_of_the_time_since_the_start() {
        let mut shares = CpuShares::default();
        let percents = shares.look(&[look(500, 2_000)], Instant::now());
        assert_eq!(rounded(&percents), [Some(25)]);
    }

    #[test]
    fn a_later_look_tells_of_the_time_since_the_one_before() {
        let mut shares = CpuShares::default();
        let now = Instant::now();
        shares.look(&[look(500, 2_000)], now);
        let percents = shares.look(&[look(2_500, 3_000)], now + Duration::from_secs(1));
        assert_eq!(rounded(&percents), [Some(200)]);
    }

    #[test]
    fn what_is_too_short_to_tell_is_not_told() {
        let mut shares = CpuShares::default();
        let now = Instant::now();
        assert_eq!(shares.look(&[look(10, 50)], now), [None]);
        let soon = now + Duration::from_millis(50);
        assert_eq!(shares.look(&[look(60, 100)], soon), [None]);
        let later = now + Duration::from_millis(400);
        assert_eq!(rounded(&shares.look(&[look(210, 450)], later)), [Some(50)]);
        let again = later + Duration::from_millis(1);
        assert_eq!(
            rounded(&shares.look(&[look(220, 451)], again)),
            [Some(50)],
            "the figure before stands until there is a better one"
        );
    }

    #[test]
    fn another_process_with_the_same_pid_starts_anew() {
        let mut shares = CpuShares::default();
        let now = Instant::now();
        shares.look(&[look(9_000, 10_000)], now);
        let mut other = look(100, 1_000);
        other.id.started = 71;
        let percents = shares.look(&[other], now + Duration::from_secs(1));
        assert_eq!(rounded(&percents), [Some(10)]);
    }
}
