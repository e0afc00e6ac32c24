//! The CPU share of each process, from one listing to the next.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::ProcessId;
use crate::lock;

/// Operating systems count CPU time in steps of about 10 ms; over a shorter interval, the rounding
/// error would dominate.
const MIN_INTERVAL: Duration = Duration::from_millis(200);

/// The last reading of each process.
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

/// The CPU time of a process at one listing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CpuTime {
    pub(crate) id: ProcessId,
    /// CPU time since its start.
    pub(crate) cpu: Duration,
    /// Time since its start.
    pub(crate) age: Duration,
}

impl CpuShares {
    /// Pairs each process with its CPU share in percent.
    pub(crate) fn of_all<T>(
        shares: &Mutex<Self>,
        processes: Vec<T>,
        cpu_time: impl Fn(&T) -> CpuTime,
    ) -> impl Iterator<Item = (T, Option<f64>)> {
        let times: Vec<CpuTime> = processes.iter().map(cpu_time).collect();
        // A panic elsewhere loses at most one reading.
        let mut shares = lock(shares);
        let percents = shares.update(&times, Instant::now());
        processes.into_iter().zip(percents)
    }

    /// Returns the percentages in the order of `times`. Forgets processes that are not in `times`.
    pub(crate) fn update(&mut self, times: &[CpuTime], now: Instant) -> Vec<Option<f64>> {
        let before = std::mem::take(&mut self.readings);
        times
            .iter()
            .map(|time| {
                let reading = next_reading(before.get(&time.id), time, now);
                self.readings.insert(time.id, reading);
                reading.percent
            })
            .collect()
    }
}

fn next_reading(before: Option<&Reading>, time: &CpuTime, now: Instant) -> Reading {
    let (cpu, passed) = match before {
        Some(before) => (
            time.cpu.saturating_sub(before.cpu),
            now.saturating_duration_since(before.at),
        ),
        None => (time.cpu, time.age),
    };
    match before {
        // Keep the older reading until the interval is long enough.
        Some(before) if passed < MIN_INTERVAL => *before,
        // The next one covers the time since the start as well.
        None if passed < MIN_INTERVAL => Reading {
            cpu: Duration::ZERO,
            at: now.checked_sub(time.age).unwrap_or(now),
            percent: None,
        },
        _ => Reading {
            cpu: time.cpu,
            at: now,
            percent: Some(100.0 * cpu.as_secs_f64() / passed.as_secs_f64()),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{CpuShares, CpuTime};
    use crate::ProcessId;

    fn time(cpu_ms: u64, age_ms: u64) -> CpuTime {
        CpuTime {
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
    fn the_first_share_covers_the_time_since_the_start() {
        let mut shares = CpuShares::default();
        let percents = shares.update(&[time(500, 2_000)], Instant::now());
        assert_eq!(rounded(&percents), [Some(25)]);
    }

    #[test]
    fn a_later_share_covers_the_time_since_the_one_before() {
        let mut shares = CpuShares::default();
        let now = Instant::now();
        shares.update(&[time(500, 2_000)], now);
        let percents = shares.update(&[time(2_500, 3_000)], now + Duration::from_secs(1));
        assert_eq!(rounded(&percents), [Some(200)]);
    }

    #[test]
    fn there_is_no_share_of_too_short_an_interval() {
        let mut shares = CpuShares::default();
        let now = Instant::now();
        assert_eq!(shares.update(&[time(10, 50)], now), [None]);
        let soon = now + Duration::from_millis(50);
        assert_eq!(shares.update(&[time(60, 100)], soon), [None]);
        let later = now + Duration::from_millis(400);
        assert_eq!(
            rounded(&shares.update(&[time(225, 450)], later)),
            [Some(50)]
        );
        let again = later + Duration::from_millis(1);
        assert_eq!(
            rounded(&shares.update(&[time(230, 451)], again)),
            [Some(50)],
            "the figure before stands until there is a better one"
        );
    }

    #[test]
    fn a_look_at_a_very_young_process_does_not_delay_its_share() {
        let mut shares = CpuShares::default();
        let now = Instant::now();
        assert_eq!(shares.update(&[time(90, 190)], now), [None]);
        let soon = now + Duration::from_millis(20);
        assert_eq!(rounded(&shares.update(&[time(105, 210)], soon)), [Some(50)]);
    }

    #[test]
    fn another_process_with_the_same_pid_starts_anew() {
        let mut shares = CpuShares::default();
        let now = Instant::now();
        shares.update(&[time(9_000, 10_000)], now);
        let mut other = time(100, 1_000);
        other.id.started = 71;
        let percents = shares.update(&[other], now + Duration::from_secs(1));
        assert_eq!(rounded(&percents), [Some(10)]);
    }
}
