//! Every sample of a task, from the sampling thread to a reader. Neither waits for the other.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use memtop_proc::lock;

use crate::{Point, Timeline};

/// This many samples wait to be read, and up to twice as many; of more, each two neighbours become
/// the higher one.
const WAITING: usize = 10_000;

/// Reads every sample of a task.
#[derive(Clone, Debug)]
pub struct Samples(Arc<Shared>);

/// Where the samples of a task come from. Once it is dropped there are no more.
#[derive(Debug)]
pub(crate) struct SampleSource(Samples);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    over: Condvar,
}

#[derive(Debug)]
struct State {
    waiting: Timeline,
    is_over: bool,
}

impl SampleSource {
    /// With the samples that were there before.
    pub(crate) fn of(before: &[Point]) -> (Self, Samples) {
        let samples = Samples(Arc::new(Shared {
            state: Mutex::new(State {
                waiting: Timeline::of_points(WAITING),
                is_over: false,
            }),
            over: Condvar::new(),
        }));
        let source = Self(samples.clone());
        for &point in before {
            source.add(point);
        }
        (source, samples)
    }

    pub(crate) fn add(&self, Point { at, bytes }: Point) {
        let micros = (at.as_nanos() + 500) / 1000;
        let at = Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX));
        self.0.state().waiting.add(Point { at, bytes });
    }
}

impl Drop for SampleSource {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Samples {
    /// Waits for `pause`, or until there are no more samples, and takes those that have come, each
    /// at a later microsecond than the one before. `None` when all have been taken.
    #[must_use]
    pub fn take_after(&self, pause: Duration) -> Option<Vec<Point>> {
        let state = self.state();
        let (mut state, _) = self
            .0
            .over
            .wait_timeout_while(state, pause, |state| !state.is_over)
            .unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::replace(&mut state.waiting, Timeline::of_points(WAITING));
        let mut points = taken.into_points();
        if state.is_over {
            return Some(points).filter(|points| !points.is_empty());
        }
        // Another sample of the same instant may still raise the last one.
        if let Some(last) = points.pop() {
            state.waiting.add(last);
        }
        Some(points)
    }

    /// There are no more samples to come.
    pub fn end(&self) {
        self.state().is_over = true;
        self.0.over.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }
}

#[cfg(test)]
mod tests {
    use super::{SampleSource, WAITING};
    use crate::Point;
    use std::time::Duration;

    fn point(micros: u64, bytes: u64) -> Point {
        Point {
            at: Duration::from_micros(micros),
            bytes,
        }
    }

    #[test]
    fn every_sample_is_read_once_also_those_from_before() {
        let (source, samples) = SampleSource::of(&[point(1, 5), point(2, 6)]);
        source.add(point(3, 7));
        let mut read = samples.take_after(Duration::ZERO).unwrap();
        source.add(point(4, 4));
        read.extend(samples.take_after(Duration::ZERO).unwrap());
        drop(source);
        read.extend(samples.take_after(Duration::MAX).unwrap());
        assert_eq!(read, [point(1, 5), point(2, 6), point(3, 7), point(4, 4)]);
        assert_eq!(samples.take_after(Duration::MAX), None);
    }

    #[test]
    fn looks_within_a_microsecond_are_one_sample_also_while_they_are_read() {
        let (source, samples) = SampleSource::of(&[]);
        let at = |nanos| Point {
            at: Duration::from_nanos(nanos),
            bytes: nanos,
        };
        source.add(at(7_001));
        assert_eq!(samples.take_after(Duration::ZERO).unwrap(), []);
        source.add(at(7_400));
        source.add(at(8_000));
        samples.end();
        let read = samples.take_after(Duration::MAX).unwrap();
        assert_eq!(read, [point(7, 7_400), point(8, 8_000)]);
    }

    #[test]
    fn without_a_reader_memory_is_bounded_and_the_highest_is_kept() {
        let (source, samples) = SampleSource::of(&[]);
        for micros in 0..100_000 {
            source.add(point(micros, u64::from(micros == 77_777)));
        }
        samples.end();
        let read = samples.take_after(Duration::MAX).unwrap();
        assert!(read.len() <= 2 * WAITING);
        assert!(read.contains(&point(77_777, 1)));
    }
}
